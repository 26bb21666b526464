//! What a relay's refusal is about: the mail and its address, or how this server and the relay are set up.
//!
//! Whatever the operator can mend is tried again, so that nothing is lost meanwhile; only what can never be delivered
//! is refused. The enhanced status code decides where there is one (RFC 3463; the registry of RFC 5248), else the basic
//! one. Several codes mean different things to different servers: what Microsoft's and Google's say is taken from their
//! lists of non-delivery codes.

use super::connection::{Failure, line};
use smtp_proto::Response;

/// What comes before the content, and the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Mail,
    Rcpt,
    Data,
    Content,
}

impl Step {
    pub(super) fn accepted(self, reply: &Response<String>) -> bool {
        if self == Self::Data { reply.code == 354 } else { reply.code / 100 == 2 }
    }

    /// Takes a reply that is no acceptance for what it means.
    pub(super) fn judged(self, reply: &Response<String>) -> Failure {
        let said = line(reply);
        if reply.code == CLOSING {
            return Failure::Broken(said);
        }
        match (blamed(self, reply), self) {
            (Blamed::Passing, _) => Failure::Temporary(said),
            (Blamed::Login, _) => Failure::Ours(format!("the relay wants a login: {said}")),
            (Blamed::Setup, _) if reply.code < 500 => Failure::Ours(said),
            // The sender is configured: no address's fault.
            (_, Self::Mail) => Failure::Ours(format!("the sender was not accepted: {said}")),
            (Blamed::Setup, _) => Failure::Ours(said),
            (Blamed::Mail, _) => Failure::Permanent(said),
        }
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blamed {
    /// It passes by itself.
    Passing,
    /// This mail: its address, its mailbox, its content.
    Mail,
    /// User, password or encryption.
    Login,
    /// The relay, or what it lets this server do: other mails fare the same.
    Setup,
}

fn blamed(step: Step, reply: &Response<String>) -> Blamed {
    match (reply.code, reply.esc) {
        (530 | 534 | 535 | 538, _) => Blamed::Login,
        // A disk that is full is full for all; greylisting and a full mailbox are this address's.
        (400..500, [4, 3, _]) | (452, [0, ..]) => Blamed::Setup,
        (500..600, [5, subject, detail]) => of_status(step, subject, detail, &reply.message),
        (500..600, [0, ..]) => of_code(step, reply),
        _ => Blamed::Passing,
    }
}

fn of_status(step: Step, subject: u8, detail: u8, words: &str) -> Blamed {
    match (subject, detail) {
        // 7 and 8 are about the sender's address; with 4.5 Google says that the sender's day is used up.
        (1, 7 | 8) | (4, 5) => Blamed::Setup,
        (1 | 2 | 4 | 6, _) => Blamed::Mail,
        // Outlook.com and old sendmails say so of an unknown mailbox.
        (3 | 5, 0) if step == Step::Rcpt => Blamed::Mail,
        (3 | 5, _) => Blamed::Setup,
        // 3, 8, 9, 13 and 14 are about the login; 10 and 11 about encryption.
        (7, 3 | 8..=14) => Blamed::Login,
        (7, 0) if says(words, |word| word == "starttls" || word.starts_with("authenticat")) => Blamed::Login,
        // 20 to 30 are about SPF, DKIM, reverse DNS and DMARC, which the sender's domain lacks. With 57, 60 and 64
        // Microsoft's servers say that this client may not send.
        (7, 20..=30 | 57 | 60 | 64) => Blamed::Setup,
        (7, _) if is_about_relaying(words) || is_about_this_server(words) => Blamed::Setup,
        _ => Blamed::Mail,
    }
}

/// Of a status 5.7 with such a number, which Microsoft's servers give. From 501 on they are about this server, its domain or its
/// tenant; but two say that there is no such recipient, and some that one recipient's organization, or the sender's own, does not
/// want it so: mails to others go through.
fn of_microsofts(number: u16) -> Blamed {
    match number {
        504 | 505 => Blamed::Mail,
        507 | 510 | 513 | 703 => Blamed::Passing,
        501.. => Blamed::Setup,
        _ => Blamed::Mail,
    }
}

fn of_code(step: Step, reply: &Response<String>) -> Blamed {
    if let Some(number) = large_number(&reply.message) {
        return of_microsofts(number);
    }
    match reply.code {
        // Syntax, order of commands, parameters: between this server and the relay. 501 to RCPT is the address's syntax.
        500 | 502..=504 | 521 | 555 => Blamed::Setup,
        501 if step != Step::Rcpt => Blamed::Setup,
        _ if is_about_relaying(&reply.message) || is_about_this_server(&reply.message) => Blamed::Setup,
        _ => Blamed::Mail,
    }
}

/// The last number of a status 5.7 that is too large for [`Response`] and so stands in the words.
fn large_number(words: &str) -> Option<u16> {
    words.strip_prefix("5.7.")?.split(' ').next()?.parse().ok()
}

/// "Relay access denied", "unable to relay", "relaying not permitted", qmail's "not in my list of allowed rcpthosts": the relay
/// does not take mail from this server at all, whomever it is for.
fn is_about_relaying(words: &str) -> bool {
    says(words, |word| matches!(word, "relay" | "relaying" | "rcpthosts"))
}

/// Postfix's "Client host blocked using", followed by a list of addresses that send what nobody wants.
fn is_about_this_server(words: &str) -> bool {
    ["client", "host", "blocked"].iter().all(|wanted| says(words, |word| word == *wanted))
}

/// Whether one of a reply's own words, in small letters, is such a one. Whatever may be quoted from the envelope is not
/// looked at, since anybody can have a mail sent to an address of their choice: what stands in angle brackets, and words with
/// an `@` or a dot in them.
fn says(reply: &str, is_such: impl Fn(&str) -> bool) -> bool {
    let mut parts = reply.split('<');
    let before = parts.next();
    let behind = parts.filter_map(|part| Some(part.split_once('>')?.1));
    let words = before.into_iter().chain(behind).flat_map(str::split_whitespace);
    let trimmed = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    trimmed.filter(|word| !word.contains(['@', '.'])).any(|word| is_such(&word.to_ascii_lowercase()))
}

/// RFC 5321 §3.8: "service not available, closing transmission channel".
pub(super) const CLOSING: u16 = 421;

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Response<String> {
        let (code, rest) = text.split_once(' ').unwrap();
        let (status, words) = rest.split_once(' ').unwrap();
        let numbers: Vec<u8> = status.split('.').filter_map(|number| number.parse().ok()).collect();
        let (esc, message) = <[u8; 3]>::try_from(numbers).map_or(([0; 3], rest), |esc| (esc, words));
        Response { code: code.parse().unwrap(), esc, message: message.to_owned() }
    }

    #[test]
    fn what_never_can_be_delivered_is_told_from_what_somebody_can_mend() {
        use Blamed::{Login, Mail, Passing, Setup};
        for (text, expected) in [
            ("550 5.1.1 no such mailbox", Mail),
            ("550 5.1.10 recipient not found", Mail),
            ("553 5.1.8 bad sender's domain", Setup),
            ("552 5.2.2 mailbox full", Mail),
            ("554 5.3.5 mail loops back to myself", Setup),
            ("550 5.3.0 no such user", Mail),
            ("550 5.4.1 recipient address rejected: access denied", Mail),
            ("550 5.5.0 mailbox unavailable", Mail),
            ("504 5.5.2 need a fully qualified name", Setup),
            ("550 5.6.7 non-ASCII addresses not permitted", Mail),
            ("550 5.7.1 message refused as spam", Mail),
            ("554 5.7.1 <ada@example.com>: Relay access denied", Setup),
            ("554 5.7.1 <ada@relay.example>: Relay access denied", Setup),
            ("550 5.7.1 Unable to relay.", Setup),
            ("550 5.7.1 <relay@example.com>: blocked", Mail),
            ("550 5.7.1 relay@example.com, blocked", Mail),
            ("550 5.7.0 <authenticated@starttls.example> blocked", Mail),
            ("550 5.7.0 authenticated@example.com blocked", Mail),
            ("550 relay-desk+relay@example.com: no such user at relay.example.com", Mail),
            ("550 5.7.0 must issue a STARTTLS command first", Login),
            ("550 5.7.0 authentication required", Login),
            ("550 5.7.0 blocked", Mail),
            ("550 5.7.60 client may not send as this sender", Setup),
            ("530 5.7.0 must issue a STARTTLS command first", Login),
            ("550 5.7.8 credentials not accepted", Login),
            ("550 5.7.26 unauthenticated mail is prohibited", Setup),
            ("550 5.4.5 Daily user sending limit exceeded", Setup),
            ("550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification", Setup),
            ("550 5.7.606 Access denied, banned sending IP [203.0.113.7]", Setup),
            ("550 5.7.504 [ada@example.com]: Recipient address rejected: Access denied", Mail),
            ("550 5.7.510 Access denied, example.com does not accept email over IPv6", Passing),
            ("550 5.7.300 what nobody knows", Mail),
            ("554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.example", Setup),
            ("554 Service unavailable; Client host [203.0.113.7] blocked using zen.example", Setup),
            ("554 5.7.1 <client host blocked@example.com>: message refused", Mail),
            ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Setup),
            ("535 wrong password", Login),
            ("550 no such user", Mail),
            ("550 relaying denied", Setup),
            ("501 bad address", Mail),
            ("503 RCPT first", Setup),
            ("556 domain takes no mail", Mail),
            ("450 4.2.0 greylisted", Passing),
            ("452 4.2.2 mailbox full", Passing),
            ("452 4.3.1 insufficient system storage", Setup),
            ("451 4.7.1 try again", Passing),
            ("550 4.7.0 says both", Passing),
            ("250 2.0.0 is no 354", Passing),
        ] {
            assert_eq!(blamed(Step::Rcpt, &reply(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_sender_that_is_refused_is_nobodys_address() {
        let judged = Step::Mail.judged(&reply("550 5.1.1 no such sender"));
        assert!(matches!(judged, Failure::Ours(why) if why.starts_with("the sender was not accepted: 550 5.1.1")));
        let full = Step::Mail.judged(&reply("452 4.3.1 disk full"));
        assert!(matches!(full, Failure::Ours(why) if why.starts_with("452 4.3.1")));
        assert!(matches!(Step::Mail.judged(&reply("451 4.7.1 later")), Failure::Temporary(_)));
    }
}
