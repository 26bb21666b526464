//! Regain itself, configured to be measured: everything on, and the limits that would stop a load set high.

use crate::process::{self, Process, free_address};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a measurement chooses.
pub(crate) struct Settings<'a> {
    pub(crate) program: &'a Path,
    /// Its configuration, its secret and, on SQLite, its ledger.
    pub(crate) folder: PathBuf,
    /// A ledger on PostgreSQL; otherwise it is in the folder.
    pub(crate) ledger: Option<String>,
    /// The accounts, an SQLite file that [`crate::accounts::make`] made.
    pub(crate) accounts: &'a Path,
    /// The relay.
    pub(crate) relay: SocketAddr,
}

/// `regain serve`, ready.
pub(crate) struct Regain {
    pub(crate) process: Process,
    pub(crate) public: SocketAddr,
}

impl Regain {
    pub(crate) fn start(settings: &Settings) -> Result<Self> {
        Self::start_with(settings, &[])
    }

    /// With some of its configuration in the environment.
    pub(crate) fn start_with(settings: &Settings, env: &[(&str, String)]) -> Result<Self> {
        let (mut process, public) = Self::spawn_with(settings, env)?;
        process.wait_until_listening(public).context("regain serve")?;
        Ok(Self { process, public })
    }

    /// Not yet ready.
    pub(crate) fn spawn(settings: &Settings) -> Result<(Process, SocketAddr)> {
        Self::spawn_with(settings, &[])
    }

    fn spawn_with(settings: &Settings, env: &[(&str, String)]) -> Result<(Process, SocketAddr)> {
        let public = settings.configure()?;
        let mut command = Command::new(settings.program);
        command.arg("serve").current_dir(&settings.folder).envs(env.iter().map(|(name, value)| (name, value)));
        Ok((Process::start(command, &settings.folder)?, public))
    }
}

impl Settings<'_> {
    /// Writes `regain.toml`; the public port is a new one each time.
    fn configure(&self) -> Result<SocketAddr> {
        std::fs::create_dir_all(&self.folder)?;
        let (public, admin) = (free_address()?, free_address()?);
        let mut secret = std::fs::OpenOptions::new();
        let secret = secret.write(true).create(true).truncate(true).mode(0o600).open(self.folder.join("secret"))?;
        std::io::Write::write_all(&mut &secret, SECRET.as_bytes())?;
        let config = CONFIG
            .replace("PUBLIC", &public.to_string())
            .replace("ADMIN", &admin.to_string())
            .replace("LEDGER", self.ledger.as_deref().unwrap_or("sqlite:regain.db"))
            .replace("ACCOUNTS", &self.accounts.display().to_string())
            .replace("RELAY", &self.relay.to_string());
        std::fs::write(self.folder.join("regain.toml"), config)?;
        Ok(public)
    }
}

/// What `program` says of itself.
pub(crate) fn version(program: &Path) -> Result<String> {
    Ok(process::output(Command::new(program).arg("--version"))?.trim().to_owned())
}

/// Of a server that lives for one measurement.
const SECRET: &str = "8d1f0c6be2a94753bb07d6e1594ac83f27e05a9cd4b81663fe902c7ad835b41e";

const CONFIG: &str = r#"
public_url = "http://PUBLIC"
product_name = "Example"

[server]
listen = "PUBLIC"
secret_file = "secret"

[ledger]
url = "LEDGER"

[users]
url = "sqlite:ACCOUNTS"
table = "accounts"

[limits]
requests_per_network_per_minute = 1000000000
queue_max = 100000000

[mail]
from = "Example <no-reply@example.com>"

[mail.smtp]
url = "smtp://RELAY"

[admin]
listen = "ADMIN"
"#;
