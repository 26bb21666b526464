//! What the providers' bodies have in common: JSON with few certainties, server's words, and names of ours in them.

use super::Event;
use crate::mail::reply_line;
use regain_core::fate::Fate;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use serde_json::Value;

/// What a transport calls our delivery in a provider's metadata.
pub(super) const DELIVERY: &str = "regain-delivery";

/// The text under `path`; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    find(value, path).and_then(Value::as_str).unwrap_or_default()
}

/// The value under `path`.
pub(super) fn find<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

/// Which of our mails is meant: by the name that we gave it in the provider's metadata, or by its Message-ID.
pub(super) fn delivery(named: &str, message_id: &str) -> Option<Id> {
    let bare = message_id.trim().trim_start_matches('<').trim_end_matches('>');
    Id::parse(named.trim()).or_else(|| Id::parse(bare.split_once('@')?.0))
}

/// A moment as RFC 3339 has it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

/// An enhanced status code, if `text` is one.
pub(super) fn status(text: &str) -> Option<String> {
    let text = text.trim();
    let is_code = text.split('.').count() == 3
        && text.len() <= STATUS_OCTETS_MAX
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    is_code.then(|| text.to_owned())
}

/// `5.999.999`
const STATUS_OCTETS_MAX: usize = 9;

/// The first enhanced status code among the words of a server.
pub(super) fn status_in(words: &str) -> Option<String> {
    words.split(|c: char| c.is_whitespace() || matches!(c, ';' | '(' | ')' | '#')).find_map(status)
}

/// An event, with what a server said made fit to be kept.
pub(super) fn event(delivery: Id, fate: Fate, at: Option<Timestamp>, status: Option<String>, reply: &str) -> Event {
    Event { delivery, fate, at, status, reply: without_secrets(&reply_line(reply)) }
}

/// Servers quote what they object to, links above all; and of a mail that was sent its secrets are known nowhere any
/// more. So whatever looks like one is taken out: a long run of letters of both cases and digits, and a code.
pub(crate) fn without_secrets(words: &str) -> String {
    let mut kept = String::with_capacity(words.len());
    let mut rest = words;
    while !rest.is_empty() {
        let run = rest.find(|c: char| !is_of_token(c)).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(run);
        kept.push_str(if looks_secret(token) { "[…]" } else { token });
        let next = tail.find(is_of_token).unwrap_or(tail.len());
        kept.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    kept
}

fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn looks_secret(run: &str) -> bool {
    let has = |what: fn(&u8) -> bool| run.as_bytes().iter().any(what);
    let is_token = run.len() >= TOKEN_OCTETS_MIN
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit);
    let is_code = run.split_once('-').is_some_and(|(one, other)| {
        let is_half =
            |half: &str| half.len() == 4 && half.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        is_half(one) && is_half(other)
    });
    is_token || is_code
}

/// Half a token: less of one opens nothing, and names of mails in queues are shorter or of one case.
const TOKEN_OCTETS_MIN: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn our_delivery_is_found_by_its_name_or_by_the_message_id() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let found = |named: &str, message_id: &str| delivery(named, message_id).map(|id| id.to_string());
        assert_eq!(found(id, "").as_deref(), Some(id));
        assert_eq!(found("", &format!("<{id}@accounts.example.com>")).as_deref(), Some(id));
        assert_eq!(found("", &format!("{id}@accounts.example.com")).as_deref(), Some(id));
        for (named, message_id) in [("", ""), ("x", "<x@y>"), ("", "<010f-000000@eu-west-1.amazonses.com>")] {
            assert_eq!(found(named, message_id), None);
        }
    }

    #[test]
    fn what_could_open_an_account_is_not_kept() {
        let token = "aZ3-kLmNoPqRsTuVwXyZ0123456789_AbCdEfGhIjKl";
        for (said, kept) in [
            (
                format!("550 blocked https://a.example/r#{token} and {token}"),
                "550 blocked https://a.example/r#[…] and […]",
            ),
            (format!("550 cut {}", &token[..24]), "550 cut […]"),
            ("550 code 7K2M-Q9XD given".into(), "550 code […] given"),
            (
                "550-5.1.1 d2-20020a170902c1c200b001cf6f4d6f1si123plk.1 - gsmtp".into(),
                "550-5.1.1 d2-20020a170902c1c200b001cf6f4d6f1si123plk.1 - gsmtp",
            ),
            ("a\r\nb\u{1b}[2J".into(), "a b [2J"),
        ] {
            assert_eq!(without_secrets(&reply_line(&said)), kept);
        }
    }

    #[test]
    fn a_status_is_three_numbers() {
        assert_eq!(status_in("smtp; 550 5.1.1 user unknown").as_deref(), Some("5.1.1"));
        assert_eq!(status_in("550 (5.7.1)").as_deref(), Some("5.7.1"));
        assert_eq!(status_in("from 192.0.2.1 at 1.2"), None);
    }

    proptest! {
        #[test]
        fn whatever_a_server_says_is_one_bounded_line(said in ".{0,2000}") {
            let kept = event(Id::from_bytes([0; 16]), Fate::Delayed, None, status_in(&said), &said).reply;
            prop_assert!(!kept.contains(char::is_control));
            prop_assert!(kept.chars().count() <= 520);
        }

        #[test]
        fn words_without_secrets_stay_as_they_are(said in "[a-z .:;<>@]{0,200}") {
            prop_assert_eq!(without_secrets(&said), said);
        }
    }
}
