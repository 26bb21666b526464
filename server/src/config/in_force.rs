//! Reading the configuration again while the server runs.

use super::error::ConfigErrors;
use super::key::{self, Key};
use super::{Config, Loaded, source, unexplained};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The settings that a running server goes by, and where they came from.
pub struct InForce {
    path: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    loaded: Loaded,
}

/// What reading the configuration again came to.
pub struct Reread {
    /// What is written now; of keys that need a restart, what is in force.
    pub in_force: InForce,
    /// Keys that have another value than before.
    pub changed: Vec<&'static str>,
    /// Keys that will have another value than now once the server starts again.
    pub pending: Vec<&'static str>,
}

impl InForce {
    /// As [`Config::load`].
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load<N: Into<OsString>, V: Into<OsString>>(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        let path = source::find(path);
        let environment: Vec<_> = environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let loaded = Loaded::from_disk(path.as_deref(), environment.clone())?;
        Ok(Self { path, environment, loaded })
    }

    /// What the server goes by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.loaded.config
    }

    /// Reads the same file again; the environment is that of the start. What is in force stays in force until it is
    /// replaced by what this returns.
    ///
    /// # Errors
    /// As [`Config::load`]; also if what is written now does not go with what needs a restart to change.
    pub fn read_again(&self) -> Result<Reread, ConfigErrors> {
        let mut loaded = Loaded::from_disk(self.path.as_deref(), self.environment.clone())?;
        let value = |loaded: &Loaded, key: &Key| loaded.settings.setting(key).map(|setting| setting.value.clone());
        let differ = key::all().filter(|key| value(&self.loaded, key) != value(&loaded, key));
        let (pending, changed): (Vec<_>, Vec<_>) = differ.partition(|key| needs_restart(key));
        key::all().filter(|key| needs_restart(key)).for_each(|key| loaded.settings.keep(key, &self.loaded.settings));
        let config = Config::read(&mut loaded.settings);
        let problems = std::mem::take(&mut loaded.settings.problems);
        if !problems.is_empty() {
            return Err(ConfigErrors::new(loaded.file, problems));
        }
        loaded.config = config.ok_or_else(unexplained)?;
        let paths = |keys: Vec<&'static Key>| keys.into_iter().map(|key| key.path).collect();
        let in_force = Self { path: self.path.clone(), environment: self.environment.clone(), loaded };
        Ok(Reread { in_force, changed: paths(changed), pending: paths(pending) })
    }
}

/// Whether a running server goes by the value that it started with.
pub(super) fn needs_restart(key: &Key) -> bool {
    let is_or_is_in =
        |part: &&str| key.path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    NEED_A_RESTART.iter().any(is_or_is_in)
}

/// Keys, and sections with all that is in them: where the server listens, and what it holds on to for as long as it runs.
pub(super) const NEED_A_RESTART: &[&str] = &[
    "server",
    "ledger.url",
    "users",
    "limits.requests_per_network_per_minute",
    "notify.webhook_url",
    "notify.webhook_secret",
    "admin.listen",
];
