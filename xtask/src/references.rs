//! `docs/reference/`: written by the program itself, so that it cannot say otherwise than the program does.

use crate::step::{cargo, output, run};
use crate::tree::root;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

/// Writes each reference anew.
pub(crate) fn regenerate() -> Result<bool> {
    std::fs::create_dir_all(root().join(FOLDER))?;
    for (name, text) in generate()? {
        std::fs::write(root().join(FOLDER).join(name), text)?;
        println!("{FOLDER}/{name}");
    }
    Ok(true)
}

/// # Errors
/// Names each reference that says otherwise than the program.
pub(crate) fn check_fresh() -> Result<()> {
    let is_stale = |(name, text): &(&'static str, String)| {
        std::fs::read_to_string(root().join(FOLDER).join(name)).ok().as_ref() != Some(text)
    };
    let stale: Vec<_> = generate()?.into_iter().filter(is_stale).map(|(name, _)| name).collect();
    ensure!(stale.is_empty(), "{} in {FOLDER} would change: run `cargo xtask regen`", stale.join(", "));
    Ok(())
}

const FOLDER: &str = "docs/reference";

fn generate() -> Result<[(&'static str, String); 4]> {
    // Built as the tests build it: another set of features would compile everything once more.
    run(cargo("test --quiet -p regain --features failpoints --test it --no-run"))?;
    let mut commands = String::from("# Commands\n\nWritten by `cargo xtask regen`.\n");
    describe(&[], &mut commands)?;
    Ok([
        ("config.md", regain(&["config", "reference"])?),
        ("openapi.json", regain(&["openapi", "--config", &plain_config()?])?),
        ("hook.openapi.json", regain(&["openapi", "--hook"])?),
        ("cli.md", commands),
    ])
}

/// Adds the help of the command `words` and of all below it.
fn describe(words: &[&str], text: &mut String) -> Result<()> {
    let help = regain(&[words, &["--help"]].concat())?;
    let title = [&["regain"], words].concat().join(" ");
    let help_lines: Vec<_> = help.lines().map(str::trim_end).collect();
    writeln!(text, "\n## `{title}`\n\n```text\n{}\n```", help_lines.join("\n").trim_end())?;
    for command in commands_in(&help) {
        describe(&[words, &[command]].concat(), text)?;
    }
    Ok(())
}

/// The commands that a help text lists: two spaces before the name, more before what belongs to it.
fn commands_in(help: &str) -> impl Iterator<Item = &str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
}

/// The file of a configuration in which all that may be absent is absent.
fn plain_config() -> Result<String> {
    let file = root().join("target/reference.toml");
    std::fs::create_dir_all(root().join("target"))?;
    std::fs::write(&file, PLAIN_CONFIG)?;
    Ok(file.display().to_string())
}

const PLAIN_CONFIG: &str = r#"
public_url = "https://accounts.example.com"
[users]
url = "sqlite:app.db"
table = "accounts"
[mail]
from = "Example <no-reply@example.com>"
[mail.smtp]
url = "smtp://mail.example.com"
"#;

/// What the program prints, away from any configuration of this machine.
fn regain(arguments: &[&str]) -> Result<String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let mut command = Command::new(root().join(target).join("debug/regain"));
    command.args(arguments).current_dir(root().join(FOLDER).parent().context("docs")?).env("COLUMNS", "100");
    output(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_help() {
        let help = "About\n\nCommands:\n  serve  Runs\n         on\n  help   Prints\n\nOptions:\n  -h";
        assert_eq!(commands_in(help).collect::<Vec<_>>(), ["serve"]);
    }
}
