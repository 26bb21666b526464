//! `regain config`: the reference, the schema, and the settings in force.

use crate::config;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

/// What to print.
#[derive(Debug, Clone, Copy, clap::Subcommand)]
pub enum Command {
    /// Print every key with what it takes, its default and the reason, as Markdown
    Reference,
    /// Print a JSON Schema of the configuration file, for editors
    Schema,
    /// Print the settings in force and where each comes from, secrets masked
    Show,
}

/// Prints it to `out`. `file` is what `--config` named, `environment` the process's.
///
/// # Errors
/// [`config::ConfigErrors`] if the configuration to show has errors, or a failure to write.
pub fn run<N: Into<OsString>, V: Into<OsString>>(
    command: Command,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (N, V)>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match command {
        Command::Reference => write!(out, "{}", config::reference())?,
        Command::Schema => writeln!(out, "{:#}", config::schema())?,
        Command::Show => write!(out, "{}", config::effective(file, environment)?)?,
    }
    Ok(())
}
