//! The password libraries that the formats are held to, live: pinned, and installed in a folder of their own.
//!
//! Apart from what other tests need of Python, because passlib wants an older bcrypt than applications do.

use crate::needs::{install, make_environment, on_path};
use crate::step::run;
use crate::tree::root;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variables that the tests look these up with, and whether they are all there. What was found is handed back in
/// any case.
pub(crate) fn gather() -> (Vec<(&'static str, PathBuf)>, Result<()>) {
    let mut found = Vec::new();
    let mut complete = Ok(());
    let places: [(&str, fn() -> Result<PathBuf>); 4] = [
        ("REGAIN_TEST_FORMATS_PYTHON", python),
        ("REGAIN_TEST_FORMATS_NODE_FOLDER", node_folder),
        ("REGAIN_TEST_PHP", || program("php", "php-cli")),
        ("REGAIN_TEST_PERL", || program("perl", "perl")),
    ];
    for (variable, place) in places {
        match std::env::var_os(variable).map_or_else(place, |named| Ok(named.into())) {
            Ok(path) => {
                println!("{variable}={}", path.display());
                found.push((variable, path));
            }
            Err(fault) => complete = complete.and(Err(fault)),
        }
    }
    (found, complete)
}

fn program(name: &str, package: &str) -> Result<PathBuf> {
    if on_path(name).is_none() {
        install(&[package])?;
    }
    on_path(name).with_context(|| format!("{name} is not on the PATH, though {package} is installed"))
}

fn python() -> Result<PathBuf> {
    let folder = folder().join("venv");
    let python = folder.join("bin/python");
    once(&folder, PYTHON_PACKAGES, || {
        make_environment(&folder)?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PYTHON_PACKAGES);
        run(pip).context("or name a Python that has them in REGAIN_TEST_FORMATS_PYTHON")
    })?;
    Ok(python)
}

/// Where Node is to be started, so that it finds them.
fn node_folder() -> Result<PathBuf> {
    let folder = folder().join("node");
    once(&folder, NPM_PACKAGES, || {
        std::fs::create_dir_all(&folder)?;
        let mut npm = Command::new(program("npm", "npm")?);
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).args(NPM_PACKAGES);
        run(npm).context("or name a folder with them in REGAIN_TEST_FORMATS_NODE_FOLDER")
    })?;
    Ok(folder)
}

/// Installs unless a note in the folder says that just these packages were.
fn once(folder: &Path, packages: &[&str], install: impl FnOnce() -> Result<()>) -> Result<()> {
    let (note, text) = (folder.join("installed"), packages.join("\n"));
    if std::fs::read_to_string(&note).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    install().context("the password libraries that formats are tested with cannot be installed")?;
    Ok(std::fs::write(note, text)?)
}

fn folder() -> PathBuf {
    root().join("target/test-formats")
}

/// At the versions that the vectors were made with. passlib 1.7.4 does not work with bcrypt 5.
const PYTHON_PACKAGES: &[&str] = &[
    "argon2-cffi==25.1.0",
    "bcrypt==4.0.1",
    "django==5.2.19",
    "flask-bcrypt==1.0.1",
    "passlib==1.7.4",
    "werkzeug==3.1.9",
];
const NPM_PACKAGES: &[&str] =
    &["@better-auth/utils@0.5.1", "argon2@0.45.1", "bcrypt@6.0.0", "bcryptjs@3.0.3", "firebase-scrypt@2.2.0"];
