//! `[mail]`: who writes, and what carries it.

use super::key::{Key, keys, quoted_list};
use super::providers::{self, Mailgun, Postmark, Resend, Sendgrid, Ses};
use super::public::{PublicUrl, shown_name};
use super::settings::{Refusal, Settings, refusal};
use super::smtp::{self, Smtp};
use regain_core::email::EmailAddress;
use std::path::PathBuf;

/// `[mail]`
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The transports, in the order in which they are tried; at least one.
    pub transports: Vec<Transport>,
    /// The operator's own templates.
    pub templates_dir: Option<PathBuf>,
}

/// A name and an address, as in a `From` header.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The name shown.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

/// One transport.
#[derive(Debug, Clone)]
pub enum Transport {
    /// `[mail.smtp]`
    Smtp(Smtp),
    /// `[mail.ses]`
    Ses(Ses),
    /// `[mail.postmark]`
    Postmark(Postmark),
    /// `[mail.sendgrid]`
    Sendgrid(Sendgrid),
    /// `[mail.mailgun]`
    Mailgun(Mailgun),
    /// `[mail.resend]`
    Resend(Resend),
    /// `[mail.sendmail]`: a program that takes mail on its standard input.
    Sendmail(PathBuf),
    /// `[mail.file]`: one `.eml` each, in this directory.
    File(PathBuf),
}

keys! {
    FROM = Key::text(
        "mail.from",
        "Who writes, as `Name <address>` or an address alone. No default: the domain must be one that this server \
         may send for.",
    ).required().such_as("\"Example <no-reply@example.com>\"");
    REPLY_TO = Key::text("mail.reply_to", "Where answers go. Without it they go to `from`.");
    ORDER = Key::texts(
        "mail.order",
        "The transports in the order in which they are tried when one is down: each configured one, once. By default \
         `smtp`, `ses`, `postmark`, `sendgrid`, `mailgun`, `resend`, `sendmail`, `file`.",
    ).such_as("[\"postmark\", \"smtp\"]");
    TEMPLATES_DIR = Key::path(
        "mail.templates_dir",
        "A directory with templates that take the place of built-in ones of the same name; `regain mail eject` writes \
         those. Tried with every mail in every language before they are used, and read again on SIGHUP.",
    ).such_as("\"texts/mail\"");
    SMTP_URL = Key::url(
        "mail.smtp.url",
        "The mail server: `smtps://user:password@host` (TLS from the start, port 465) or `smtp://` (STARTTLS required, \
         port 587; on this machine used where offered, port 25). Reserved characters in user and password are \
         percent-encoded. This or another transport must be configured.",
    ).may_hold_secret().such_as("\"smtps://user:password@mail.example.com\"");
    SENDMAIL_COMMAND = Key::path(
        "mail.sendmail.command",
        "A program that takes mail as sendmail does, called with `-i -f SENDER -- RECIPIENT` and without a shell: \
         Postfix', Exim's, OpenSMTPD's or msmtp's.",
    ).such_as("\"/usr/sbin/sendmail\"");
    FILE_DIRECTORY = Key::path(
        "mail.file.directory",
        "A directory that gets one `.eml` for each mail; for trying things out, so only where `public_url` is this \
         machine: the files hold live links.",
    );
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings, public_url: Option<&PublicUrl>) -> Option<Mail> {
    let from = settings.parsed(&FROM, mailbox);
    let reply_to = settings.parsed(&REPLY_TO, mailbox);
    let smtp = settings.parsed(&SMTP_URL, smtp::parse).map(Transport::Smtp);
    let providers = providers::read(settings);
    let sendmail = settings.path(&SENDMAIL_COMMAND).map(Transport::Sendmail);
    let file = settings.path(&FILE_DIRECTORY).map(Transport::File);
    if file.is_some() && public_url.is_some_and(|public| !public.loopback) {
        let accepted = "`mail.file` only where `public_url` is on localhost, 127.0.0.0/8 or [::1]; use `mail.smtp`";
        settings.refuse(&FILE_DIRECTORY, refusal("would leave live links on the disk", accepted));
    }
    let named = |name, transport: Option<Transport>| transport.map(|transport| (name, transport));
    let transports = named("smtp", smtp).into_iter().chain(providers);
    let transports = transports.chain(named("sendmail", sendmail)).chain(named("file", file)).collect();
    let transports = in_order(settings, transports);
    let templates_dir = settings.path(&TEMPLATES_DIR);
    Some(Mail { from: from?, reply_to, transports: transports?, templates_dir })
}

fn in_order(settings: &mut Settings, mut transports: Vec<(&str, Transport)>) -> Option<Vec<Transport>> {
    if transports.is_empty() {
        let was_tried = |key: &Key| settings.configured(key) || settings.is_unusable(key);
        let mut of_carriers = KEYS.iter().filter(|key| key.section() != "mail");
        if !of_carriers.any(was_tried) && !providers::any_tried(settings) {
            settings.refuse(&SMTP_URL, refusal("or another transport of mail is required", SMTP_URL.accepted()));
        }
        return None;
    }
    let order = settings.texts(&ORDER)?;
    if settings.configured(&ORDER) {
        let mut names: Vec<&str> = transports.iter().map(|(name, _)| *name).collect();
        let mut wanted: Vec<&str> = order.iter().map(String::as_str).collect();
        names.sort_unstable();
        wanted.sort_unstable();
        if names != wanted {
            let accepted = format!("each configured transport once: {}", quoted_list(&names));
            settings.refuse(&ORDER, refusal("does not match what is configured", accepted));
        }
        transports.sort_by_key(|(name, _)| order.iter().position(|wanted| wanted == name));
    }
    Some(transports.into_iter().map(|(_, transport)| transport).collect())
}

/// Reads `Name <address>`, `"Name" <address>` or an address alone.
fn mailbox(text: &str) -> Result<Mailbox, Refusal> {
    let accepted = "\"Name <name@example.com>\" or \"name@example.com\"";
    let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim(), address),
        None => ("", text.trim()),
    };
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let address = EmailAddress::parse(address).map_err(|error| refusal(format!("is no sender: {error}"), accepted))?;
    let name = if name.is_empty() { None } else { Some(shown_name(name)?.to_owned()) };
    Ok(Mailbox { name, address })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(Option<String>, String)> {
        mailbox(text).ok().map(|mailbox| (mailbox.name, mailbox.address.as_str().to_owned()))
    }

    #[test]
    fn a_mailbox_is_a_name_and_an_address() {
        let address = "no-reply@example.com".to_owned();
        assert_eq!(parts("Example <no-reply@example.com>"), Some((Some("Example".into()), address.clone())));
        assert_eq!(
            parts("\"Example, Inc.\" <no-reply@example.com>"),
            Some((Some("Example, Inc.".into()), address.clone()))
        );
        assert_eq!(parts("no-reply@example.com"), Some((None, address.clone())));
        assert_eq!(parts("<no-reply@example.com>"), Some((None, address)));
    }

    #[test]
    fn a_mailbox_that_could_break_a_header_is_refused() {
        for text in ["Example", "Example <>", "A\r\nBcc: b@c.example <a@b.example>", "Example <a@b.example> x", ""] {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }
}
