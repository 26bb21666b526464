//! `regain breached build`.

use super::Misused;
use super::beside::ProgressLine;
use crate::breached::{self, BuildFault, Built, FALSE_POSITIVES, Filter, FilterFault, Progress};
use crate::ownership::advice;
use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Subcommand)]
pub(super) enum BreachedCommand {
    /// Make the filter that `password.breached_file` names of a list of SHA-1 hashes.
    Build(BuildArgs),
}

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The list, a hash a line, as Have I Been Pwned publishes it; in any order. `-` reads standard input.
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// The filter to make [default: the list's name with the ending `.filter`].
    #[arg(long, short = 'o', value_name = "FILE", visible_alias = "to")]
    output: Option<PathBuf>,
    /// Print the outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// [`Misused`], if the names of the files are wrong; [`BuildFault`].
pub(super) fn run(command: BreachedCommand, out: &mut dyn Write) -> anyhow::Result<()> {
    let BreachedCommand::Build(args) = command;
    let into = output_of(&args)?;
    let (list, octets) = open(&args.list)?;
    let built = build(list, octets, into.clone()).map_err(|fault| with_place(fault, &into))?;
    let Built { listed, kept, octets } = built;
    if args.json {
        let outcome = json!({
            "file": into, "hashes": listed, "kept": kept, "octets": octets, "false_positives_one_in": FALSE_POSITIVES,
        });
        writeln!(out, "{outcome}")?;
    } else {
        let bits = octets as f64 * 8.0 / listed as f64;
        writeln!(out, "{listed} hashes, {kept} kept, {octets} octets ({bits:.1} bits a hash): {}", into.display())?;
        writeln!(out, "Of passwords that are not on the list, it refuses at most one in {FALSE_POSITIVES}.")?;
        writeln!(out, "Name it as breached_file in [password]; SIGHUP has a running server take it up.")?;
    }
    Ok(())
}

/// Where the filter goes: never over the list, nor over what is no filter.
fn output_of(args: &BuildArgs) -> Result<PathBuf, Misused> {
    let into = match &args.output {
        Some(named) => named.clone(),
        None if is_standard_input(&args.list) => {
            return Err(Misused("name the filter to make, with --output".into()));
        }
        None => args.list.with_extension("filter"),
    };
    match Filter::open(&into) {
        Err(FilterFault::Foreign) => {
            let name = into.display();
            Err(Misused(format!("{name} is there already and is no filter; name another file with --output")))
        }
        _ => Ok(into),
    }
}

fn is_standard_input(list: &Path) -> bool {
    list == Path::new("-")
}

/// The list, and how long it is if that can be known.
fn open(list: &Path) -> anyhow::Result<(Box<dyn BufRead + Send>, Option<u64>)> {
    if is_standard_input(list) {
        return Ok((Box::new(BufReader::new(std::io::stdin())), None));
    }
    let file = File::open(list).with_context(|| format!("{} cannot be read", list.display()))?;
    let found = file.metadata()?;
    Ok((Box::new(BufReader::with_capacity(READ_OCTETS, file)), found.is_file().then_some(found.len())))
}

const READ_OCTETS: usize = 1 << 18;

/// Builds until it is done or the process is told to stop. A second signal does not wait for the building to notice.
fn build(list: Box<dyn BufRead + Send>, octets: Option<u64>, into: PathBuf) -> anyhow::Result<Built> {
    let told_to_stop = Arc::new(AtomicBool::new(false));
    let runtime = super::runtime()?;
    let outcome = runtime.block_on(async {
        let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let stop = Arc::clone(&told_to_stop);
        let mut building = tokio::task::spawn_blocking(move || {
            let mut line = ProgressLine::on_stderr();
            let built = breached::build(list, &into, &mut |progress| {
                line.show(&in_words(progress, octets));
                !stop.load(Ordering::Relaxed)
            });
            line.clear();
            built
        });
        for _ in 0..2 {
            tokio::select! {
                built = &mut building => return Ok(built??),
                _ = signals.0.recv() => {}
                _ = signals.1.recv() => {}
            }
            told_to_stop.store(true, Ordering::Relaxed);
        }
        Err(BuildFault::Stopped.into())
    });
    runtime.shutdown_background();
    outcome
}

/// Says where, if the filter cannot be written.
fn with_place(fault: anyhow::Error, into: &Path) -> anyhow::Error {
    match fault.downcast_ref::<BuildFault>() {
        Some(BuildFault::Write(cause)) => {
            anyhow::anyhow!("the filter cannot be written: {}: {cause}; {}", into.display(), advice(into))
        }
        _ => fault,
    }
}

fn in_words(progress: Progress, list_octets: Option<u64>) -> String {
    match progress {
        Progress::Reading { octets, hashes } => match list_octets {
            Some(all) => format!("{} % of the list read, {hashes} hashes", octets * 100 / all.max(1)),
            None => format!("{hashes} hashes read"),
        },
        Progress::Writing { hashes, of } => format!("{} % of the filter written", hashes * 100 / of.max(1)),
    }
}
