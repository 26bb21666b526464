//! What stands in a cell of a SQLite table, where any value can stand in any column.

use regain_core::account::AccountId;
use rusqlite::types::{Value, ValueRef};

/// A column as text; nothing if there is nothing in it. What is not UTF-8 is replaced, and then equals no address.
pub(super) fn text(value: ValueRef<'_>) -> Option<String> {
    let text = match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    };
    (!text.is_empty()).then_some(text)
}

/// A key as text: an integer in digits, a blob in hexadecimal, a text as it is. Anything else names no account.
pub(super) fn account_id(key: ValueRef<'_>) -> Option<AccountId> {
    match key {
        ValueRef::Integer(number) => Some(AccountId::new(number.to_string())),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().map(AccountId::new),
        ValueRef::Blob(bytes) => Some(AccountId::new(hexadecimal(bytes))),
        ValueRef::Null | ValueRef::Real(_) => None,
    }
}

/// The two values that a key may have in the column: the text, and what the text may stand for.
pub(super) fn keys(id: &AccountId) -> [Value; 2] {
    let text = id.as_str();
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::Integer);
    let other = number.or_else(|| blob(text).map(Value::Blob));
    let text = Value::Text(text.to_owned());
    [text.clone(), other.unwrap_or(text)]
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(BLOB_MARK.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn blob(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(BLOB_MARK).filter(|digits| digits.len() % 2 == 0 && digits.is_ascii())?;
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

const BLOB_MARK: &str = "0x";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<i64>().prop_map(Value::Integer),
            "[ -~]{0,20}|0x[0-9a-f+]{0,6}|-?0{0,2}[0-9]{0,20}".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn a_key_is_found_again_by_what_it_was_printed_as(key in key()) {
            let printed = account_id((&key).into()).unwrap();
            prop_assert!(keys(&printed).contains(&key), "{printed}");
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_none() {
        for value in [ValueRef::Null, ValueRef::Real(1.0), ValueRef::Text(b"\xff")] {
            assert_eq!(account_id(value), None);
        }
    }

    #[test]
    fn an_empty_cell_is_nothing() {
        assert_eq!(text(ValueRef::Null), None);
        assert_eq!(text(ValueRef::Text(b"")), None);
        assert_eq!(text(ValueRef::Blob(b"a\0\xff")).as_deref(), Some("a\0\u{fffd}"));
        assert_eq!(text(ValueRef::Integer(7)).as_deref(), Some("7"));
    }
}
