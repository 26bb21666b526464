//! `regain hash`: the password formats, from the command line.
//!
//! Passwords come from standard input, one a line, never as arguments: those show in process lists and histories.

use anyhow::{Context as _, bail};
use regain_core::entropy::Entropy;
use regain_core::hash::{self, Format, HashError, Identified, PASSWORD_BYTES_MAX, Recipe, identify};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

/// What to do with a hash.
#[derive(Debug, clap::Subcommand)]
pub enum HashCommand {
    /// Print the format of a stored password: its name, `unusable` or `unknown`
    Identify {
        /// The text in the password column
        stored: String,
    },
    /// Check the password on standard input against a stored one; exits with 0 if it matches, 1 if not
    Verify {
        /// The text in the password column
        #[arg(required_unless_present = "batch")]
        stored: Option<String>,
        /// Read JSON lines {"password","stored"}, and write {"format","verified","error"} for each
        #[arg(long, conflicts_with = "stored")]
        batch: bool,
        /// The format, where the stored text does not show it; in a batch, of the lines that name none as "format"
        #[arg(long, value_parser = format_named)]
        format: Option<Format>,
        /// The secret that the application mixes into each password; in a batch, of the lines without "pepper"
        #[arg(long)]
        pepper: Option<SecretString>,
    },
    /// Print a hash of the password on standard input
    Make {
        /// The format, made at its default cost
        #[arg(long, default_value = "argon2id", value_parser = recipe_named)]
        format: Recipe,
        /// The secret that the application mixes into each password
        #[arg(long)]
        pepper: Option<SecretString>,
    },
}

/// What a command found, for its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It matches, or is done.
    Yes,
    /// It does not match.
    No,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Yes => Self::SUCCESS,
            Answer::No => Self::FAILURE,
        }
    }
}

/// Does what `command` says, with passwords from `input`.
///
/// # Errors
/// If the stored password or the new one is not fit for it, or a stream fails; a batch reports the former per line.
pub fn run(
    command: HashCommand,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    entropy: &dyn Entropy,
) -> anyhow::Result<Answer> {
    match command {
        HashCommand::Identify { stored } => {
            let found = identify(&stored);
            writeln!(out, "{}", found.name())?;
            Ok(if found == Identified::Unknown { Answer::No } else { Answer::Yes })
        }
        HashCommand::Verify { stored: Some(stored), format, pepper, .. } => {
            let password = read_password(input)?;
            let matches = verify(format, &stored, password.expose_secret(), pepper.as_ref())?;
            writeln!(out, "{}", if matches { "matches" } else { "does not match" })?;
            Ok(if matches { Answer::Yes } else { Answer::No })
        }
        HashCommand::Verify { stored: None, format, pepper, .. } => verify_batch(input, out, format, pepper.as_ref()),
        HashCommand::Make { format, pepper } => {
            let recipe = match pepper {
                Some(pepper) => format.with_pepper(pepper)?,
                None => format,
            };
            let made = recipe.make_unruled(read_password(input)?.expose_secret(), entropy)?;
            writeln!(out, "{}", made.expose())?;
            Ok(Answer::Yes)
        }
    }
}

/// One answer for each line, blank lines aside, written at once: the other side may wait for it.
fn verify_batch(
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    format: Option<Format>,
    pepper: Option<&SecretString>,
) -> anyhow::Result<Answer> {
    while let Some(line) = read_line(input, BATCH_LINE_BYTES_MAX)? {
        if line.expose_secret().trim_ascii().is_empty() {
            continue;
        }
        serde_json::to_writer(&mut *out, &Verdict::on(line.expose_secret(), format, pepper))?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(Answer::Yes)
}

#[derive(Deserialize)]
struct Question {
    password: SecretText,
    stored: String,
    format: Option<String>,
    pepper: Option<SecretText>,
}

/// A JSON string that wipes itself.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

#[derive(Serialize)]
struct Verdict {
    format: &'static str,
    verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Verdict {
    /// What `line` asks, with `format` and `pepper` where it names none itself.
    fn on(line: &[u8], format: Option<Format>, pepper: Option<&SecretString>) -> Self {
        let Ok(question) = serde_json::from_slice::<Question>(line) else {
            return Self::fault("the line is not a JSON object with the strings `password` and `stored`".to_owned());
        };
        let format = match question.format.as_deref().map(format_named) {
            None => format,
            Some(Ok(format)) => Some(format),
            Some(Err(fault)) => {
                return Self::fault(format!("{:?} is no format; {fault}", question.format.unwrap_or_default()));
            }
        };
        let pepper = question.pepper.as_ref().map(|SecretText(pepper)| pepper).or(pepper);
        let verified = verify(format, &question.stored, question.password.0.expose_secret().as_bytes(), pepper);
        Self {
            format: format.map_or_else(|| identify(&question.stored).name(), Format::name),
            verified: verified == Ok(true),
            error: verified.err().map(|error| error.to_string()),
        }
    }

    fn fault(error: String) -> Self {
        Self { format: Identified::Unknown.name(), verified: false, error: Some(error) }
    }
}

/// As the format that was named, or else as the one that the text shows.
fn verify(
    format: Option<Format>,
    stored: &str,
    password: &[u8],
    pepper: Option<&SecretString>,
) -> Result<bool, HashError> {
    match format {
        Some(format) => format.verify_with(stored, password, pepper),
        None => hash::verify_with(stored, password, pepper),
    }
}

/// The first line, whatever its bytes. An empty line is the empty password; no line is none.
fn read_password(input: &mut dyn BufRead) -> anyhow::Result<SecretBox<Vec<u8>>> {
    read_line(input, PASSWORD_BYTES_MAX)?.context("there is no password on standard input; write it there as one line")
}

/// The next line without its end, LF or CRLF; none at the end of the input. The room is taken at once, so that no
/// half-read secret is left behind by growing.
fn read_line(input: &mut dyn BufRead, bytes_max: usize) -> anyhow::Result<Option<SecretBox<Vec<u8>>>> {
    let room = bytes_max + "\r\n".len();
    let mut line = SecretBox::new(Box::new(Vec::with_capacity(room)));
    let bytes: &mut Vec<u8> = secrecy::ExposeSecretMut::expose_secret_mut(&mut line);
    if input.take(room as u64).read_until(b'\n', bytes)? == 0 {
        return Ok(None);
    }
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
    if bytes.len() > bytes_max {
        bail!("a line of the input is longer than {bytes_max} bytes; shorten it");
    }
    Ok(Some(line))
}

fn recipe_named(name: &str) -> Result<Recipe, String> {
    Recipe::named(name).ok_or_else(|| {
        let names: Vec<_> = Format::all().filter(|format| format.is_writable()).map(Format::name).collect();
        format!("the formats are {}", names.join(", "))
    })
}

fn format_named(name: &str) -> Result<Format, String> {
    Format::named(name).ok_or_else(|| {
        let names: Vec<_> = Format::all().map(Format::name).collect();
        format!("the formats are {}", names.join(", "))
    })
}

/// A password whose every byte is written `\u00XX`, a stored one, and the JSON around them.
const BATCH_LINE_BYTES_MAX: usize = 32 * 1024;

#[cfg(test)]
#[path = "hash_tests.rs"]
mod tests;
