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
            writeln!(out, "{}", name(found))?;
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
            Some(Err(fault)) => return Self::fault(fault),
        };
        let pepper = question.pepper.as_ref().map(|SecretText(pepper)| pepper).or(pepper);
        let verified = verify(format, &question.stored, question.password.0.expose_secret().as_bytes(), pepper);
        Self {
            format: format.map_or_else(|| name(identify(&question.stored)), Format::name),
            verified: verified == Ok(true),
            error: verified.err().map(|error| error.to_string()),
        }
    }

    fn fault(error: String) -> Self {
        Self { format: name(Identified::Unknown), verified: false, error: Some(error) }
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

fn name(found: Identified) -> &'static str {
    match found {
        Identified::Known(format) => format.name(),
        Identified::Unusable => "unusable",
        Identified::Unknown => "unknown",
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
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Words {
        #[command(subcommand)]
        command: HashCommand,
    }

    /// What is answered and written for these words and this input.
    fn answer(words: &[&str], input: &[u8]) -> anyhow::Result<(Answer, String)> {
        let words = Words::try_parse_from([&["hash"], words].concat())?;
        let mut out = Vec::new();
        let answer = run(words.command, &mut { input }, &mut out, &SystemEntropy)?;
        Ok((answer, String::from_utf8(out)?))
    }

    fn refusal(words: &[&str], input: &[u8]) -> String {
        answer(words, input).unwrap_err().to_string()
    }

    const STORED: &str = "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
    const PASSWORD: &str = "correct horse battery staple";

    #[test]
    fn formats_are_named() {
        assert_eq!(answer(&["identify", STORED], b"").unwrap(), (Answer::Yes, "bcrypt\n".into()));
        assert_eq!(answer(&["identify", "!x"], b"").unwrap(), (Answer::Yes, "unusable\n".into()));
        assert_eq!(answer(&["identify", "hunter2"], b"").unwrap(), (Answer::No, "unknown\n".into()));
    }

    #[test]
    fn the_first_line_is_verified_without_its_end() {
        for end in ["", "\n", "\r\n", "\nanother line\n"] {
            let input = format!("{PASSWORD}{end}");
            assert_eq!(answer(&["verify", STORED], input.as_bytes()).unwrap().0, Answer::Yes, "{end:?}");
        }
        for other in [" \n", "\r", "\r\r\n"] {
            let input = format!("{PASSWORD}{other}");
            assert_eq!(answer(&["verify", STORED], input.as_bytes()).unwrap().0, Answer::No, "{other:?}");
        }
    }

    #[test]
    fn a_password_must_be_there_and_of_bounded_length() {
        assert!(refusal(&["verify", STORED], b"").contains("no password on standard input"));
        assert!(refusal(&["verify", STORED], &[b'x'; 73]).contains("at most 72 bytes"));
        assert!(refusal(&["verify", STORED], &[b'x'; 5000]).contains("longer than 4096 bytes"));
        assert!(refusal(&["make"], b"").contains("no password on standard input"));
    }

    #[test]
    fn what_is_made_verifies() {
        for format in ["argon2id", "bcrypt", "django_pbkdf2_sha256"] {
            let (_, made) = answer(&["make", "--format", format], b"lo\xCC\x81 \n").unwrap();
            assert_eq!(answer(&["identify", made.trim_end()], b"").unwrap().1.trim_end(), format);
            assert_eq!(answer(&["verify", made.trim_end()], b"lo\xCC\x81 \n").unwrap().0, Answer::Yes);
        }
    }

    #[test]
    fn a_pepper_goes_where_the_format_has_it() {
        for format in ["argon2id", "bcrypt"] {
            let (_, made) = answer(&["make", "--format", format, "--pepper", "of old"], b"secret").unwrap();
            let verified =
                |words: &[&str]| answer(&[&["verify", made.trim_end()], words].concat(), b"secret").unwrap().0;
            assert_eq!(verified(&["--pepper", "of old"]), Answer::Yes);
            assert_eq!(verified(&["--pepper", "of late"]), Answer::No);
            assert_eq!(verified(&[]), Answer::No);
        }
        assert!(refusal(&["make", "--format", "yescrypt", "--pepper", "x"], b"x").contains("leave the pepper out"));
    }

    #[test]
    fn a_format_that_the_text_does_not_show_can_be_named() {
        let (_, made) = answer(&["make", "--format", "drupal_bcrypt"], b" secret ").unwrap();
        assert_eq!(answer(&["verify", made.trim_end()], b" secret ").unwrap().0, Answer::No);
        let words = ["verify", "--format", "drupal_bcrypt", made.trim_end()];
        assert_eq!(answer(&words, b" secret ").unwrap().0, Answer::Yes);
        let line = |rest: &str| format!("{{\"password\":\" secret \",\"stored\":\"{}\"{rest}}}", made.trim_end());
        let named = line(",\"format\":\"drupal_bcrypt\"");
        let batch =
            |words: &[&str], line: &str| answer(&[&["verify", "--batch"], words].concat(), line.as_bytes()).unwrap().1;
        assert_eq!(batch(&[], &named), "{\"format\":\"drupal_bcrypt\",\"verified\":true}\n");
        assert_eq!(batch(&["--format", "drupal_bcrypt"], &line("")), batch(&[], &named));
        assert!(batch(&[], &line(",\"format\":\"md5\"")).contains("the formats are argon2id"));
        assert!(batch(&[], &line(",\"pepper\":\"x\"")).contains("\"verified\":false}"));
    }

    #[test]
    fn a_batch_answers_each_line() {
        let input = format!(
            "{{\"password\":\"{PASSWORD}\",\"stored\":\"{STORED}\"}}\n\
             {{\"stored\":\"{STORED}\",\"password\":\"wrong\"}}\r\n\n\
             {{\"password\":\"x\",\"stored\":\"$2b$31$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK\"}}\n\
             not JSON\n\
             {{\"password\":\"x\",\"stored\":\"!\"}}"
        );
        let (found, out) = answer(&["verify", "--batch"], input.as_bytes()).unwrap();
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(found, Answer::Yes);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], r#"{"format":"bcrypt","verified":true}"#);
        assert_eq!(lines[1], r#"{"format":"bcrypt","verified":false}"#);
        assert!(lines[2].starts_with(r#"{"format":"bcrypt","verified":false,"error":"the cost of the stored bcrypt"#));
        assert!(lines[3].starts_with(r#"{"format":"unknown","verified":false,"error":"the line is not a JSON object"#));
        assert!(lines[4].starts_with(r#"{"format":"unusable","verified":false,"error":"#));
    }

    #[test]
    fn wrong_words_are_refused_before_anything_is_read() {
        let code = |words: &[&str]| {
            let refused = answer(words, b"x").unwrap_err();
            refused.downcast::<clap::Error>().unwrap().exit_code()
        };
        assert_eq!(code(&["verify"]), 2);
        assert_eq!(code(&["verify", STORED, "--batch"]), 2);
        assert_eq!(code(&["verify", STORED, "--format", "md5"]), 2);
        assert_eq!(code(&["make", "--format", "md5"]), 2);
        assert!(refusal(&["make", "--format", "md5"], b"x").contains("argon2id, bcrypt"));
    }
}
