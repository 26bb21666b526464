//! What is asked of a back end: a kind, a name that is the same however often it is asked, and a body.

use bytes::Bytes;
use regain_core::request::Id;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Which accounts there are for these addresses, or with this id.
    Find,
    /// Take this password, if the account is still as it was.
    SetPassword,
    /// The password was set: end the sessions.
    EndSessions,
}

impl Kind {
    /// The call's `type`. It stands in the body, since the signature is over the body and not over the path: what was
    /// signed as a question can never be replayed as an order.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Find => "accounts.find",
            Self::SetPassword => "password.set",
            Self::EndSessions => "sessions.end",
        }
    }

    /// What failed if nothing useful came back.
    pub(super) fn fault(self) -> &'static str {
        match self {
            Self::Find => "gave no answer to accounts.find that can be used",
            Self::SetPassword => "gave no answer to password.set that can be used",
            Self::EndSessions => "gave no answer to sessions.end that can be used",
        }
    }
}

/// The `data` of `accounts.find`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Find<'a> {
    Addresses(Vec<&'a str>),
    Id(&'a str),
}

/// The `data` of `password.set`.
#[derive(Serialize)]
pub(super) struct SetPassword<'a> {
    pub(super) id: &'a str,
    pub(super) address: &'a str,
    pub(super) fingerprint: &'a str,
    pub(super) password: &'a str,
}

/// The `data` of `sessions.end`.
#[derive(Serialize)]
pub(super) struct EndSessions<'a> {
    pub(super) id: &'a str,
}

/// A call. The same octets under the same name, however often it is made.
pub(super) struct Call {
    /// The header `webhook-id`: the idempotency key.
    pub(super) id: String,
    /// May hold a password, and is wiped when nobody has it any more.
    pub(super) body: Bytes,
}

impl Call {
    /// Two calls of one kind with the same `about` are the same call.
    pub(super) fn new(kind: Kind, about: Id, data: &impl Serialize) -> Self {
        let id = match kind {
            Kind::Find | Kind::SetPassword => about.to_string(),
            Kind::EndSessions => format!("{about}-sessions"),
        };
        let at = jiff::Timestamp::from_millisecond(about.made_at().as_millis()).unwrap_or_default();
        let body = Body { kind: kind.as_str(), timestamp: format!("{at:.3}"), data };
        let mut octets = Zeroizing::new(Vec::with_capacity(BODY_BYTES_USUAL));
        #[expect(clippy::expect_used, reason = "texts and lists of them are always JSON")]
        serde_json::to_writer(&mut *octets, &body).expect("texts become JSON");
        Self { id, body: Bytes::from_owner(octets) }
    }
}

#[derive(Serialize)]
struct Body<'a, D> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: &'a D,
}

/// The longest with a password (4,096 octets, each of which may be six in JSON), so that no piece of it is left behind
/// where it grew.
const BODY_BYTES_USUAL: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn body(call: &Call) -> &str {
        std::str::from_utf8(&call.body).unwrap()
    }

    #[test]
    fn a_call_says_what_is_asked_and_when_it_was_asked_first() {
        let about = Id::parse(ABOUT).unwrap();
        let find = Call::new(Kind::Find, about, &Find::Addresses(vec!["ada@example.com"]));
        assert_eq!(find.id, ABOUT);
        let head = r#""timestamp":"2023-06-30T03:34:18.518Z""#;
        let asked = r#"{"type":"accounts.find",HEAD,"data":{"addresses":["ada@example.com"]}}"#;
        assert_eq!(body(&find), asked.replace("HEAD", head));
        let load = Call::new(Kind::Find, about, &Find::Id("7"));
        assert_eq!(body(&load), r#"{"type":"accounts.find",HEAD,"data":{"id":"7"}}"#.replace("HEAD", head));
    }

    #[test]
    fn a_repetition_is_the_same_call_and_another_kind_is_another() {
        let about = Id::parse(ABOUT).unwrap();
        let data = SetPassword { id: "7", address: "a@example.com", fingerprint: "f", password: "\"\u{0}\n" };
        let (one, two) = (Call::new(Kind::SetPassword, about, &data), Call::new(Kind::SetPassword, about, &data));
        assert_eq!((&one.id, &one.body), (&two.id, &two.body));
        assert!(body(&one).ends_with(r#""password":"\"\u0000\n"}}"#), "{}", body(&one));
        assert_ne!(Call::new(Kind::EndSessions, about, &EndSessions { id: "7" }).id, one.id);
    }
}
