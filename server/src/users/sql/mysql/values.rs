//! What stands in a cell of a MySQL table, and a key as its column wants it: the one place that knows the driver's
//! values.

use mysql_async::Value;
use regain_core::account::AccountId;

/// What kind of column holds keys; read from the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// Of any width, with or without sign.
    Integer,
    /// `BINARY(16)` and the like, printed in hexadecimal after `0x`.
    Binary,
    /// All else that can be told by its text.
    Text,
}

impl KeyKind {
    /// By `DATA_TYPE` in `information_schema.columns`.
    pub(super) fn of(data_type: &str) -> Self {
        match data_type.to_ascii_lowercase().as_str() {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Self::Integer,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Self::Binary,
            _ => Self::Text,
        }
    }

    /// The key as text; none for what cannot be one, such as a fraction.
    pub(super) fn account_id(self, key: &Value) -> Option<AccountId> {
        match (self, key) {
            (_, Value::Int(number)) => Some(AccountId::new(number.to_string())),
            (_, Value::UInt(number)) => Some(AccountId::new(number.to_string())),
            (Self::Binary, Value::Bytes(bytes)) => Some(AccountId::new(hexadecimal(bytes))),
            (_, Value::Bytes(bytes)) => std::str::from_utf8(bytes).ok().map(AccountId::new),
            _ => None,
        }
    }

    /// The value that the key has in its column; none if no row can have it. MySQL itself would take `1 OR 1=1` for 1.
    pub(super) fn value(self, id: &AccountId) -> Option<Value> {
        let text = id.as_str();
        match self {
            Self::Integer => integer(text),
            Self::Binary => unhexadecimal(text).map(Value::Bytes),
            Self::Text => Some(Value::from(text)),
        }
    }
}

/// A cell as text; nothing if there is nothing in it. What is not UTF-8 is replaced, and then equals no address.
pub(super) fn text(cell: &Value) -> Option<String> {
    let text = match cell {
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::NULL | Value::Date(..) | Value::Time(..) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Whether a condition held.
pub(super) fn is_true(cell: &Value) -> bool {
    matches!(cell, Value::Int(1) | Value::UInt(1))
}

fn integer(text: &str) -> Option<Value> {
    let signed = text.parse::<i64>().map(|number| (number.to_string(), Value::Int(number)));
    let unsigned = || text.parse::<u64>().map(|number| (number.to_string(), Value::UInt(number)));
    let (printed, value) = signed.or_else(|_| unsigned()).ok()?;
    (printed == text).then_some(value)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(BINARY_MARK.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// Only what [`hexadecimal`] prints, so that a key has one spelling.
fn unhexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix(BINARY_MARK).filter(|digits| digits.len() % 2 == 0 && digits.is_ascii())?;
    let bytes: Option<Vec<u8>> =
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect();
    bytes.filter(|bytes| hexadecimal(bytes) == text)
}

const BINARY_MARK: &str = "0x";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> impl Strategy<Value = (KeyKind, Value)> {
        let number =
            prop_oneof![any::<i64>().prop_map(Value::Int), (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::UInt),];
        prop_oneof![
            number.prop_map(|key| (KeyKind::Integer, key)),
            "[ -~é]{0,20}|0x[0-9a-f+]{0,6}|-?0{0,2}[0-9]{0,20}".prop_map(|key| (KeyKind::Text, Value::from(key))),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(|key| (KeyKind::Binary, Value::Bytes(key))),
        ]
    }

    proptest! {
        #[test]
        fn a_key_is_found_again_by_what_it_was_printed_as((kind, key) in key()) {
            let printed = kind.account_id(&key).unwrap();
            prop_assert_eq!(kind.value(&printed), Some(key));
        }

        #[test]
        fn a_key_has_one_spelling(text in "[ -~é]{0,12}|[-+0 ]?[0-9]{0,21}|0[xX][0-9a-fA-F+]{0,6}") {
            for kind in [KeyKind::Integer, KeyKind::Binary, KeyKind::Text] {
                if let Some(value) = kind.value(&AccountId::new(text.as_str())) {
                    prop_assert_eq!(kind.account_id(&value), Some(AccountId::new(text.as_str())));
                }
            }
        }
    }

    #[test]
    fn what_is_no_integer_is_no_key_of_an_integer_column() {
        for text in ["", " 1", "01", "+1", "1.0", "1 OR 1=1", "0x01", "18446744073709551616", "-9223372036854775809"] {
            assert_eq!(KeyKind::Integer.value(&AccountId::new(text)), None, "{text:?}");
        }
    }

    #[test]
    fn a_fraction_and_a_date_are_no_keys() {
        for value in [Value::NULL, Value::Double(1.0), Value::Date(2026, 11, 21, 0, 0, 0, 0)] {
            assert_eq!(KeyKind::of("double").account_id(&value), None);
        }
    }

    #[test]
    fn an_empty_cell_is_nothing() {
        assert_eq!(text(&Value::NULL), None);
        assert_eq!(text(&Value::from("")), None);
        assert_eq!(text(&Value::Bytes(b"a\0\xff".to_vec())).as_deref(), Some("a\0\u{fffd}"));
        assert_eq!(text(&Value::UInt(7)).as_deref(), Some("7"));
    }
}
