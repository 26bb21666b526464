//! What is posted: `{"type", "timestamp", "data"}`, as Standard Webhooks advises. Names of requests and accounts, words
//! of ours, numbers; never an address, a link, a code or a token.

use crate::ledger::Webhook;
use serde_json::{Map, Value, json};

/// The same octets each time that it is posted.
pub(super) fn of(webhook: &Webhook) -> Vec<u8> {
    let Webhook { what, at, entry, origin, account, reason, detail, .. } = webhook;
    let mut data = Map::new();
    let members = [
        ("request_id", entry.map(|id| id.to_string())),
        ("account", account.clone()),
        ("origin", origin.clone()),
        ("reason", reason.clone()),
    ];
    data.extend(members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    if let Some(Value::Object(more)) = detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()) {
        data.extend(more);
    }
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    json!({ "type": what, "timestamp": format!("{at:.3}"), "data": data }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use regain_core::request::Id;
    use regain_core::time::Timestamp;

    #[test]
    fn a_body_says_what_when_and_of_which_request() {
        let webhook = Webhook {
            id: Id::from_bytes([7; 16]),
            what: "address.bounced".into(),
            at: Timestamp::from_millis(1_800_000_000_123),
            entry: Id::parse("01890a5d-ac96-774b-bcce-b302099a8057"),
            origin: Some("page".into()),
            account: Some("42".into()),
            reason: None,
            detail: Some(r#"{"transport":"postmark","status":"5.1.1"}"#.into()),
            attempts: 3,
        };
        let body: Value = serde_json::from_slice(&of(&webhook)).unwrap();
        assert_eq!(
            body,
            json!({
                "type": "address.bounced",
                "timestamp": "2027-01-15T08:00:00.123Z",
                "data": {
                    "request_id": "01890a5d-ac96-774b-bcce-b302099a8057", "account": "42", "origin": "page",
                    "transport": "postmark", "status": "5.1.1"
                }
            })
        );
        assert_eq!(of(&webhook), of(&webhook));
    }
}
