//! `cargo xtask interop`: real applications, at versions that were tried, each prepared in `target/interop/NAME`.
//!
//! What an application is made of lies in `server/tests/interop/apps/NAME/`: its own files, and a `package.json` for npm or
//! a `requirements.txt` for pip, whichever there is.

use crate::databases::Databases;
use crate::needs::{self, CHROMEDRIVER, CHROMIUM, NODE, NPM, Need, PHP, PHP_MYSQL, PHP_PGSQL, SAMBA};
use crate::step::{Report, cargo, run, run_tests};
use crate::tree::root;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An application.
struct Application {
    name: &'static str,
    needs: &'static [&'static Need],
}

const APPLICATIONS: &[Application] = &[
    Application { name: "unleash", needs: &[&NPM, &CHROMIUM, &CHROMEDRIVER] },
    Application { name: "django", needs: &[] },
    Application { name: "better-auth", needs: &[&NODE, &NPM] },
    Application { name: "flask", needs: &[] },
    Application { name: "php", needs: &[&PHP, &PHP_MYSQL, &PHP_PGSQL] },
    Application { name: "active-directory", needs: &[&SAMBA] },
];

/// Prepares and tries the applications of these names, or all if none is named.
pub(crate) fn run_all(names: &[&str]) -> Result<bool> {
    let known: Vec<_> = APPLICATIONS.iter().map(|application| application.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        bail!("no application is called {unknown}; there are {}", known.join(", "));
    }
    let (wanted, others): (Vec<_>, Vec<_>) =
        APPLICATIONS.iter().partition(|application| names.is_empty() || names.contains(&application.name));

    let mut report = Report::default();
    let mut variables = Vec::new();
    let mut ready = Vec::new();
    for application in wanted {
        report.step(&format!("{}: what it needs", application.name), |_| {
            variables.extend(application.prepare()?);
            ready.push(application);
            Ok(())
        });
    }
    let mut databases = None;
    report.step("the databases that the applications need", |_| {
        let (started, complete) = Databases::start();
        databases = Some(started);
        complete
    });
    for application in ready {
        report.step(application.name, |tests| {
            let mut command = cargo("test -p regain --features failpoints --test interop --");
            command.arg(format!("{}::", application.name.replace('-', "_")));
            let folder = root().join(FOLDER);
            command.env("REGAIN_TEST_SCREENSHOTS", folder.join(application.name)).env("REGAIN_INTEROP", folder);
            command.envs(variables.iter().cloned());
            command.envs(databases.iter().flat_map(Databases::variables));
            run_tests(&mut command, tests).map(drop)
        });
    }
    for application in others {
        report.not_run(application.name);
    }
    Ok(report.close())
}

/// Installs applications for another purpose than to try them, and says in which folder.
pub(crate) fn install(names: &[&str]) -> Result<PathBuf> {
    for application in APPLICATIONS.iter().filter(|application| names.contains(&application.name)) {
        println!("── {}", application.name);
        application.install()?;
    }
    Ok(root().join(FOLDER))
}

impl Application {
    /// Sees to what it needs besides, and installs it.
    fn prepare(&self) -> Result<Vec<needs::Found>> {
        let (found, complete) = needs::find(self.needs);
        complete?;
        self.install()?;
        Ok(found)
    }

    /// Copies its files to its folder and installs what they name, unless that was done with these very files.
    fn install(&self) -> Result<()> {
        let source = root().join("server/tests/interop/apps").join(self.name);
        let folder = root().join(FOLDER).join(self.name);
        std::fs::create_dir_all(&folder)?;
        let changed = copy(&source, &folder)?;
        let mark = folder.join(".prepared");
        if changed || !mark.is_file() {
            if mark.is_file() {
                std::fs::remove_file(&mark)?;
            }
            if folder.join("package.json").is_file() {
                npm_install(&folder)?;
            }
            if folder.join("requirements.txt").is_file() {
                pip_install(&folder)?;
            }
            std::fs::write(mark, "")?;
        }
        Ok(())
    }
}

/// Copies all files; says whether any was not there in this form before.
fn copy(source: &Path, folder: &Path) -> Result<bool> {
    let mut changed = false;
    for entry in std::fs::read_dir(source).with_context(|| source.display().to_string())? {
        let from = entry?.path();
        let to = folder.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            std::fs::create_dir_all(&to)?;
            changed |= copy(&from, &to)?;
        } else {
            let file = std::fs::read(&from)?;
            if std::fs::read(&to).ok().as_ref() != Some(&file) {
                std::fs::write(&to, file)?;
                changed = true;
            }
        }
    }
    Ok(changed)
}

/// No package's own script runs: none of ours needs one.
fn npm_install(folder: &Path) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    npm.current_dir(folder);
    run(npm)
}

fn pip_install(folder: &Path) -> Result<()> {
    let environment = folder.join("venv");
    needs::make_environment(&environment)?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"]);
    pip.current_dir(folder);
    run(pip)
}

/// Below the root.
const FOLDER: &str = "target/interop";
