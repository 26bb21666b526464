//! `cargo xtask bench NAME…`: builds what is measured, starts what it needs, and hands over to the crate `bench`.

use crate::databases::Databases;
use crate::interop;
use crate::needs::{self, Found, NODE, NPM, Need, POSTFIX};
use crate::step::{cargo, run};
use crate::tree::root;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// `words` are names, then options: `--profile NAME` is ours, the others belong to the crate.
pub(crate) fn run_all(words: &[&str]) -> Result<bool> {
    let (profile, words) = profile(words)?;
    let built = build(profile, !words.contains(&"--regain"))?;
    let mut bench = Command::new(built.join("regain-bench"));
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    bench.env("REGAIN_BENCH_PROGRAM", built.join("regain")).env("REGAIN_BENCH_FOLDER", folder);
    let measures = |name: &str| words.contains(&name);
    bench.envs(prepare(measures)?);
    let databases = if words.iter().any(|word| ON_POSTGRES.contains(word)) {
        println!("── a PostgreSQL that syncs");
        Some(Databases::start_durable()?)
    } else {
        None
    };
    bench.envs(databases.iter().flat_map(Databases::variables)).args(words).current_dir(root());
    run(bench)?;
    Ok(true)
}

/// What is measured on a PostgreSQL.
const ON_POSTGRES: &[&str] = &["accept-postgres", "nodes", "peers", "told-apart"];

fn profile<'a>(words: &[&'a str]) -> Result<(&'a str, Vec<&'a str>)> {
    let mut words = words.to_vec();
    let Some(at) = words.iter().position(|word| *word == "--profile") else { return Ok(("release", words)) };
    words.remove(at);
    let profile = (at < words.len()).then(|| words.remove(at)).context("--profile wants a name, such as dev")?;
    Ok((profile, words))
}

/// Builds `bench` and, unless another one is named, Regain; says where they are. At once, so that they share what they
/// are built from.
fn build(profile: &str, with_regain: bool) -> Result<PathBuf> {
    println!("── building, with the profile {profile}");
    let mut command = cargo("build -p regain-bench --profile");
    command.arg(profile).args(if with_regain { &["-p", "regain"][..] } else { &[] });
    run(command)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join(if profile == "dev" { "debug" } else { profile }))
}

/// Installs what the named measurements need besides, and says where it is.
fn prepare(measures: impl Fn(&str) -> bool) -> Result<Vec<Found>> {
    let mut needed: Vec<&Need> = Vec::new();
    if measures("deliver") {
        needed.push(&POSTFIX);
    }
    if measures("peers") {
        needed.extend([&NODE, &NPM]);
    }
    let (mut found, complete) = needs::find(&needed);
    complete?;
    if measures("peers") {
        let folder = interop::install(&["django", "better-auth", "unleash"])?;
        let mut pip = Command::new(folder.join("django/venv/bin/python"));
        run({
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", GUNICORN]);
            pip
        })?;
        found.push(("REGAIN_BENCH_PEERS", folder));
    }
    Ok(found)
}

/// What Django's documentation names first of the servers to run it with.
const GUNICORN: &str = "gunicorn==23.0.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_taken_out_of_the_words() {
        let (name, words) = profile(&["accept", "--profile", "dev", "--rounds", "1"]).unwrap();
        assert_eq!((name, words), ("dev", vec!["accept", "--rounds", "1"]));
        assert_eq!(profile(&["accept"]).unwrap().0, "release");
        assert!(profile(&["accept", "--profile"]).is_err());
    }
}
