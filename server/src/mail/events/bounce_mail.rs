//! Mail that came back: a report on its delivery (RFC 3464), which a relay mails to whoever sent it.

use super::Event;
use super::reading::{delivery, event, status, status_in};
use mail_parser::{DateTime, Message, MessageParser, MimeHeaders, PartType};
use regain_core::fate::Fate;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use thiserror::Error;

/// Why a mail tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BounceMailFault {
    /// It holds no `message/delivery-status`: an answer of a person, a note of absence.
    #[error("this is no report on the delivery of a mail (RFC 3464)")]
    NoReport,
    /// It names none of our mails.
    #[error("this report names no mail of Regain's, neither by its envelope's name nor by a Message-ID")]
    NotOurs,
}

/// Reads a mail that came back.
///
/// # Errors
/// [`BounceMailFault`].
pub fn read_bounce_mail(message: &[u8]) -> Result<Vec<Event>, BounceMailFault> {
    let message = MessageParser::default().parse(message).ok_or(BounceMailFault::NoReport)?;
    let report = message.parts.iter().find(|part| is(*part, "message", "delivery-status"));
    let report = String::from_utf8_lossy(report.ok_or(BounceMailFault::NoReport)?.contents());
    let mut groups = groups(&report).into_iter();
    let about = groups.next().unwrap_or_default();
    let mail = Id::parse(field(&about, "original-envelope-id").trim()).or_else(|| returned(&message));
    let mail = mail.ok_or(BounceMailFault::NotOurs)?;
    let reported_at = message.date().and_then(timestamp);
    Ok(groups.take(RECIPIENTS_MAX).filter_map(|recipient| read(mail, &recipient, reported_at)).collect())
}

/// The name of the mail whose header, or whole, was sent back with the report.
fn returned(message: &Message<'_>) -> Option<Id> {
    let ids = message.parts.iter().filter_map(|part| match &part.body {
        PartType::Message(original) => original.message_id().map(str::to_owned),
        _ if is(part, "text", "rfc822-headers") => {
            let original = MessageParser::default().parse_headers(part.contents())?;
            original.message_id().map(str::to_owned)
        }
        _ => None,
    });
    ids.filter_map(|id| delivery("", &id)).next()
}

fn is<'a>(part: &impl MimeHeaders<'a>, kind: &str, subkind: &str) -> bool {
    part.content_type().is_some_and(|found| {
        found.ctype().eq_ignore_ascii_case(kind) && found.subtype().is_some_and(|it| it.eq_ignore_ascii_case(subkind))
    })
}

fn read(mail: Id, recipient: &[Field], reported_at: Option<Timestamp>) -> Option<Event> {
    let diagnostic = field(recipient, "diagnostic-code");
    let words = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words);
    let code = status(field(recipient, "status")).or_else(|| status_in(words));
    let fate = match field(recipient, "action").trim().to_ascii_lowercase().as_str() {
        "failed" => Fate::of_bounce(code.as_deref().unwrap_or_default()),
        "delayed" => Fate::Delayed,
        "delivered" => Fate::Arrived,
        _ => return None,
    };
    let tried_at = DateTime::parse_rfc822(field(recipient, "last-attempt-date")).as_ref().and_then(timestamp);
    Some(event(mail, fate, tried_at.or(reported_at), code, words))
}

fn timestamp(date: &DateTime) -> Option<Timestamp> {
    let is_date = date.is_valid() && (1970..10_000).contains(&date.year);
    is_date.then(|| date.to_timestamp().checked_mul(1000).map(Timestamp::from_millis))?
}

/// A name in small letters, and a value on one line.
type Field = (String, String);

/// The value of a field; empty if there is none.
fn field<'f>(fields: &'f [Field], name: &str) -> &'f str {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// The groups of fields between empty lines: the first is about the mail, each other one about a recipient.
fn groups(report: &str) -> Vec<Vec<Field>> {
    let mut groups: Vec<Vec<Field>> = Vec::new();
    let mut is_between = true;
    for line in report.lines().map(str::trim_end) {
        if line.is_empty() {
            is_between = true;
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups.last_mut().and_then(|group| group.last_mut()) {
                value.push(' ');
                value.push_str(line.trim_start());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            if std::mem::take(&mut is_between) {
                groups.push(Vec::new());
            }
            if let Some(group) = groups.last_mut() {
                group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
    }
    groups
}

/// Our mails have one.
const RECIPIENTS_MAX: usize = 4;

#[cfg(test)]
mod tests;
