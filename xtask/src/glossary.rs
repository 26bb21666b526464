//! One word for each thing (GLOSSARY.md): reads the tree and finds the words that were given up.

use crate::tree::File;
use anyhow::{Result, ensure};

/// # Errors
/// Every place with a word that GLOSSARY.md replaces by another.
pub(crate) fn check(files: &[File]) -> Result<()> {
    let found: Vec<String> = files.iter().filter(|file| is_read(&file.path)).flat_map(found_in).collect();
    ensure!(found.is_empty(), "words that GLOSSARY.md replaces:\n{}", found.join("\n"));
    Ok(())
}

fn is_read(path: &str) -> bool {
    let kind = [".rs", ".md", ".ftl", ".txt"].iter().any(|ending| path.ends_with(ending));
    kind && !["GLOSSARY.md", "xtask/src/glossary.rs"].contains(&path)
}

fn found_in(file: &File) -> Vec<String> {
    let rust = file.path.ends_with(".rs");
    let found_on = |(n, line): (usize, &str)| {
        let lower = line.to_ascii_lowercase();
        let phrase = PHRASES.iter().find(|phrase| lower.contains(**phrase)).map(|phrase| (*phrase).to_owned());
        let defined = definition(line).filter(|(kind, name)| rust && is_refused(&file.path, kind, name));
        phrase.or(defined.map(|(_, name)| name.to_owned())).map(|word| format!("{}:{}: {word}", file.path, n + 1))
    };
    file.text.lines().enumerate().filter_map(found_on).collect()
}

/// What a line of Rust names something, and which kind of thing it is.
fn definition(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let kind = words.by_ref().take(5).find(|word| KEYWORDS.contains(word))?;
    words.next().map(|name| (kind, name)).filter(|_| !line.trim_start().starts_with("//"))
}

/// An account is no user; a relay, a proxy and a process have users, which is why only types are looked at.
fn is_refused(path: &str, kind: &str, name: &str) -> bool {
    let words = words_of(name);
    let is_type = ["struct", "enum", "trait", "type"].contains(&kind);
    let refused = |(n, word): (usize, &String)| match word.as_str() {
        "user" if is_type => !matches!(words.get(n + 1).map(String::as_str), Some("store" | "agent")),
        word => NAMES.contains(&word),
    };
    // In HTTP, GET is a word of its own.
    let is_getter = kind == "fn" && name.starts_with("get_") && !path.contains("/http/");
    is_getter || words.iter().enumerate().any(refused)
}

/// `ResetToken` and `reset_token` are both `reset`, `token`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        if c != '_' {
            words.last_mut().into_iter().for_each(|word| word.push(c.to_ascii_lowercase()));
        }
        after_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

const KEYWORDS: &[&str] = &["fn", "struct", "enum", "trait", "mod", "type", "const", "static"];

/// Refused in the name of anything in Rust.
const NAMES: &[&str] = &["manager", "helper", "helpers", "util", "utils", "mailer", "flow", "ticket"];

/// Refused anywhere, in any case.
const PHRASES: &[&str] =
    &["the mailer", "a mailer", "reset flow", "recovery flow", "reset ticket", "reset session", "reset key"];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        found_in(&File { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn given_up_words_are_found_in_names_and_prose() {
        for line in [
            "fn get_account() {}",
            "pub struct UserId;",
            "pub(crate) mod utils;",
            "struct TokenManager {",
            "// the mailer",
        ] {
            assert_eq!(found("a.rs", line), 1, "{line}");
        }
        assert_eq!(found("a.md", "In the reset flow, then"), 1);
    }

    #[test]
    fn the_glossarys_own_words_pass() {
        for line in [
            "fn target() {}",
            "trait UserStore {",
            "fn users_are_found() {}",
            "// a password manager",
            "fn overflow() {}",
            "fn user_name() {}",
            "const GET_POST: &str = \"\";",
            "fn user_agent() {}",
        ] {
            assert_eq!(found("a.rs", line), 0, "{line}");
        }
    }
}
