//! `regain hash`: the password formats, from the command line.
//!
//! Passwords come from standard input, one a line, never as arguments: those show in process lists and histories.

use anyhow::{Context as _, bail};
use regain_core::entropy::Entropy;
use regain_core::hash::{self, Format, Identified, PASSWORD_BYTES_MAX, Recipe, identify};
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
        /// A secret that the application mixes into each password
        #[arg(long, value_parser = refuse_pepper)]
        pepper: Option<String>,
    },
    /// Print a hash of the password on standard input
    Make {
        /// The format, made at its default cost
        #[arg(long, default_value = "argon2id", value_parser = recipe_named)]
        format: Recipe,
        /// A secret that the application mixes into each password
        #[arg(long, value_parser = refuse_pepper)]
        pepper: Option<String>,
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
        HashCommand::Verify { stored: Some(stored), .. } => {
            let matches = hash::verify(&stored, read_password(input)?.expose_secret())?;
            writeln!(out, "{}", if matches { "matches" } else { "does not match" })?;
            Ok(if matches { Answer::Yes } else { Answer::No })
        }
        HashCommand::Verify { stored: None, .. } => verify_batch(input, out),
        HashCommand::Make { format, .. } => {
            let made = format.make_unruled(read_password(input)?.expose_secret(), entropy)?;
            writeln!(out, "{}", made.expose())?;
            Ok(Answer::Yes)
        }
    }
}

/// One answer for each line, blank lines aside, written at once: the other side may wait for it.
fn verify_batch(input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<Answer> {
    while let Some(line) = read_line(input, BATCH_LINE_BYTES_MAX)? {
        if line.expose_secret().trim_ascii().is_empty() {
            continue;
        }
        serde_json::to_writer(&mut *out, &Verdict::on(line.expose_secret()))?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(Answer::Yes)
}

#[derive(Deserialize)]
struct Question {
    password: SecretText,
    stored: String,
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
    fn on(line: &[u8]) -> Self {
        let unreadable = "the line is not a JSON object with the strings `password` and `stored`";
        let Ok(Question { password, stored }) = serde_json::from_slice(line) else {
            return Self { format: name(Identified::Unknown), verified: false, error: Some(unreadable.to_owned()) };
        };
        let verified = hash::verify(&stored, password.0.expose_secret().as_bytes());
        Self {
            format: name(identify(&stored)),
            verified: verified == Ok(true),
            error: verified.err().map(|error| error.to_string()),
        }
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

fn refuse_pepper(_: &str) -> Result<String, String> {
    Err("none of the formats takes a pepper; leave the option out".to_owned())
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
        assert_eq!(code(&["verify", STORED, "--pepper", "x"]), 2);
        assert_eq!(code(&["make", "--format", "md5"]), 2);
        assert!(refusal(&["make", "--format", "md5"], b"x").contains("argon2id, bcrypt"));
        assert!(refusal(&["make", "--pepper", "x"], b"x").contains("none of the formats takes a pepper"));
    }
}
