//! The file: a proposal as TOML, with its reasons, and where a database cannot tell, a line that says so.

use super::proposal::{Entry, Proposal, Value};
use crate::config::Config;
use crate::ownership;
use crate::users;
use crate::users::sql::presets::Preset;
use anyhow::Context;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How the file names the database.
#[derive(Debug, Clone, Copy)]
pub(super) enum UrlLine<'a> {
    /// As it is.
    Plain(&'a str),
    /// By a file of its own, since it holds a password.
    File(&'a str),
}

/// The whole file.
pub(super) fn render(proposal: &Proposal, url: UrlLine<'_>, ledger: &str) -> String {
    let mut file = HEAD.replace("{ledger}", &toml_text(ledger)).replace("{store}", proposal.store());
    let line = match url {
        UrlLine::Plain(url) => format!("url = {}", toml_text(url)),
        UrlLine::File(name) => {
            file.push_str("# The URL holds a password, so it is in a file of its own that only its owner reads.\n");
            format!("url_file = {}", toml_text(name))
        }
    };
    file.push_str(&line);
    file.push('\n');
    let mut in_directory = false;
    for entry in &proposal.entries {
        if !in_directory && entry.setting.as_ref().is_some_and(|(key, _)| key.starts_with(OF_DIRECTORY)) {
            file.push_str("\n[users.ldap]\n");
            in_directory = true;
        }
        file.push_str(&rendered(entry));
    }
    file.push_str(proposal.preset.map(beside_users).unwrap_or_default());
    file.push_str(TAIL);
    file
}

/// What a framework's own rules ask of the other sections.
fn beside_users(preset: &Preset) -> &'static str {
    match preset.name {
        "unleash" => UNLEASH,
        "phoenix" => PHOENIX,
        _ => "",
    }
}

/// Whether the server would take the file, before anything is written. `base` is the folder it will be in, `environment`
/// what it will be read with.
///
/// # Errors
/// What is wrong with it.
pub(super) fn verify(text: &str, base: &Path, environment: Vec<(String, String)>) -> anyhow::Result<()> {
    let config = Config::from_toml(text, base, environment);
    let config = config.map_err(|errors| anyhow::anyhow!("the proposal would be no valid configuration:\n{errors}"))?;
    users::open(&config.users).map(drop).context("the proposal could not be used")
}

/// Creates both files, or neither; none that exists is touched.
///
/// # Errors
/// A file is there already, or cannot be made.
pub(super) fn create(output: &Path, text: &str, secret: Option<(&Path, &str)>) -> anyhow::Result<()> {
    if let Some((path, url)) = secret {
        write_new(path, &format!("{url}\n"), 0o600)?;
    }
    write_new(output, text, 0o644).inspect_err(|_| {
        if let Some((path, _)) = secret {
            let _ = std::fs::remove_file(path);
        }
    })
}

/// Fails if `path` exists: what somebody wrote is never replaced.
pub(super) fn refuse_existing(path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !path.exists(),
        "{} exists and is not replaced; move it away, or name another file with --output",
        path.display()
    );
    Ok(())
}

/// The file beside `output` for a URL with a password.
pub(super) fn url_file(output: &Path) -> PathBuf {
    output.with_extension("users-url")
}

/// Says what root, who is the owner of `secret` then, has to do before another account can serve.
///
/// # Errors
/// As `out` has them.
pub(super) fn tell_of_root(secret: &Path, out: &mut dyn Write) -> std::io::Result<()> {
    if ownership::is_root() {
        writeln!(
            out,
            "         It is root's: give it to the account that serves, as with chown regain {}",
            secret.display()
        )?;
    }
    Ok(())
}

fn write_new(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file: File| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn rendered(entry: &Entry) -> String {
    let mut text = String::new();
    for reason in &entry.reasons {
        text.push_str(&comment(reason));
    }
    for check in &entry.checks {
        text.push_str(&comment(&format!("CHECK: {check}.")));
    }
    let setting = entry.setting.as_ref().map(|(key, value)| (key.trim_start_matches(OF_DIRECTORY), value));
    match setting {
        Some((key, Value::Text(value))) => text.push_str(&format!("{key} = {}\n", toml_text(value))),
        Some((key, Value::Texts(values))) if values.is_empty() => text.push_str(&format!("{key} = []\n")),
        Some((key, Value::Texts(values))) => {
            let lines: String = values.iter().map(|value| format!("  {},\n", toml_text(value))).collect();
            text.push_str(&format!("{key} = [\n{lines}]\n"));
        }
        None => {}
    }
    text
}

/// Lines of at most [`WIDTH`] characters, each after `# `.
fn comment(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::from("#"));
    for word in text.split_whitespace() {
        if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

/// In the quotation marks that need the fewest escapes.
pub(super) fn toml_text(text: &str) -> String {
    let literal = !text.contains(['\'']) && !text.contains(char::is_control);
    if literal && text.contains(['"', '\\']) {
        return format!("'{text}'");
    }
    toml::Value::String(text.to_owned()).to_string()
}

const WIDTH: usize = 100;
/// What keys of `[users.ldap]` begin with. In a proposal they come last.
const OF_DIRECTORY: &str = "ldap.";

pub(super) const HEAD: &str = r#"# Regain's configuration, proposed by `regain init`, which only looked at the {store}.
# Lines with CHECK hold what a {store} cannot tell. `regain check` tries all of it;
# `regain config reference` explains every key.

# CHECK: this leads to this machine alone; write the https address that people will use.
public_url = "http://127.0.0.1:8080"
# CHECK: the name in mails and pages.
product_name = "Example"

[ledger]
# Regain's own state, in a file of its own.
url = {ledger}

[users]
"#;

const UNLEASH: &str = r#"
[password]
# The rule that Unleash's own pages tell people.
preset = "unleash"

[limits]
# Unleash's page asks whether a password will do at every key that is pressed.
requests_per_network_per_minute = 100
"#;

const PHOENIX: &str = r#"
[password]
# What `mix phx.gen.auth` asks for.
length_min = 12
length_max = 72
"#;

pub(super) const TAIL: &str = r#"
[mail]
# CHECK: who writes; an address that your mail server may send for.
from = "Example <no-reply@example.com>"

[mail.smtp]
# CHECK: your mail server, such as smtps://user:password@mail.example.com.
url = "smtp://localhost:25"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_toml() {
        for text in ["a", "a \"b\"", "it's", "both \" and '", "back\\slash", "line\nbreak", ""] {
            let read: toml::Table = format!("k = {}", toml_text(text)).parse().unwrap();
            assert_eq!(read["k"].as_str(), Some(text));
        }
    }

    #[test]
    fn nothing_in_a_comment_can_leave_it() {
        assert_eq!(comment("a\nurl = \"b\""), "# a url = \"b\"\n");
    }
}
