//! What tests need besides Rust: taken from the environment, else from the machine, else installed, else named.

use crate::step::{cargo, run};
use crate::tree::root;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that tests start, or the file of a library that one of them loads.
pub(crate) struct Need {
    /// Where a test looks for its path; also where one's own can be named.
    variable: &'static str,
    /// Its names, the preferred one first; of a library, where Debian has it.
    programs: &'static [&'static str],
    /// Debian's packages.
    packages: &'static [&'static str],
}

/// A program that was found, by the variable that a test looks it up with.
pub(crate) type Found = (&'static str, PathBuf);

/// What `cargo xtask test` needs.
const NEEDS: &[&Need] = &[
    &CHROMIUM,
    &CHROMEDRIVER,
    &CURL,
    &POSTFIX,
    &PGBOUNCER,
    // Of the samples.
    &GO,
    &NODE,
    &RUBY,
    &GUZZLE,
    &JAVA,
    &UNIREST,
    &MCS,
    &MONO,
    &MONO_HTTP,
];

pub(crate) const CHROMIUM: Need = Need {
    variable: "REGAIN_TEST_CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    packages: &["chromium"],
};
pub(crate) const CHROMEDRIVER: Need =
    Need { variable: "REGAIN_TEST_CHROMEDRIVER", programs: &["chromedriver"], packages: &["chromium-driver"] };
/// Of whoever looks at pictures: without them a browser draws boxes in place of some scripts.
pub(crate) const FONTS_OF_EAST_ASIA: Need = Need {
    variable: "REGAIN_TEST_FONTS_OF_EAST_ASIA",
    programs: &["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"],
    packages: &["fonts-noto-cjk"],
};
pub(crate) const FONTS_OF_INDIA: Need = Need {
    variable: "REGAIN_TEST_FONTS_OF_INDIA",
    programs: &["/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf"],
    packages: &["fonts-noto-core"],
};
const GO: Need = Need { variable: "REGAIN_TEST_GO", programs: &["go"], packages: &["golang-go"] };
pub(crate) const NODE: Need =
    Need { variable: "REGAIN_TEST_NODE", programs: &["node", "nodejs"], packages: &["nodejs"] };
const RUBY: Need = Need { variable: "REGAIN_TEST_RUBY", programs: &["ruby"], packages: &["ruby"] };
const GUZZLE: Need = Need {
    variable: "REGAIN_TEST_GUZZLE",
    programs: &["/usr/share/php/GuzzleHttp/autoload.php"],
    packages: &["php-cli", "php-guzzlehttp-guzzle"],
};
/// With its compiler: samples are run from their source.
const JAVA: Need = Need { variable: "REGAIN_TEST_JAVA", programs: &["java"], packages: &["default-jdk-headless"] };
const UNIREST: Need = Need {
    variable: "REGAIN_TEST_UNIREST",
    programs: &["/usr/share/java/unirest-java.jar"],
    packages: &["default-jdk-headless", "libunirest-java-java"],
};
const MCS: Need = Need { variable: "REGAIN_TEST_MCS", programs: &["mcs"], packages: &["mono-mcs"] };
const MONO: Need = Need { variable: "REGAIN_TEST_MONO", programs: &["mono"], packages: &["mono-runtime"] };
const MONO_HTTP: Need = Need {
    variable: "REGAIN_TEST_MONO_HTTP",
    programs: &["/usr/lib/mono/4.5/System.Net.Http.dll"],
    packages: &["libmono-system-net-http4.0-cil"],
};
const CURL: Need = Need { variable: "REGAIN_TEST_CURL", programs: &["curl"], packages: &["curl"] };
pub(crate) const POSTFIX: Need =
    Need { variable: "REGAIN_TEST_POSTFIX", programs: &["postfix"], packages: &["postfix"] };
const PGBOUNCER: Need = Need { variable: "REGAIN_TEST_PGBOUNCER", programs: &["pgbouncer"], packages: &["pgbouncer"] };
pub(crate) const NPM: Need = Need { variable: "REGAIN_TEST_NPM", programs: &["npm"], packages: &["npm"] };
pub(crate) const PHP: Need = Need { variable: "REGAIN_TEST_PHP", programs: &["php"], packages: &["php-cli"] };
/// Needs of their own: a PHP may have come without its drivers.
pub(crate) const PHP_MYSQL: Need = Need {
    variable: "REGAIN_TEST_PHP_MYSQL",
    programs: &["/var/lib/dpkg/info/php-mysql.list"],
    packages: &["php-mysql"],
};
pub(crate) const PHP_PGSQL: Need = Need {
    variable: "REGAIN_TEST_PHP_PGSQL",
    programs: &["/var/lib/dpkg/info/php-pgsql.list"],
    packages: &["php-pgsql"],
};
/// As a domain controller of Active Directory.
pub(crate) const SAMBA: Need = Need {
    variable: "REGAIN_TEST_SAMBA",
    programs: &["samba"],
    packages: &["samba", "samba-ad-provision", "samba-dsdb-modules", "python3-samba"],
};

/// What Python needs, at the versions that were tried.
const PYTHON_PACKAGES: &[&str] = &["requests==2.34.2", "aiosmtpd==1.4.6", "schemathesis==4.32.5"];

/// The variables to run the tests with, and whether they are all there. What was found is handed back in any case:
/// a test whose need is missing fails by itself, the others need not wait.
pub(crate) fn gather() -> (Vec<Found>, Result<()>) {
    let (mut found, mut complete) = find(NEEDS);
    match python() {
        Ok(python) => {
            println!("REGAIN_TEST_PYTHON={}", python.display());
            found.push(("REGAIN_TEST_PYTHON", python));
        }
        Err(fault) => complete = complete.and(Err(fault)),
    }
    for library in [faketime(), axe()] {
        match library {
            Ok(library) => found.push(library),
            Err(fault) => complete = complete.and(Err(fault)),
        }
    }
    (found, complete)
}

/// The programs themselves, installed where they are missing; again, what was found is handed back in any case.
pub(crate) fn find(needs: &[&Need]) -> (Vec<Found>, Result<()>) {
    let complete = install_missing(needs);
    let found: Vec<_> = needs.iter().filter_map(|need| Some((need.variable, need.find()?))).collect();
    for (variable, path) in &found {
        println!("{variable}={}", path.display());
    }
    (found, complete)
}

impl Need {
    fn find(&self) -> Option<PathBuf> {
        let named = std::env::var_os(self.variable).map(PathBuf::from);
        named.or_else(|| self.programs.iter().find_map(|program| on_path(program)))
    }
}

/// Where on the path `program` is; one with a folder is there or nowhere.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let administrators = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(administrators).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn install_missing(needs: &[&Need]) -> Result<()> {
    let missing = needs.iter().filter(|need| need.find().is_none());
    let packages: Vec<_> = missing.flat_map(|need| need.packages).copied().collect();
    if packages.is_empty() { Ok(()) } else { install(&packages) }
}

/// Installs Debian packages where that is allowed, or says how somebody who may can do it.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let command = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    if on_path("apt-get").is_none() || !is_root() {
        bail!("missing: {}. On Debian or Ubuntu: sudo {command}", packages.join(", "));
    }
    if packages.contains(&"postfix") {
        preseed("postfix postfix/main_mailer_type select No configuration\n")?;
    }
    run(apt_get("update --quiet"))?;
    run(apt_get(command.trim_start_matches("apt-get "))).with_context(|| format!("try by hand: {command}"))
}

fn apt_get(arguments: &str) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments.split_whitespace()).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Answers a question that a package would ask.
fn preseed(answer: &str) -> Result<()> {
    use std::io::Write;
    let mut child = Command::new("debconf-set-selections").stdin(Stdio::piped()).spawn()?;
    child.stdin.take().context("no pipe to write to")?.write_all(answer.as_bytes())?;
    child.wait()?;
    Ok(())
}

/// Whether we are root, who may install, and start Postfix.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("--user").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// The library that gives a program a clock of its own.
pub(crate) fn faketime() -> Result<Found> {
    const VARIABLE: &str = "REGAIN_TEST_FAKETIME";
    let here = || std::env::var_os(VARIABLE).map(PathBuf::from).or_else(faketime_of_debian);
    if here().is_none() {
        install(&["libfaketime"])?;
    }
    let library = here().context("libfaketime is installed, and its library is not where Debian has it")?;
    println!("{VARIABLE}={}", library.display());
    Ok((VARIABLE, library))
}

fn faketime_of_debian() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

/// axe-core, which finds in a page what keeps people out: the one named, or one of our own under `target/`.
fn axe() -> Result<Found> {
    const VARIABLE: &str = "REGAIN_TEST_AXE";
    let folder = root().join("target/test-axe");
    let package = folder.join("node_modules/axe-core");
    let script = std::env::var_os(VARIABLE).map_or_else(|| package.join("axe.min.js"), PathBuf::from);
    let is_ours = script.starts_with(&folder);
    let described = std::fs::read_to_string(package.join("package.json")).unwrap_or_default();
    if is_ours && !described.contains(&format!("\"version\": \"{AXE_VERSION}\"")) {
        install_missing(&[&NPM])?;
        std::fs::create_dir_all(&folder)?;
        let mut npm = Command::new(NPM.find().context("npm is installed, and not on the PATH")?);
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder);
        npm.arg(format!("axe-core@{AXE_VERSION}"));
        run(npm).with_context(|| format!("axe-core cannot be installed; or name its axe.min.js in {VARIABLE}"))?;
    }
    println!("{VARIABLE}={}", script.display());
    Ok((VARIABLE, script))
}

/// A newer one has other rules, which had better not fail a build that changed nothing.
const AXE_VERSION: &str = "4.14.1";

/// A Python that can import what the tests do: the one named, or an environment of our own under `target/`.
fn python() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("REGAIN_TEST_PYTHON") {
        return Ok(named.into());
    }
    let folder = root().join("target/test-venv");
    let python = folder.join("bin/python");
    if !imports_all(&python) {
        make_environment(&folder)?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PYTHON_PACKAGES);
        run(pip).context(
            "the tests' Python packages cannot be installed; or name a Python that has them in REGAIN_TEST_PYTHON",
        )?;
    }
    Ok(python)
}

pub(crate) fn make_environment(folder: &Path) -> Result<()> {
    let make = || {
        let mut command = Command::new("python3");
        command.args(["-m", "venv", "--clear"]).arg(folder);
        run(command)
    };
    make().or_else(|_| install(&["python3", "python3-venv"]).and_then(|()| make()))
}

/// cargo-deny, at the version that `deny.toml` was written for; a minute and a half to build on two cores.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    cargo_tool("cargo-deny", "0.20.2")
}

/// cargo-fuzz; half a minute to build.
pub(crate) fn cargo_fuzz() -> Result<PathBuf> {
    cargo_tool("cargo-fuzz", "0.13.2")
}

/// cargo-mutants; a minute to build.
pub(crate) fn cargo_mutants() -> Result<PathBuf> {
    cargo_tool("cargo-mutants", "27.1.0")
}

/// One of cargo's tools: the machine's, or our own under `target/`, built there once.
fn cargo_tool(name: &str, version: &str) -> Result<PathBuf> {
    let folder = root().join("target/tools");
    let built = folder.join("bin").join(name);
    if let Some(found) = on_path(name).or_else(|| built.is_file().then(|| built.clone())) {
        return Ok(found);
    }
    let mut install = cargo("install --locked --quiet --debug");
    install.args([name, "--version", version]).arg("--root").arg(folder);
    run(install).with_context(|| format!("try by hand: cargo install {name} --locked"))?;
    Ok(built)
}

fn imports_all(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", "import requests, aiosmtpd, schemathesis"]).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
