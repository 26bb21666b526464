//! `regain check`: tries each thing that the configuration names, and changes nothing.

mod hashes;
mod here;
mod mailing;
mod outside;
mod samples;

use super::{Failed, beside};
use crate::config::Config;
use crate::finding::{Finding, Verdict};
use crate::i18n::Words;
use crate::users;
use clap::Args;
use std::io::Write;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Send a test mail to this address, too.
    #[arg(long, value_name = "ADDRESS")]
    send: Option<String>,
    /// Print the findings as JSON lines.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// [`Failed`], if anything does not hold.
pub(super) fn run(args: &CheckArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let recipient = args.send.as_deref().map(mailing::recipient).transpose()?;
    let mut report = Report { json: args.json, out, fails: 0, advice: 0 };
    super::runtime()?.block_on(async {
        report.tell([here::secret(config)])?;
        report.tell([here::ledger(config).await])?;
        report.tell([here::clock(beside::now())])?;
        report.tell(here::breached(config))?;
        match users::open(&config.users) {
            Err(fault) => report.tell([Finding::fails("user store", fault.to_string())])?,
            Ok(store) => {
                report.tell(store.examine().await)?;
                report.tell(hashes::findings(&*store, &config.users).await)?;
            }
        }
        report.tell(
            mailing::findings(config, Arc::new(Words::with_own(config.locales_dir.as_deref())?), recipient).await,
        )?;
        report.tell([outside::public_url(config).await])?;
        report.tell(samples::findings(config))?;
        report.tell([outside::proxies(config)])?;
        report.tell(outside::webhooks(config).await)
    })?;
    report.close()
}

/// Prints findings as they come, and counts.
struct Report<'a> {
    json: bool,
    out: &'a mut dyn Write,
    fails: usize,
    advice: usize,
}

impl Report<'_> {
    fn tell(&mut self, findings: impl IntoIterator<Item = Finding>) -> anyhow::Result<()> {
        for Finding { subject, verdict, text } in findings {
            self.fails += usize::from(verdict == Verdict::Fails);
            self.advice += usize::from(verdict == Verdict::Advice);
            let text = beside::one_line(&text);
            let verdict = verdict.to_string();
            if self.json {
                let line = serde_json::json!({ "subject": subject, "verdict": verdict.to_lowercase(), "text": text });
                writeln!(self.out, "{line}")?;
            } else {
                writeln!(self.out, "{verdict:<7} {subject:<12} {text}")?;
            }
        }
        Ok(self.out.flush()?)
    }

    fn close(self) -> anyhow::Result<()> {
        if !self.json {
            let end = match (self.fails, self.advice) {
                (0, 0) => "All holds.".to_owned(),
                (0, advice) => format!("All holds; {advice} could be better."),
                (fails, _) => format!("{fails} of these would keep people from resetting their passwords."),
            };
            writeln!(self.out, "\n{end}")?;
        }
        if self.fails == 0 { Ok(()) } else { Err(Failed.into()) }
    }
}
