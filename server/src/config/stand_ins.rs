//! What stands in where a configuration is not there yet: enough to look at mails, and nothing to serve with.

use super::{Config, ConfigErrors, key};
use std::ffi::OsString;
use std::path::Path;

/// A configuration, and the keys that were made up.
#[derive(Debug)]
pub struct StoodIn {
    /// Fit for whatever looks neither at accounts nor at a mail server.
    pub config: Config,
    /// In the order in which they were missed.
    pub made_up: Vec<&'static str>,
}

impl StoodIn {
    /// Without a public address and a name of one's own, the demo's name rather than its address.
    fn of(mut config: Config, made_up: Vec<&'static str>) -> Self {
        if made_up.contains(&"public_url") && config.product_name == config.public_url.host {
            config.product_name = "Regain Demo".into();
        }
        Self { config, made_up }
    }
}

impl Config {
    /// As [`Config::load`], but what is required and absent stands as in the demo. What is there and wrong is refused all
    /// the same.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_or_make_up<N: Into<OsString>, V: Into<OsString>>(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<StoodIn, ConfigErrors> {
        let mut environment: Vec<(OsString, OsString)> =
            environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let mut made_up = Vec::new();
        loop {
            let errors = match Self::load(path, environment.iter().cloned()) {
                Ok(config) => return Ok(StoodIn::of(config, made_up)),
                Err(errors) => errors,
            };
            // One that stands in may be missed only because another did: a table, once there is a database.
            let missing =
                |stand_in: &&(&'static str, &str)| errors.misses(stand_in.0) && !made_up.contains(&stand_in.0);
            let found: Vec<_> = STAND_INS.iter().filter(missing).collect();
            if found.is_empty() {
                return Err(errors);
            }
            for (path, value) in found {
                made_up.push(path);
                environment.push((key::variable(path).into(), value.into()));
            }
        }
    }
}

/// Key and value of each.
const STAND_INS: &[(&str, &str)] = &[
    ("public_url", "http://127.0.0.1:8080"),
    ("users.url", "sqlite:accounts.db"),
    ("users.table", "accounts"),
    ("server.secret_file", "regain.secret"),
    ("mail.from", "Regain Demo <no-reply@example.com>"),
    ("mail.smtp.url", "smtp://localhost"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn stood_in(text: &str) -> Result<StoodIn, ConfigErrors> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("regain.toml");
        std::fs::write(&file, text).unwrap();
        Config::load_or_make_up(Some(&file), std::iter::empty::<(String, String)>())
    }

    #[test]
    fn what_is_missing_is_made_up_and_what_is_there_stays() {
        let nothing = stood_in("").unwrap();
        assert_eq!(nothing.config.product_name, "Regain Demo");
        assert!(nothing.made_up.contains(&"users.url") && nothing.made_up.contains(&"mail.smtp.url"), "{nothing:?}");

        let some = stood_in(
            "public_url = \"https://a.acme.dev\"\nproduct_name = \"Acme\"\n[ledger]\nurl = \"postgres://h/d\"\n",
        );
        let some = some.unwrap();
        assert_eq!((&*some.config.public_url.host, &*some.config.product_name), ("a.acme.dev", "Acme"));
        assert!(some.made_up.contains(&"server.secret_file") && !some.made_up.contains(&"public_url"));
    }

    #[test]
    fn what_is_there_and_wrong_is_refused() {
        for wrong in [
            "public_url = 7",
            "product_nam = \"x\"",
            "[mail]\nfrom = \"nobody\"",
            "public_url = \"http://a.example.com\"",
        ] {
            let errors = stood_in(wrong).unwrap_err().to_string();
            assert!(errors.contains("not used"), "{errors}");
        }
    }
}
