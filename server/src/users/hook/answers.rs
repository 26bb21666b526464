//! What a back end answered, as far as it can be believed.
//!
//! What only the back end's author can have got wrong (no list, a number for a text, a word that is none of those agreed)
//! makes the whole answer unusable, and the operator is told where. What an account's owner may have brought about (a name
//! of a megabyte, a line break in a login) spoils that account alone: nobody's sign-up form is to stop everybody's resets.
//! Nothing that stood in an answer is repeated in words about it.

use crate::users::Written;
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX};
use regain_core::account::{Account, AccountId};
use regain_core::hash::StoredPassword;
use regain_core::password::Violation;
use serde_json::Value;

/// The accounts of an answer to `accounts.find`.
///
/// # Errors
/// What is not as agreed, as a predicate of the answer.
pub(super) fn accounts(answer: &Value) -> Result<Vec<Account>, String> {
    let list = answer.get("accounts").and_then(Value::as_array).ok_or("has no list called `accounts`")?;
    let account = |(n, one)| account(one).map_err(|wrong| format!("is not as agreed: in accounts[{n}] {wrong}"));
    list.iter().enumerate().map(account).collect()
}

fn account(one: &Value) -> Result<Account, String> {
    let required = |member: &str| text(one, member)?.ok_or_else(|| format!("`{member}` is missing"));
    let (id, address) = (required("id")?, required("address")?);
    let fingerprint = text(one, "fingerprint")?.filter(|fingerprint| !fingerprint.is_empty());
    let may_reset = match one.get("eligible") {
        None => true,
        Some(Value::Bool(may_reset)) => *may_reset,
        Some(_) => return Err("`eligible` is neither true nor false".to_owned()),
    };
    let is_usable = is_name(id) && fingerprint.is_none_or(is_name);
    if !is_usable {
        tracing::warn!(
            "the hook answers with an account whose id or fingerprint is no line of 1 to {NAME_CHARS_MAX} characters; its \
             password cannot be reset"
        );
    }
    Ok(Account {
        id: AccountId::new(if is_usable { id } else { "" }),
        address: cut(address, ADDRESS_MAX),
        name: text(one, "name")?.filter(|name| !name.is_empty()).map(|name| cut(name, NAME_MAX)),
        locale: text(one, "locale")?.filter(|locale| !locale.is_empty()).map(|locale| cut(locale, NAME_MAX)),
        password: fingerprint.filter(|_| is_usable).map(StoredPassword::new),
        eligible: may_reset && is_usable,
    })
}

/// What became of a password.
///
/// # Errors
/// As [`accounts`].
pub(super) fn written(answer: &Value) -> Result<Written, String> {
    match answer.get("result").and_then(Value::as_str) {
        Some("changed") => Ok(Written::Yes(Vec::new())),
        Some("no_longer_matches") => Ok(Written::NoLongerMatches),
        Some("refused") => Ok(Written::Refused(violations(answer)?)),
        Some(_) => Err("has a `result` other than changed, no_longer_matches and refused".to_owned()),
        None => Err("has no text `result`".to_owned()),
    }
}

/// A refusal is one, whatever its reasons are called: what has no word here is a rule of the back end's own.
fn violations(answer: &Value) -> Result<Vec<Violation>, String> {
    let reasons = match answer.get("reasons") {
        None => &[],
        Some(reasons) => reasons.as_array().map(Vec::as_slice).ok_or("has `reasons` that are no list")?,
    };
    let mut violations = Vec::new();
    for reason in reasons.iter().take(REASONS_MAX) {
        let reason = reason.as_str().ok_or("has `reasons` that are no texts")?;
        let known = KNOWN.iter().copied().find(|violation| violation.code() == reason);
        let violation = known.unwrap_or(Violation::RefusedByStore);
        if !violations.contains(&violation) {
            violations.push(violation);
        }
    }
    if violations.is_empty() {
        violations.push(Violation::RefusedByStore);
    }
    Ok(violations)
}

/// How many sessions ended, if the back end counts them.
///
/// # Errors
/// As [`accounts`].
pub(super) fn sessions_ended(answer: &Value) -> Result<Option<u64>, String> {
    match answer.as_object().map(|object| object.get("ended")) {
        None => Err("is no object".to_owned()),
        Some(None) => Ok(None),
        Some(Some(count)) => count.as_u64().map(Some).ok_or_else(|| "has an `ended` that is no number".to_owned()),
    }
}

/// A member that is a text; none if it is absent or null.
fn text<'a>(one: &'a Value, member: &str) -> Result<Option<&'a str>, String> {
    match one.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{member}` is no text")),
    }
}

/// Whether it can be kept, found again and shown.
fn is_name(text: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&text.chars().count()) && !text.contains(char::is_control)
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().take(chars_max).collect()
}

/// The reasons that people are told in words of their own.
pub(super) const KNOWN: [Violation; 11] = [
    Violation::PreviouslyUsed,
    Violation::TooYoung,
    Violation::Common,
    Violation::Breached,
    Violation::IsAddress,
    Violation::IsName,
    Violation::Repeats,
    Violation::NoLowerCase,
    Violation::NoUpperCase,
    Violation::NoDigit,
    Violation::NoSpecial,
];
/// Of an id, and of a fingerprint.
pub(super) const NAME_CHARS_MAX: usize = 200;
/// More than there are.
const REASONS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn one(account: &Value) -> Result<Account, String> {
        accounts(&json!({ "accounts": [account] })).map(|mut accounts| accounts.remove(0))
    }

    #[test]
    fn an_account_is_read_as_it_is() {
        let ada = one(&json!({
            "id": "7", "address": "Ada@example.com", "name": "Ada", "locale": "de", "fingerprint": "a1", "more": 1
        }))
        .unwrap();
        assert_eq!((ada.id.as_str(), ada.address.as_str(), ada.eligible), ("7", "Ada@example.com", true));
        assert_eq!((ada.name.as_deref(), ada.locale.as_deref()), (Some("Ada"), Some("de")));
        assert_eq!(ada.password.unwrap().expose(), "a1");
        for without in [json!({}), json!({ "fingerprint": null }), json!({ "fingerprint": "" })] {
            let mut account = json!({ "id": "7", "address": "a@example.com", "eligible": false, "name": "" });
            account.as_object_mut().unwrap().extend(without.as_object().unwrap().clone());
            let account = one(&account).unwrap();
            assert!(account.password.is_none() && !account.eligible && account.name.is_none());
        }
        assert!(accounts(&json!({ "accounts": [] })).unwrap().is_empty());
    }

    #[test]
    fn what_its_author_got_wrong_is_said_and_where() {
        for (answer, wrong) in [
            (json!([]), "has no list called `accounts`"),
            (json!({ "accounts": {} }), "has no list called `accounts`"),
            (json!({ "accounts": [1] }), "is not as agreed: in accounts[0] `id` is missing"),
            (json!({ "accounts": [{ "id": 1 }] }), "is not as agreed: in accounts[0] `id` is no text"),
            (json!({ "accounts": [{ "id": "1" }] }), "is not as agreed: in accounts[0] `address` is missing"),
            (
                json!({ "accounts": [{ "id": "1", "address": "", "eligible": null }] }),
                "is not as agreed: in accounts[0] `eligible` is neither true nor false",
            ),
        ] {
            assert_eq!(accounts(&answer).unwrap_err(), wrong, "{answer}");
        }
    }

    #[test]
    fn what_an_owner_may_have_brought_about_spoils_that_account_alone() {
        let long = "x".repeat(5_000);
        let ada =
            one(&json!({ "id": "7", "address": long, "name": long, "locale": long, "fingerprint": "a1" })).unwrap();
        assert_eq!(ada.address.len(), ADDRESS_MAX);
        assert_eq!([ada.name, ada.locale].map(|text| text.map(|text| text.len())), [Some(NAME_MAX); 2]);
        for (id, fingerprint) in [("", "a1"), ("7\n", "a1"), (&*long, "a1"), ("7", "\u{0}"), ("7", &*long)] {
            let account = one(&json!({ "id": id, "address": "a@example.com", "fingerprint": fingerprint })).unwrap();
            assert!(!account.eligible && account.password.is_none() && account.id.as_str().is_empty());
        }
    }

    #[test]
    fn a_result_is_one_of_those_agreed() {
        assert_eq!(written(&json!({ "result": "changed" })), Ok(Written::Yes(vec![])));
        assert_eq!(written(&json!({ "result": "no_longer_matches" })), Ok(Written::NoLongerMatches));
        for answer in [json!({}), json!({ "result": "ok" }), json!({ "result": 1 }), json!([]), json!("changed")] {
            written(&answer).unwrap_err();
        }
        for answer in [json!({ "reasons": {} }), json!({ "reasons": [1] })] {
            let mut answer = answer;
            answer["result"] = "refused".into();
            written(&answer).unwrap_err();
        }
    }

    #[test]
    fn every_reason_is_one_that_people_can_read() {
        let refused = |reasons: &[&str]| written(&json!({ "result": "refused", "reasons": reasons })).unwrap();
        assert_eq!(refused(&[]), Written::Refused(vec![Violation::RefusedByStore]));
        assert_eq!(written(&json!({ "result": "refused" })).unwrap(), refused(&[]));
        assert_eq!(refused(&["too_weak", "of_our_own"]), refused(&[]));
        for violation in KNOWN {
            assert_eq!(refused(&[violation.code(), violation.code()]), Written::Refused(vec![violation]));
        }
    }

    #[test]
    fn sessions_may_be_counted_or_not() {
        assert_eq!(sessions_ended(&json!({ "ended": 3 })), Ok(Some(3)));
        assert_eq!(sessions_ended(&json!({})), Ok(None));
        for answer in [json!({ "ended": -1 }), json!({ "ended": "3" }), json!(null), json!([])] {
            sessions_ended(&answer).unwrap_err();
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_repeated_in_words_about_it(member in "(id|address|name|locale|fingerprint|eligible)", text in "[A-Z]{9}") {
            let mut account = json!({ "id": "7", "address": "a@example.com" });
            account[&member] = json!({ &*text: text });
            let wrong = one(&account).unwrap_err();
            prop_assert!(wrong.contains(&member) && !wrong.contains(&text), "{}", wrong);
        }
    }
}
