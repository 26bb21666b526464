//! The OpenAPI 3.1 document of the hook, for whoever writes the back end: `regain openapi --hook`.
//!
//! All calls go to one URL and are told apart by `type`, as events of Standard Webhooks are, so they stand under
//! `webhooks`: what somebody else's server receives.

use super::ADDRESSES_MAX;
use super::answers::{KNOWN, NAME_CHARS_MAX};
use super::call::Kind;
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX};
use serde_json::{Value, json};

/// The document. It is the same whatever the configuration says.
#[must_use]
pub fn document() -> Value {
    let webhooks = [Kind::Find, Kind::SetPassword, Kind::EndSessions].map(|kind| {
        let path_item = json!({ "post": operation(kind) });
        (kind.as_str().to_owned(), path_item)
    });
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Regain's hook",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "What Regain asks of a back end that keeps the accounts",
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "webhooks": webhooks.into_iter().collect::<serde_json::Map<_, _>>(),
        "components": {
            "schemas": {
                "Account": account(),
                "FindAnswer": object(&[("accounts", json!({ "type": "array", "items": { "$ref": "#/components/schemas/Account" } }))]),
                "SetPasswordAnswer": set_password_answer(),
                "EndSessionsAnswer": {
                    "type": "object",
                    "properties": { "ended": { "type": "integer", "minimum": 0, "description": "How many, for the timeline." } },
                },
            },
            "parameters": parameters(),
            "responses": {
                "Unsigned": { "description": "The signature is not that of the shared secret, or too old. Nothing was done." },
                "Failed": { "description": "It failed, and may or may not have been done. The same call comes again." },
            },
        },
    })
}

fn operation(kind: Kind) -> Value {
    let (id, summary, description, data, answer) = match kind {
        Kind::Find => ("find-accounts", "Which accounts are there?", FIND, find_data(), "FindAnswer"),
        Kind::SetPassword => (
            "set-password",
            "Take this password, if the account is unchanged",
            SET_PASSWORD,
            set_password_data(),
            "SetPasswordAnswer",
        ),
        Kind::EndSessions => {
            let data = object(&[("id", name("The account's."))]);
            ("end-sessions", "The password was set: end the sessions", END_SESSIONS, data, "EndSessionsAnswer")
        }
    };
    let body = object(&[
        ("type", json!({ "const": kind.as_str() })),
        (
            "timestamp",
            json!({ "type": "string", "format": "date-time", "description": "When it was first asked; the same in a repetition." }),
        ),
        ("data", data),
    ]);
    let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    json!({
        "operationId": id,
        "summary": summary,
        "description": description,
        "parameters": headers.map(|header| json!({ "$ref": format!("#/components/parameters/{header}") })),
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": {
            "200": {
                "description": "Done, or refused in so many words.",
                "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{answer}") } } },
            },
            "401": { "$ref": "#/components/responses/Unsigned" },
            "5XX": { "$ref": "#/components/responses/Failed" },
        },
    })
}

fn find_data() -> Value {
    let address =
        json!({ "type": "string", "maxLength": 254, "description": "With the letters A to Z in lower case." });
    let addresses = json!({ "type": "array", "items": address, "minItems": 1, "maxItems": ADDRESSES_MAX });
    json!({ "oneOf": [object(&[("addresses", addresses)]), object(&[("id", name("An account's."))])] })
}

fn set_password_data() -> Value {
    let password = json!({
        "type": "string",
        "description": "What its owner chose, in clear, and within Regain's own rules. Hash it as log-ins expect it.",
    });
    object(&[
        ("id", name("The account's.")),
        ("address", json!({ "type": "string", "description": "As it was answered." })),
        (
            "fingerprint",
            name("As it was answered: if the account has another by now, the answer is `no_longer_matches`."),
        ),
        ("password", password),
    ])
}

fn account() -> Value {
    let mut account = object(&[
        ("id", name("What the account is called from now on.")),
        (
            "address",
            json!({ "type": "string", "maxLength": ADDRESS_MAX, "description": "As it is on file, byte for byte. Mail goes there." }),
        ),
    ]);
    let optional = json!({
        "fingerprint": {
            "type": ["string", "null"],
            "maxLength": NAME_CHARS_MAX,
            "description": "Any line that is another after each change of the password or the address: a digest of both, or a \
                            counter. Not the stored hash itself. Absent, null or empty: there is no password, and none can be set.",
        },
        "name": { "type": ["string", "null"], "maxLength": NAME_MAX, "description": "How to greet the owner." },
        "locale": { "type": ["string", "null"], "description": "The owner's language (BCP 47), for the mail." },
        "eligible": { "type": "boolean", "default": true, "description": "Whether its password may be reset." },
    });
    if let (Some(properties), Value::Object(optional)) = (account["properties"].as_object_mut(), optional) {
        properties.extend(optional);
    }
    account
}

fn set_password_answer() -> Value {
    let known: Vec<_> = KNOWN.iter().map(|violation| violation.code()).collect();
    let reasons = json!({
        "type": "array",
        "items": { "type": "string", "examples": known },
        "description": "What the owner is told, in the owner's language. Any other word is told as \"your organisation's rules \
                        do not allow this password\".",
    });
    let result = |word: &str, description: &str| {
        let mut answer = object(&[("result", json!({ "const": word }))]);
        answer["description"] = description.into();
        answer
    };
    let mut refused = result("refused", "The password breaks a rule of the back end's own. The owner chooses another.");
    refused["properties"]["reasons"] = reasons;
    json!({ "oneOf": [
        result("changed", "The password is stored, now or by an earlier call with this `webhook-id`."),
        result("no_longer_matches", "The account is gone, may not reset any more, or has another fingerprint. The link is dead."),
        refused,
    ] })
}

fn parameters() -> Value {
    let header = |name: &str, description: &str| json!({ "name": name, "in": "header", "required": true, "schema": { "type": "string" }, "description": description });
    json!({
        "webhook-id": header("webhook-id", "The idempotency key: a repetition has the same. A letter, digits and hyphens, no full stop."),
        "webhook-timestamp": header("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse what is more than five minutes off."),
        "webhook-signature": header(
            "webhook-signature",
            "`v1,` and base64 of HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}`, keyed with the octets behind `whsec_`. \
             There may be several, separated by spaces. Compare in constant time.",
        ),
    })
}

/// An object of which all of these are required. What is more is to be passed over.
fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| name).collect();
    let properties: serde_json::Map<_, _> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// An id or a fingerprint.
fn name(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": NAME_CHARS_MAX, "description": description })
}

const DESCRIPTION: &str = "Every call is a POST to the one URL in `users.url`, signed as Standard Webhooks \
(https://www.standardwebhooks.com) says, and told apart by `type` in its body. Check the signature before anything else. Answer \
200 with JSON within `users.hook.timeout_seconds` (5 by default); redirects are not followed. What gets no answer, or 5xx, 408, \
425 or 429, comes again after 0.2 s and 2 s with the same `webhook-id` and the same body.";
const FIND: &str = "Answer all accounts whose address equals one of these whatever the case of its letters, or the one with this \
id. What is unknown is simply absent, in an answer of the same shape. What was not asked for is passed over. At most 4 MiB.";
const SET_PASSWORD: &str = "In one transaction: look whether a call with this `webhook-id` was carried out before (then answer \
as then), whether the account still has this fingerprint and may reset, whether the password meets your own rules; then store it, \
hashed. Of several calls with one fingerprint one succeeds.";
const END_SESSIONS: &str = "Follows each password that was set, at least once, and is answered alike if there is nothing left to \
end. The owner waits for it, for a few seconds; that it failed does not undo the password, and the timeline says so.";

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` in `value`.
    fn references(value: &Value) -> Vec<&str> {
        match value {
            Value::Object(members) => members
                .iter()
                .flat_map(
                    |(name, value)| if name == "$ref" { vec![value.as_str().unwrap()] } else { references(value) },
                )
                .collect(),
            Value::Array(values) => values.iter().flat_map(references).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn the_document_holds_together() {
        let document = document();
        let references = references(&document);
        assert!(references.len() > 15);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn each_call_is_described() {
        let document = document();
        let calls: Vec<_> = document["webhooks"].as_object().unwrap().keys().collect();
        assert_eq!(calls, ["accounts.find", "password.set", "sessions.end"]);
        for (name, item) in document["webhooks"].as_object().unwrap() {
            let schema = &item["post"]["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(schema["properties"]["type"]["const"].as_str(), Some(name.as_str()));
        }
    }
}
