//! The configuration, typed and checked: what the rest of the server sees of it.
//!
//! One TOML file and the environment over it. A file per section declares the section's keys and turns their values
//! into the types here; `key` holds what a declaration is, `source` and `settings` find the values, `error` shows
//! what is wrong with them, all at once. A configuration with any error is not used at all.

mod admin;
mod api;
mod brand;
mod error;
mod hook;
mod in_force;
mod key;
mod ledger;
mod limits;
mod mail;
mod mail_events;
mod notify;
mod password;
mod providers;
mod public;
mod reference;
mod reset;
mod samples;
pub mod secret;
mod server;
mod settings;
mod show;
mod signing;
mod similar;
mod smtp;
mod source;
mod stand_ins;
#[cfg(test)]
mod tests;
pub(crate) mod url;
mod users;
mod value;

pub use admin::Admin;
pub use api::{Access, Api, Dialect};
pub use error::ConfigErrors;
pub use hook::Hook;
pub use in_force::{InForce, Reread};
pub use ledger::{Ledger, LedgerUrl};
pub use limits::Limits;
pub use mail::{Mail, Mailbox, Transport};
pub use mail_events::{MailEvents, SnsTopic};
pub use notify::{Notify, WebhookTarget};
pub use password::{Password, PasswordPreset};
pub use providers::{Mailgun, Postmark, Resend, Sendgrid, Ses};
pub use public::PublicUrl;
pub use reference::{reference, schema};
pub use reset::Reset;
pub use server::{Server, TlsFiles};
pub use show::effective;
pub use smtp::{Smtp, SmtpTls};
pub use stand_ins::StoodIn;
pub(crate) use users::is_identifier;
pub use users::{AfterReset, Credentials, History, Ldap, LdapServer, LdapTls, StoreUrl, Users};

use crate::brand::Brand;
use error::{Place, Problem, SourceFile};
use settings::Settings;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// All of it. Every path in it is absolute or relative to the working directory; none to the file any more.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people reach this server; links use nothing else.
    pub public_url: PublicUrl,
    /// Shown in mail and pages.
    pub product_name: String,
    /// The operator's own texts.
    pub locales_dir: Option<PathBuf>,
    /// `[brand]`
    pub brand: Brand,
    /// `[server]`
    pub server: Server,
    /// `[ledger]`
    pub ledger: Ledger,
    /// `[users]`
    pub users: Users,
    /// `[reset]`
    pub reset: Reset,
    /// `[password]`
    pub password: Password,
    /// `[limits]`
    pub limits: Limits,
    /// `[mail]`
    pub mail: Mail,
    /// `mail.*.events_…`
    pub mail_events: MailEvents,
    /// `[api]`
    pub api: Api,
    /// `[notify]`
    pub notify: Notify,
    /// `[admin]`
    pub admin: Admin,
}

impl Config {
    /// Reads the file at `path`, or else `./regain.toml`, or else `/etc/regain/regain.toml`, or else none, and lays
    /// `environment` over it (`std::env::vars_os()`). Relative paths, the environment's too, start from the folder of
    /// the file, or from the working directory if there is no file.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong; printed, it shows each place and what is accepted there.
    pub fn load<N: Into<OsString>, V: Into<OsString>>(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        Loaded::from_disk(path, environment).map(|loaded| loaded.config)
    }

    /// Reads `text` as the file `regain.toml` in the folder `base`, and lays `environment` over it.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_toml<N: Into<OsString>, V: Into<OsString>>(
        text: &str,
        base: &Path,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        let file = SourceFile { name: "regain.toml".into(), text: text.into(), hidden: Vec::new() };
        Loaded::from_parts(Some(file), base, environment).map(|loaded| loaded.config)
    }

    fn read(settings: &mut Settings) -> Option<Self> {
        let public_url = public::read_url(settings);
        let product_name = public::read_product_name(settings, public_url.as_ref());
        let locales_dir = public::read_locales_dir(settings);
        let brand = brand::read(settings);
        let ledger = ledger::read(settings);
        let ledger_path = ledger.as_ref().and_then(|ledger| ledger.url.path());
        let server = server::read(settings, ledger.as_ref().map(|ledger| &ledger.url));
        let users = users::read(settings, ledger_path);
        let reset = reset::read(settings, public_url.as_ref());
        let password = password::read(settings);
        let limits = limits::read(settings);
        let mail = mail::read(settings, public_url.as_ref());
        let mail_events = mail_events::read(settings);
        let api = api::read(settings, public_url.as_ref());
        let notify = notify::read(settings);
        let admin = admin::read(settings, server.as_ref().map(|server| server.listen));
        Some(Self {
            public_url: public_url?,
            product_name: product_name?,
            locales_dir,
            brand: brand?,
            server: server?,
            ledger: ledger?,
            users: users?,
            reset: reset?,
            password: password?,
            limits: limits?,
            mail: mail?,
            mail_events,
            api: api?,
            notify: notify?,
            admin: admin?,
        })
    }
}

/// A configuration without errors, with the settings it was read from.
struct Loaded {
    file: Option<SourceFile>,
    settings: Settings,
    config: Config,
}

impl Loaded {
    fn from_disk<N: Into<OsString>, V: Into<OsString>>(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        let Some(path) = source::find(path) else {
            return Self::from_parts(None, Path::new(""), environment).map_err(ConfigErrors::without_any_file);
        };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let base = path.parent().map(PathBuf::from).unwrap_or_default();
        let file = SourceFile { name: path.display().to_string(), text, hidden: Vec::new() };
        Self::from_parts(Some(file), &base, environment)
    }

    fn from_parts<N: Into<OsString>, V: Into<OsString>>(
        mut file: Option<SourceFile>,
        base: &Path,
        environment: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        let mut problems = Vec::new();
        let in_file = match &mut file {
            Some(file) => source::of_file(file, &mut problems),
            None => Ok(Vec::new()),
        };
        // Without the file everything in it would be reported as missing.
        let in_file = in_file.map_err(|problem| ConfigErrors::new(file.clone(), vec![problem]))?;
        let in_environment = source::of_environment(environment, &mut problems);
        let mut settings = Settings::resolve(in_file, in_environment, base, problems);
        let config = Config::read(&mut settings);
        if !settings.problems.is_empty() {
            return Err(ConfigErrors::new(file, settings.problems));
        }
        config.map(|config| Self { file, settings, config }).ok_or_else(unexplained)
    }
}

/// A section gave up without saying why, which none should.
fn unexplained() -> ConfigErrors {
    let title = "the configuration cannot be used, for a reason that was not noted";
    ConfigErrors::new(None, vec![Problem::new(Place::Nowhere, title, "please report this with the configuration")])
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigErrors {
    let title = format!("the configuration file {} cannot be read: {error}", path.display());
    let help = "name an existing file in UTF-8 with `--config`";
    ConfigErrors::new(None, vec![Problem::new(Place::Nowhere, title, help)])
}
