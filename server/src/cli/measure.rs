//! `regain measure URL`.

mod report;

use super::{Failed, Misused};
use crate::ambient::SystemEntropy;
use crate::measure::made_up::MadeUp;
use crate::measure::plot;
use crate::measure::series::{Bounds, Class, Event, Series, collect};
use crate::measure::target::{Dialect, Target};
use crate::measure::verdict::Verdict;
use clap::Args;
use regain_core::email::EmailAddress;
use report::Found;
use secrecy::SecretString;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Args)]
pub(super) struct MeasureArgs {
    /// The server as people reach it, proxies included; or the endpoint itself.
    url: String,
    /// Addresses that have an account, which get real mails; or a file with one a line. The more of them, the fewer of
    /// their requests are suppressed by the account's own limits.
    #[arg(long, required = true, num_args = 1.., value_name = "ADDRESS|FILE")]
    known: Vec<String>,
    /// The dialect to speak, unless the URL's path tells.
    #[arg(long)]
    dialect: Option<Dialect>,
    /// Requests to send at most. Half of them are kept for a second run, which is made if the first finds something.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(8..=200_000))]
    samples: u32,
    /// Seconds to take at most, in all.
    #[arg(long, default_value_t = 300, value_name = "MAX", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// A file with an API token: the network's limit does not count calls with a valid one.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Draw the times into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Do it without asking.
    #[arg(long)]
    yes: bool,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// [`Failed`], unless the verdict is that they cannot be told apart.
pub(super) fn run(args: &MeasureArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let known = known(&args.known)?;
    let token = args.token_file.as_deref().map(token).transpose()?;
    let target =
        Target::parse(&args.url, args.dialect, token.as_ref()).map_err(|refused| Misused(refused.to_string()))?;
    announce(args, &target, &known, &mut std::io::stderr())?;
    agree(args)?;
    let found = measure(args, &target, &known)?;
    if let Some(file) = &args.plot {
        let samples = [&found.series.samples[0], &found.series.samples[1]].map(Vec::as_slice);
        std::fs::write(file, plot::draw(&target.to_string(), NAMES, samples))
            .map_err(|cause| anyhow::anyhow!("{} cannot be written: {cause}", file.display()))?;
    }
    let printed = if args.json { found.print_json(&target, out) } else { found.print(&target, out) };
    printed?;
    match found.verdict {
        Verdict::Alike(_) => Ok(()),
        Verdict::Apart(_) | Verdict::Unclear(_) => Err(Failed.into()),
    }
}

/// Once, and once more with the rest of the requests and the time if that found a difference: chance finds one in about
/// thirty runs, and hardly ever in two.
fn measure(args: &MeasureArgs, target: &Target, known: &[EmailAddress]) -> anyhow::Result<Found> {
    let mut made_up = MadeUp::like(known, &SystemEntropy);
    let mut asked = 0;
    let first = Found::of(one_run(args, target, known, &mut made_up, &mut asked)?);
    // What an answer says is no chance, and too few answers are not more in a second run.
    let is_final = matches!(first.verdict, Verdict::Alike(_)) || !first.judged.answers.is_empty();
    if is_final || first.judged.is_too_short() {
        return Ok(first);
    }
    let mut second = Found::of(one_run(args, target, known, &mut made_up, &mut asked)?);
    second.is_second = true;
    Ok(second)
}

fn one_run(
    args: &MeasureArgs,
    target: &Target,
    known: &[EmailAddress],
    made_up: &mut MadeUp<'_>,
    asked: &mut usize,
) -> anyhow::Result<Series> {
    let mut turn = 0;
    let next_known = || {
        turn += 1;
        known[turn % known.len()].as_str().to_owned()
    };
    let mut classes = [
        Class { name: NAMES[0], next: Box::new(|| made_up.another()) },
        Class { name: NAMES[1], next: Box::new(next_known) },
    ];
    let lasts = Duration::from_secs(u64::from(args.seconds)) / 2;
    let bounds = Bounds { requests: args.samples as usize / 2, lasts };
    let is_shown = std::io::stderr().is_terminal();
    let mut progress = Progress { is_shown, paused: false, before: *asked, may_tell: target.may_tell() };
    let series = collect(target, &mut classes, bounds, &SystemEntropy, &mut |event| progress.tell(&event));
    progress.clear();
    let series = series.map_err(|fault| anyhow::anyhow!("{target}: {fault}"))?;
    *asked += series.requests;
    Ok(series)
}

const NAMES: [&str; 2] = ["unknown", "known"];

/// Each of `given` is an address, or the file of some.
fn known(given: &[String]) -> Result<Vec<EmailAddress>, Misused> {
    let mut known = Vec::new();
    for one in given {
        match EmailAddress::parse(one) {
            Ok(address) => known.push(address),
            Err(_) => known.extend(addresses_in(Path::new(one))?),
        }
    }
    if known.is_empty() {
        return Err(Misused("--known names no address".into()));
    }
    Ok(known)
}

fn addresses_in(file: &Path) -> Result<Vec<EmailAddress>, Misused> {
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Misused(format!("--known {0}: neither an address nor a file that can be read: {cause}", file.display()))
    })?;
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let parsed = lines.map(|(n, line)| {
        EmailAddress::parse(line).map_err(|why| Misused(format!("{}, line {}: {line:?}: {why}", file.display(), n + 1)))
    });
    parsed.collect()
}

fn token(file: &Path) -> Result<SecretString, Misused> {
    let text =
        std::fs::read_to_string(file).map_err(|cause| Misused(format!("--token-file {}: {cause}", file.display())))?;
    Ok(SecretString::from(text.trim()))
}

/// What is going to happen to whom, before it does.
fn announce(args: &MeasureArgs, target: &Target, known: &[EmailAddress], out: &mut dyn Write) -> std::io::Result<()> {
    let addresses = match known {
        [one] => one.as_str().to_owned(),
        several => format!("{} known addresses", several.len()),
    };
    writeln!(
        out,
        "{target}\n\
         Up to {} requests for a password reset in at most {} seconds, over one connection: half of them for\n\
         {addresses}, in random order with addresses made up at the same domains.\n\
         Known addresses get REAL MAILS meanwhile: one a minute and five an hour each, unless the server's\n\
         reset.cooldown_seconds and reset.mails_per_hour_max say otherwise. Whose they are should know of it.\n\
         Should a made-up address exist after all, its owner gets a mail, too.",
        args.samples, args.seconds,
    )
}

fn agree(args: &MeasureArgs) -> anyhow::Result<()> {
    if args.yes {
        return Ok(());
    }
    let (stdin, mut err) = (std::io::stdin(), std::io::stderr());
    if !(stdin.is_terminal() && err.is_terminal()) {
        return Err(Misused("nobody is there to agree to it: add --yes".into()).into());
    }
    write!(err, "Type yes to go on: ")?;
    err.flush()?;
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    if line.trim().eq_ignore_ascii_case("yes") { Ok(()) } else { Err(Misused("nothing was sent".into()).into()) }
}

/// On a terminal, how far it is; anywhere, that the server wants it slower.
struct Progress {
    is_shown: bool,
    paused: bool,
    /// How many were asked in the run before.
    before: usize,
    /// [`Target::may_tell`].
    may_tell: bool,
}

impl Progress {
    fn tell(&mut self, event: &Event) {
        let mut err = std::io::stderr();
        // Nobody is left to tell if this fails.
        let _ = match event {
            Event::Answered(count) if self.is_shown && count % 50 == 0 => {
                write!(err, "\r{} requests answered ", self.before + count)
            }
            Event::Paused { status, pause, per_minute } if !self.paused || pause.is_none() => {
                self.clear();
                self.paused = true;
                writeln!(err, "{}", slower(*status, *pause, *per_minute, self.may_tell))
            }
            Event::Answered(_) | Event::Paused { .. } => Ok(()),
        };
    }

    fn clear(&self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// What to do about a server that refuses for now.
fn slower(status: u16, pause: Option<Duration>, per_minute: Option<u32>, may_tell: bool) -> String {
    let pace = match pause {
        Some(pause) => format!("Going on in {} s, and so each time.", pause.as_secs()),
        None => "The pause that it asks for is longer than the time that is left.".to_owned(),
    };
    if status == 429 && may_tell && per_minute.is_none() {
        format!(
            "429: this account was asked for too recently (reset.cooldown_seconds, reset.mails_per_hour_max). Unleash's\n\
             dialect tells that to holders of an API token; no limit of the network counts them. {pace}\n\
             To measure faster, name more --known addresses."
        )
    } else if status == 429 {
        let limit = per_minute.map(|limit| format!(": {limit} a minute from one network")).unwrap_or_default();
        format!(
            "429: the server limits requests{limit}. {pace}\n\
             To measure faster and more finely, give an API token (--token-file; `regain token create measure`), or raise\n\
             limits.requests_per_network_per_minute for the while."
        )
    } else {
        format!(
            "{status}: the server has no room for more requests, or its ledger does not answer. {pace}\n\
             See regain_refused_total in /metrics, and limits.queue_max."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_addresses_are_given_or_stand_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# ours\nada@example.com\n\n  grace@example.com \n").unwrap();
        let given = ["jo@example.com".to_owned(), file.path().display().to_string()];
        let known = known(&given).unwrap();
        let texts: Vec<_> = known.iter().map(EmailAddress::as_str).collect();
        assert_eq!(texts, ["jo@example.com", "ada@example.com", "grace@example.com"]);
    }

    #[test]
    fn what_is_no_address_is_named_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "ada@example.com\nnot one\n").unwrap();
        let refused = known(&[file.path().display().to_string()]).err().unwrap().to_string();
        assert!(refused.contains("line 2") && refused.contains("not one"), "{refused}");
        let absent = known(&["nowhere.txt".to_owned()]).err().unwrap().to_string();
        assert!(absent.contains("neither an address nor a file"), "{absent}");
        std::fs::write(file.path(), "# none\n").unwrap();
        assert!(known(&[file.path().display().to_string()]).is_err());
    }

    #[test]
    fn a_limited_server_is_met_with_what_to_set() {
        let text = slower(429, Some(Duration::from_secs(6)), Some(10), false);
        assert!(text.contains("10 a minute") && text.contains("--token-file") && text.contains("in 6 s"), "{text}");
        assert!(slower(503, None, None, true).contains("limits.queue_max"));
        let text = slower(429, Some(Duration::from_secs(60)), None, true);
        assert!(text.contains("reset.cooldown_seconds") && !text.contains("--token-file"), "{text}");
    }
}
