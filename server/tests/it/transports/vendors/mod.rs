//! The providers' APIs, as their documents describe them: what they check, and what they answer.

mod mailgun;
mod postmark;
mod resend;
mod sendgrid;
mod ses;

use crate::support::vendor::{Api, Asked, Reply, Vendor};
use mail_parser::MessageParser;
use regain::mail::http::HttpTransport;
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// In every credential, so that it is found wherever it gets to.
pub(super) const KEY: &str = "cAnArY-4410-harbour-violin";

/// All of them.
pub(super) const ALL: [&dyn Provider; 5] =
    [&ses::Ses, &postmark::Postmark, &sendgrid::Sendgrid, &mailgun::Mailgun, &resend::Resend];

/// One provider.
pub(super) trait Provider: Send + Sync {
    fn name(&self) -> &'static str;

    /// Ours, for the provider at `url`.
    fn transport(&self, url: &str, key: &str) -> HttpTransport;

    /// Whether the request proves that whoever sends it has [`KEY`].
    fn is_authorized(&self, asked: &Asked) -> bool;

    /// What it answers otherwise.
    fn bad_key(&self) -> Reply;

    /// The answer to the request that `regain check` makes, if it is that.
    fn probed(&self, asked: &Asked) -> Option<Reply>;

    /// The mail, if there is one for one recipient and all that must be there is.
    fn taken_apart(&self, asked: &Asked) -> Option<Taken>;

    /// The answer to a mail that is to be called so.
    fn accepted(&self, id: &str) -> Reply;

    /// The answer to an address that never gets mail.
    fn refusal(&self) -> Reply;
}

/// A mail as the recipient gets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::transports) struct Taken {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) reply_to: String,
    pub(super) message_id: String,
    pub(super) auto_submitted: String,
    /// By which events come back.
    pub(super) delivery: String,
    /// Of the picture that the HTML shows, if there is one: its name for `cid:`, and its octets in base64.
    pub(super) picture: Option<(String, String)>,
}

/// Mails that were taken.
pub(super) type Mailbox = Arc<Mutex<Vec<Taken>>>;

/// The provider at work, and the mails that it takes.
pub(super) async fn start(provider: &'static dyn Provider) -> (Vendor, Mailbox) {
    let mailbox = Mailbox::default();
    let kept = Arc::clone(&mailbox);
    let api: Api = Arc::new(move |asked| {
        if !provider.is_authorized(asked) {
            return provider.bad_key();
        }
        if let Some(reply) = provider.probed(asked) {
            return reply;
        }
        let Some(mail) = provider.taken_apart(asked) else { return Reply::json(400, r#"{"message":"malformed"}"#) };
        let mut kept = kept.lock().unwrap();
        let is_again = |known: &&Taken| !asked.header("idempotency-key").is_empty() && known.delivery == mail.delivery;
        if !kept.iter().any(|known| is_again(&known)) {
            kept.push(mail);
        }
        provider.accepted(&format!("0102-{}", kept.len()))
    });
    (Vendor::start(api).await, mailbox)
}

/// The mail in its own format, for those that take it so.
fn of_mime(content: &[u8], to: &str, delivery: &str) -> Option<Taken> {
    let mail = MessageParser::default().parse(content)?;
    let header = |name: &str| mail.header_raw(name.to_owned()).unwrap_or_default().trim().to_owned();
    Some(Taken {
        from: mail.from()?.first()?.address.as_deref()?.to_owned(),
        to: to.to_owned(),
        subject: mail.subject()?.to_owned(),
        text: lines(&mail.body_text(0)?),
        html: lines(&mail.body_html(0)?),
        reply_to: mail
            .reply_to()
            .map(|it| it.first().unwrap().address.clone().unwrap().into_owned())
            .unwrap_or_default(),
        message_id: header("Message-ID"),
        auto_submitted: header("Auto-Submitted"),
        delivery: delivery.to_owned(),
        picture: mail.attachments().next().map(|part| {
            use base64::Engine;
            use mail_parser::MimeHeaders;
            let content = base64::engine::general_purpose::STANDARD.encode(part.contents());
            (part.content_id().unwrap().to_owned(), content)
        }),
    })
}

/// What is to arrive of `parcel`.
pub(super) fn expected(parcel: &regain::mail::Parcel) -> Taken {
    let to = format!("{}@{}", parcel.envelope.to.local_part(), parcel.envelope.to.domain_ascii());
    of_mime(&parcel.content, &to, &parcel.envelope.id.to_string()).unwrap()
}

/// A mail from where nothing but the mail is kept: its own id names the delivery.
pub(super) fn of_file(content: &[u8], to: &str) -> Taken {
    let taken = of_mime(content, to, "").unwrap();
    let delivery = taken.message_id.trim_start_matches('<').split('@').next().unwrap().to_owned();
    Taken { delivery, ..taken }
}

/// The text at `pointer`; empty, if there is none.
fn text(value: &Value, pointer: &str) -> String {
    lines(value.pointer(pointer).and_then(Value::as_str).unwrap_or_default())
}

/// However a line ends on the way.
fn lines(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n")
}

/// `no-reply@example.com` of `"Example" <no-reply@example.com>`.
fn bare(party: &str) -> String {
    party.rsplit_once('<').map_or(party, |(_, rest)| rest.trim_end_matches('>')).to_owned()
}
