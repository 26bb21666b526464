//! `regain hash`, word by word.

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
        let verified = |words: &[&str]| answer(&[&["verify", made.trim_end()], words].concat(), b"secret").unwrap().0;
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
