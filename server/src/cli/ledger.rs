//! `regain ledger backup|verify|copy`.

use super::beside::ProgressLine;
use super::{Failed, Misused};
use crate::config::{Config, ConfigErrors, LedgerUrl};
use crate::ledger::copying::{self, Copied, Progress, hex};
use crate::ledger::sqlite;
use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Copy the ledger into a new file, while the server runs, and look the copy over.
    Backup {
        /// The file to make; its owner alone may read it.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print the outcome as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look whether the ledger is as it has to be, a line for each finding; changes nothing.
    Verify {
        /// A backup to look at instead.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Print the outcome as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy the ledger from its file to PostgreSQL, for servers to use instead; goes on where it was interrupted.
    Copy(CopyArgs),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("target").args(["to", "to_file"]).required(true))]
pub(super) struct CopyArgs {
    /// The database to copy to, as `ledger.url` will name it.
    #[arg(long, value_name = "POSTGRES_URL")]
    to: Option<SecretString>,
    /// A file that holds the URL.
    #[arg(long, value_name = "PATH")]
    to_file: Option<PathBuf>,
    /// Print the outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// [`Failed`], if the ledger or the copy is not as it has to be; [`Misused`], if the ledger is in PostgreSQL.
pub(super) fn run(
    command: LedgerCommand,
    load: impl FnOnce() -> Result<Config, ConfigErrors>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match command {
        LedgerCommand::Backup { file, json } => backup(&load()?, &file, json, out),
        LedgerCommand::Verify { file: Some(file), json } => verify(&file, json, out),
        LedgerCommand::Verify { file: None, json } => verify(in_file(&load()?, VERIFY_POSTGRES)?, json, out),
        LedgerCommand::Copy(args) => copy(&args, &load()?, out),
    }
}

/// The configured ledger, if it is a file.
fn in_file<'a>(config: &'a Config, otherwise: &str) -> anyhow::Result<&'a Path> {
    Ok(config.ledger.url.path().ok_or_else(|| Misused(format!("the ledger is in PostgreSQL; {otherwise}")))?)
}

const BACK_UP_POSTGRES: &str =
    "back it up with `pg_dump --schema=regain --format=custom --file=ledger.dump DATABASE`, at any time";
const VERIFY_POSTGRES: &str = "its server looks after it (`pg_amcheck --schema=regain DATABASE`); a FILE can be named";
const COPY_POSTGRES: &str = "only one in a file can be copied";

fn backup(config: &Config, file: &Path, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let made = sqlite::back_up(in_file(config, BACK_UP_POSTGRES)?, file)?;
    let rows = made.verified.rows_in_all();
    if json {
        let findings = &made.verified.findings;
        let outcome = json!({ "file": file, "rows": rows, "octets": made.octets, "findings": findings });
        writeln!(out, "{outcome}")?;
    } else {
        writeln!(out, "{rows} rows, {} octets: {}", made.octets, file.display())?;
        tell(&made.verified.findings, out)?;
    }
    fail_over(&made.verified.findings)
}

fn verify(file: &Path, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let verified = sqlite::verify(file)?;
    if json {
        let rows: serde_json::Map<_, _> =
            verified.rows.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect();
        let outcome = json!({ "file": file, "rows": rows, "findings": verified.findings });
        writeln!(out, "{outcome}")?;
    } else if verified.findings.is_empty() {
        let rows: Vec<_> = verified.rows.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
        writeln!(out, "{} is as it has to be; rows: {}", file.display(), rows.join(", "))?;
    } else {
        tell(&verified.findings, out)?;
    }
    fail_over(&verified.findings)
}

fn tell(findings: &[String], out: &mut dyn Write) -> std::io::Result<()> {
    findings.iter().try_for_each(|finding| writeln!(out, "{}", super::beside::one_line(finding)))
}

fn fail_over(findings: &[String]) -> anyhow::Result<()> {
    if findings.is_empty() { Ok(()) } else { Err(Failed.into()) }
}

fn copy(args: &CopyArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let from = in_file(config, COPY_POSTGRES)?;
    let to = target(args)?;
    let mut line = ProgressLine::on_stderr();
    let tell = &mut |Progress { table, rows, of }: Progress| line.show(&format!("{table}: {rows} of {of}"));
    let copied = super::runtime()?.block_on(copying::copy(from, &to, tell));
    line.clear();
    let copied = copied?;
    if args.json {
        let tables: Vec<Value> = copied.iter().map(as_json).collect();
        writeln!(out, "{}", json!({ "file": from, "tables": tables }))?;
        return Ok(());
    }
    for table in &copied {
        writeln!(out, "{}: {} rows, SHA-256 {}", table.table, table.rows, hex(&table.digest))?;
    }
    writeln!(out, "The ledger in PostgreSQL was read back, and is the same.")?;
    what_next(config, from, out)?;
    Ok(())
}

/// Where to copy to.
fn target(args: &CopyArgs) -> anyhow::Result<SecretString> {
    let url = match (&args.to, &args.to_file) {
        (Some(url), _) => url.clone(),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
            text.trim_end().into()
        }
        (None, None) => return Err(Misused("name where to copy to, with --to or --to-file".into()).into()),
    };
    match LedgerUrl::parse(url.expose_secret()) {
        Ok(LedgerUrl::Postgres(url)) => Ok(url),
        Ok(LedgerUrl::Sqlite(_)) => {
            Err(Misused("a ledger is copied to postgres://…; `regain ledger backup` copies it to a file".into()).into())
        }
        Err(_) => {
            Err(Misused("that is no URL to copy a ledger to; accepted: postgres://…, as in ledger.url".into()).into())
        }
    }
}

fn as_json(table: &Copied) -> Value {
    json!({ "table": table.table, "rows": table.rows, "sha256": hex(&table.digest) })
}

fn what_next(config: &Config, from: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    // In full: what stands in a configuration starts at that file's folder.
    let secret_file = std::path::absolute(&config.server.secret_file)?;
    writeln!(
        out,
        "
Next, in the configuration of every node:

[ledger]
url_file = \"/etc/regain/ledger-url\"    # a file with the URL that was copied to

[server]
secret_file = \"{}\"    # the same secret on every node

{} stays as it is. Never serve from it again: what waits would be mailed twice.",
        secret_file.display(),
        from.display(),
    )
}
