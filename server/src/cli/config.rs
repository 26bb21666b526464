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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_and_the_schema_need_no_configuration() {
        for (command, start) in [(Command::Reference, "# Configuration"), (Command::Schema, "{")] {
            let mut out = Vec::new();
            run(command, Some(Path::new("/nonexistent")), std::iter::empty::<(OsString, OsString)>(), &mut out)
                .unwrap();
            assert!(out.starts_with(start.as_bytes()));
        }
    }

    #[test]
    fn showing_a_broken_configuration_fails_as_starting_with_it_does() {
        let error = run(Command::Show, None, [("REGAIN_NONSENSE", "1")], &mut Vec::new()).unwrap_err();
        assert!(error.downcast_ref::<config::ConfigErrors>().is_some_and(|errors| errors.count() > 1));
    }
}
