//! The commands, one file each.
//!
//! Exit codes: 0 done, 1 it failed, 2 the words or the configuration are wrong.

mod beside;
mod breached;
mod check;
pub mod config;
mod demo;
mod explain;
pub mod hash;
mod init;
mod ledger;
mod mail;
mod measure;
mod openapi;
mod outbox;
mod request;
mod serve;
mod token;

use crate::ambient::SystemEntropy;
use crate::app::StartFault;
use crate::config::secret::SecretError;
use crate::config::{Config, ConfigErrors, InForce};
use crate::http::tls::TlsFault;
use crate::mail::MailFault;
use crate::telemetry;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use regain_core::hash::HashError;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The password-reset server for the accounts you already have.
#[derive(Debug, Parser)]
#[command(name = "regain", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// The configuration file; otherwise ./regain.toml, otherwise /etc/regain/regain.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "The guides, docs/operate/*.md, are in the source of this program.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything here and now: accounts, mailbox and pages in one process.
    Demo(demo::DemoArgs),
    /// Look at a database or a directory, recognise what it is, and write a configuration for it; changes nothing there.
    Init(init::InitArgs),
    /// Run the server.
    Serve,
    /// Try each thing the configuration names, a line each; exits with 0 only if all of it holds.
    Check(check::CheckArgs),
    /// Tell what happened to a request, and why a mail did or did not come.
    Explain(explain::ExplainArgs),
    /// Start a reset for somebody; only the owner of the address sees the link.
    Request(request::RequestArgs),
    /// What waits to be mailed: list it, retry it, drop it.
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// The ledger: back it up, look it over, copy it to PostgreSQL.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// The mails: look at them, write the templates out for editing, send one, note what came back.
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// API tokens for trusted callers.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Password formats: identify, verify, make.
    #[command(subcommand)]
    Hash(hash::HashCommand),
    /// Breached passwords: make the filter that refuses them.
    #[command(subcommand)]
    Breached(breached::BreachedCommand),
    /// Measure whether known and unknown addresses can be told apart on a running server. Sends real mails.
    Measure(measure::MeasureArgs),
    /// The configuration: what is in force, and what there is.
    #[command(subcommand)]
    Config(config::Command),
    /// Print the OpenAPI 3.1 document of the running configuration.
    Openapi(openapi::OpenapiArgs),
}

/// A mistake in what was typed: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Misused(String);

/// It did not work out, and everything has been said: exit code 1.
#[derive(Debug, thiserror::Error)]
#[error("")]
struct Failed;

/// Runs the command in the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let given = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&given).unwrap_or_else(|wrong| wrong.exit());
    let is_server = matches!(cli.command, Command::Serve | Command::Demo(_));
    match run(cli, &given) {
        Ok(code) => code,
        // `regain openapi | head -1`: the reader has what it wanted.
        Err(fault) if !is_server && nobody_reads_on(&fault) => ExitCode::SUCCESS,
        Err(fault) => report(&fault),
    }
}

fn nobody_reads_on(fault: &anyhow::Error) -> bool {
    let kind = match fault.downcast_ref::<serde_json::Error>() {
        Some(fault) => fault.io_error_kind(),
        None => fault.downcast_ref::<std::io::Error>().map(std::io::Error::kind),
    };
    kind == Some(std::io::ErrorKind::BrokenPipe)
}

fn run(cli: Cli, given: &ArgMatches) -> anyhow::Result<ExitCode> {
    let path = cli.config.as_deref();
    let load = || Config::load(path, std::env::vars_os());
    let out = &mut std::io::stdout();
    match cli.command {
        Command::Demo(_) if path.is_some() => return Err(Misused(DEMO_HAS_ITS_OWN.into()).into()),
        Command::Demo(args) => demo::run(&args, given.subcommand_matches("demo").unwrap_or(given))?,
        Command::Init(args) => init::run(args, path, out)?,
        Command::Serve => serve::run(InForce::load(path, std::env::vars_os())?)?,
        Command::Check(args) => check::run(&args, &load()?, out)?,
        Command::Explain(args) => explain::run(&args, &load()?, out)?,
        Command::Request(args) => request::run(&args, &load()?, out)?,
        Command::Outbox(command) => outbox::run(command, &load()?, out)?,
        Command::Ledger(command) => ledger::run(command, load, out)?,
        Command::Mail(command) => mail::run(command, path, &mut std::io::stdin().lock(), out)?,
        Command::Token(command) => token::run(command, &load()?, out)?,
        Command::Hash(command) => {
            let answer = hash::run(command, &mut std::io::stdin().lock(), out, &SystemEntropy)?;
            return Ok(answer.into());
        }
        Command::Breached(command) => breached::run(command, out)?,
        Command::Measure(args) => measure::run(&args, out)?,
        Command::Config(command) => config::run(command, path, std::env::vars_os(), out)?,
        Command::Openapi(args) => openapi::run(&args, load, out)?,
    }
    Ok(ExitCode::SUCCESS)
}

const DEMO_HAS_ITS_OWN: &str = "`demo` writes a configuration of its own, into its folder (--dir), and takes no --config; \
                                `regain serve` runs what you have configured";

fn report(fault: &anyhow::Error) -> ExitCode {
    let mut err = std::io::stderr();
    let (text, code) = if let Some(errors) = fault.downcast_ref::<ConfigErrors>() {
        (format!("{errors}\n"), 2)
    } else if let Some(misused) = fault.downcast_ref::<Misused>() {
        (format!("error: {misused}\n"), 2)
    } else if fault.is::<Failed>() {
        (String::new(), 1)
    } else {
        let text = format!("{fault:#}");
        // What is shown with its place says so itself.
        let mark = if text.starts_with("error: ") { "" } else { "error: " };
        (format!("{mark}{text}\n"), if is_misconfigured(fault) { 2 } else { 1 })
    };
    // Nobody is left to tell if this fails.
    let _ = write!(err, "{text}");
    ExitCode::from(code)
}

/// Whether what was typed is to blame, or a file that the configuration names.
fn is_misconfigured(fault: &anyhow::Error) -> bool {
    if let Some(HashError::Unknown) = fault.downcast_ref() {
        return true;
    }
    let secret = match fault.downcast_ref::<StartFault>() {
        Some(StartFault::Blocklist { .. } | StartFault::Breached { .. } | StartFault::Words(_)) => return true,
        Some(StartFault::Mail(MailFault::Compose(_))) => return true,
        Some(StartFault::Secret(error)) => Some(error),
        _ => fault.downcast_ref::<SecretError>(),
    };
    secret.is_some_and(|error| !matches!(error, SecretError::Io(..))) || fault.is::<TlsFault>()
}

/// Starts the log of a server: as `REGAIN_LOG` says, or else at the level `otherwise`.
fn start_log(otherwise: Option<&str>) -> Result<(), Misused> {
    let asked = std::env::var_os("REGAIN_LOG").map(|asked| asked.to_string_lossy().into_owned());
    telemetry::start(asked.as_deref().or(otherwise)).map_err(|refusal| Misused(refusal.to_string()))
}

/// A runtime for commands that wait.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
