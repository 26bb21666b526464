//! The story of a forgotten password, the same for every application.

use crate::application::Application;
use crate::program::run;
use crate::support::process::{DEADLINE, Process, command, eventually, free_port, reset_token};
use crate::support::smtp::{ReceivedMail, SmtpServer};
use std::path::Path;
use tempfile::TempDir;

/// Passwords that every application's rules accept.
pub(crate) const OLD_PASSWORD: &str = "Old-Horse-Battery-71";
pub(crate) const NEW_PASSWORD: &str = "New-Violin-Harbour-82";

/// An account that the application made, a reset through Regain, and the application's word for it that it worked.
pub(crate) async fn a_reset_that_the_application_accepts(application: &dyn Application) {
    let address = "ada@example.com";
    application.create(address, OLD_PASSWORD).await;
    let earlier = application.sign_in(address, OLD_PASSWORD).await.expect("the password that it was made with");
    assert_eq!(application.signed_in_as(&earlier).await.as_deref(), Some(address));
    assert!(application.sign_in(address, NEW_PASSWORD).await.is_none(), "a password that is nobody's is let in");

    let site = Site::beside(application).await;
    site.check();
    site.reset(address, NEW_PASSWORD).await;

    assert!(application.signed_in_as(&earlier).await.is_none(), "a session from before is still open");
    assert!(application.sign_in(address, OLD_PASSWORD).await.is_none(), "the old password is still let in");
    let later = application.sign_in(address, NEW_PASSWORD).await.expect("the new password is let in");
    assert_eq!(application.signed_in_as(&later).await.as_deref(), Some(address));
    site.timeline(address, "a new password was set").await;
}

/// Regain beside an application: a folder with a configuration and a ledger, and a mail server that keeps what it gets.
pub(crate) struct Site {
    folder: TempDir,
    smtp: SmtpServer,
    settings: Vec<(&'static str, String)>,
}

impl Site {
    pub(crate) async fn beside(application: &dyn Application) -> Self {
        let folder = tempfile::tempdir().unwrap();
        configure(folder.path(), application);
        Self::in_folder(folder).await
    }

    /// Regain with the `regain.toml` that is in `folder`.
    pub(crate) async fn in_folder(folder: TempDir) -> Self {
        let smtp = SmtpServer::start().await;
        let listen = format!("127.0.0.1:{}", free_port());
        let settings = vec![
            ("REGAIN_PUBLIC_URL", format!("http://{listen}")),
            ("REGAIN_SERVER__LISTEN", listen),
            ("REGAIN_ADMIN__LISTEN", "127.0.0.1:0".to_owned()),
            ("REGAIN_MAIL__SMTP__URL", smtp.url()),
            ("REGAIN_LIMITS__REQUESTS_PER_NETWORK_PER_MINUTE", "1000".into()),
        ];
        Self { folder, smtp, settings }
    }

    /// Takes one more setting, in place of an earlier one of that name.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.retain(|(earlier, _)| *earlier != name);
        self.settings.push((name, value.into()));
        self
    }

    /// `regain serve`, ready.
    pub(crate) fn serve(&self) -> Process {
        Process::start(self.folder.path(), &["serve", "--config", "regain.toml"], &self.environment())
    }

    /// `regain check`, which must be content.
    pub(crate) fn check(&self) {
        self.regain(&["check", "--config", "regain.toml"]);
    }

    /// Starts Regain, asks it for a link, and sets `password` with the link that comes.
    pub(crate) async fn reset(&self, address: &str, password: &str) {
        let regain = self.serve();
        regain.request(address).await;
        let token = reset_token(&self.mail_to(address).await).expect("a link in the mail");
        assert!(regain.confirm(&token, password).await.unwrap(), "{}", regain.log());
    }

    /// Waits for the first mail to `address`.
    pub(crate) async fn mail_to(&self, address: &str) -> ReceivedMail {
        let first = async || self.smtp.mails_to(address).into_iter().next();
        eventually(&format!("mail to {address}"), DEADLINE, first).await
    }

    /// Every mail so far.
    pub(crate) fn mails(&self) -> Vec<ReceivedMail> {
        self.smtp.mails()
    }

    /// Waits until `regain explain` says so of this address, and hands back all that it says.
    pub(crate) async fn timeline(&self, address: &str, words: &str) -> String {
        let said = async || Some(self.regain(&["explain", address])).filter(|text| text.contains(words));
        eventually(&format!("{words:?} in the timeline"), DEADLINE, said).await
    }

    /// What a command prints, which must succeed.
    fn regain(&self, words: &[&str]) -> String {
        let mut command = command(self.folder.path(), words);
        command.envs(self.environment());
        run(command)
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// Lets `regain init` write `regain.toml`.
fn configure(folder: &Path, application: &dyn Application) {
    run(command(folder, &["init", &application.database_url()]));
    let config = std::fs::read_to_string(folder.join("regain.toml")).unwrap();
    for (key, value) in application.mapping() {
        let line = format!("\n{key} = {value:?}\n");
        assert!(config.contains(&line), "{line} is not in what init wrote:\n{config}");
    }
}
