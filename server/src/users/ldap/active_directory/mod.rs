//! What Active Directory has of its own, whether Windows serves it or Samba: how a password is written, what its answers
//! mean, and how it says who may sign in.
//!
//! Sources: Microsoft's MS-ADTS (sections 3.1.1.3.1.5.1 for `unicodePwd`, 3.1.1.3.4.1.27 for the policy hints, 2.2.16
//! for `userAccountControl`), and what Samba 4.17 was seen to answer.

mod examine;
mod write;

pub(super) use examine::{REMARK, control_seen, rights, way_of_writing};
pub(super) use write::{policy_hints, replace_password};

use super::failure::{CONSTRAINT_VIOLATION, UNWILLING};
use regain_core::password::Violation;
use regain_core::time::Timestamp;
use secrecy::SecretSlice;

/// The attribute that takes a password. It can be written, over an encrypted connection, and never read.
pub(super) const PASSWORD: &str = "unicodePwd";
/// The attribute that says until when an account is locked out; writing 0 lets it in again.
pub(super) const LOCKOUT: &str = "lockoutTime";

/// The attribute whose bits say what kind of account it is, and whether it is disabled. Every account has it.
pub(super) const CONTROL: &str = "userAccountControl";

/// The attribute that an account is known by. It is no text.
pub(super) const GUID: &str = "objectGUID";

/// A capability in the root DSE: this is Active Directory.
pub(super) const CAPABILITY: &str = "1.2.840.113556.1.4.800";

/// Controls that have an administrator's reset obey the history of passwords, the present one first. Samba 4.17 has neither,
/// so only one that the root DSE offers can be sent.
pub(super) const POLICY_HINTS: [&str; 2] = ["1.2.840.113556.1.4.2239", "1.2.840.113556.1.4.2066"];
/// Their value: `SEQUENCE { INTEGER 1 }` in BER.
pub(super) const POLICY_HINTS_VALUE: [u8; 5] = [0x30, 3, 2, 1, 1];

/// A password as [`PASSWORD`] takes it: between quotation marks, in UTF-16, low bytes first. A quotation mark within it
/// needs no escape.
pub(super) fn unicode_pwd(password: &str) -> SecretSlice<u8> {
    let quoted = || std::iter::once('"').chain(password.chars()).chain(std::iter::once('"'));
    // All the room at once: a vector that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(quoted().map(char::len_utf16).sum::<usize>() * 2);
    let mut units = [0; 2];
    for character in quoted() {
        bytes.extend(character.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_le_bytes()));
    }
    units.fill(0);
    SecretSlice::from(bytes)
}

/// What the refusal of a password means; none if something else was refused. `code` is LDAP's, `text` the server's words.
///
/// Windows names no rule: `0000052D` is all it says of complexity, length, history and age. Samba adds words.
pub(super) fn violation(code: u32, text: &str) -> Option<Violation> {
    if !matches!(code, CONSTRAINT_VIOLATION | UNWILLING) || !text.starts_with(PASSWORD_RESTRICTION) {
        return None;
    }
    Some(if let Some(length_min) = length_min(text) {
        Violation::TooShort { length_min }
    } else if text.contains("already used") {
        Violation::PreviouslyUsed
    } else if text.contains("too young") {
        Violation::TooYoung
    } else {
        Violation::RefusedByStore
    })
}

/// Samba: "the password is too short. It should be equal or longer than 7 characters!"
fn length_min(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("equal or longer than ")?;
    rest.split_once(' ')?.0.parse().ok()
}

/// Whether nobody with this `userAccountControl` and `accountExpires` could sign in, whatever the password. What is there
/// and is no number closes; what is not there does not, since other directories do not have it.
pub(super) fn is_closed(control: Option<&str>, expires: Option<&str>, now: Timestamp) -> bool {
    let is_unusual = |bits: i64| bits & NORMAL_ACCOUNT == 0 || bits & (DISABLED | SMARTCARD_REQUIRED) != 0;
    let is_over = |moment: i64| !matches!(moment, 0 | i64::MAX) && time_of(moment) <= now;
    control.is_some_and(|text| text.parse().map_or(true, is_unusual))
        || expires.is_some_and(|text| text.parse().map_or(true, is_over))
}

/// Windows counts tenths of microseconds since 1601.
fn time_of(ticks: i64) -> Timestamp {
    Timestamp::from_millis(ticks / 10_000 - MILLIS_FROM_1601_TO_1970)
}

/// An `objectGUID` as Microsoft's tools write it. Its first three groups are stored low byte first.
pub(super) fn guid_text(bytes: &[u8]) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    Some(uuid::Uuid::from_bytes_le(bytes).hyphenated().to_string())
}

/// The bytes of an `objectGUID` that was written by [`guid_text`], and of no other spelling.
pub(super) fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let guid = uuid::Uuid::try_parse(text).ok()?;
    (guid.hyphenated().to_string() == text).then(|| guid.to_bytes_le())
}

/// `ERROR_PASSWORD_RESTRICTION` of Windows, as its LDAP server begins its answers.
const PASSWORD_RESTRICTION: &str = "0000052D";

/// Bits of `userAccountControl`.
const DISABLED: i64 = 0x2;
/// A person's account, not a computer's or another domain's.
const NORMAL_ACCOUNT: i64 = 0x200;
/// Its password is a random one that nobody knows.
const SMARTCARD_REQUIRED: i64 = 0x4_0000;

const MILLIS_FROM_1601_TO_1970: i64 = 11_644_473_600_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    fn written(password: &str) -> Vec<u8> {
        unicode_pwd(password).expose_secret().to_vec()
    }

    #[test]
    fn a_password_is_quoted_and_in_utf_16_low_bytes_first() {
        assert_eq!(written("aé"), [0x22, 0, 0x61, 0, 0xE9, 0, 0x22, 0]);
        assert_eq!(written("\u{1F511}"), [0x22, 0, 0x3D, 0xD8, 0x11, 0xDD, 0x22, 0]);
        assert_eq!(written("a\"b"), [0x22, 0, 0x61, 0, 0x22, 0, 0x62, 0, 0x22, 0]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_password_and_nothing_else(password in ".*") {
            let bytes = written(&password);
            let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            prop_assert_eq!(String::from_utf16(&units).unwrap(), format!("\"{password}\""));
        }

        #[test]
        fn a_guid_has_one_spelling(bytes: [u8; 16]) {
            let text = guid_text(&bytes).unwrap();
            prop_assert_eq!(guid_bytes(&text), Some(bytes));
            let capitals = text.to_ascii_uppercase();
            prop_assert_eq!(guid_bytes(&capitals).is_some(), capitals == text);
        }
    }

    #[test]
    fn a_guid_is_written_as_windows_does() {
        let bytes = [0x63, 0x1F, 0x88, 0x58, 0x95, 0x3E, 0xEC, 0x4A, 0x85, 0xC5, 0x7E, 0xEF, 0xE8, 0x3B, 0xBB, 0xBC];
        assert_eq!(guid_text(&bytes).as_deref(), Some("58881f63-3e95-4aec-85c5-7eefe83bbbbc"));
        assert_eq!(guid_text(&bytes[1..]), None);
        for text in ["", "58881f633e954aec85c57eefe83bbbbc", "{58881f63-3e95-4aec-85c5-7eefe83bbbbc}", "*"] {
            assert_eq!(guid_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_server_does_not_like_of_a_password_is_told_from_what_it_does_not_like_otherwise() {
        let samba = |words| format!("0000052D: Constraint violation - check_password_restrictions: {words}");
        let short = "the password is too short. It should be equal or longer than 7 characters!";
        for (code, text, expected) in [
            (19, samba(short), Some(Violation::TooShort { length_min: 7 })),
            (19, samba("the password does not meet the complexity criteria!"), Some(Violation::RefusedByStore)),
            (19, samba("the password was already used (in history)!"), Some(Violation::PreviouslyUsed)),
            (19, samba("password is too young to change!"), Some(Violation::TooYoung)),
            (
                53,
                "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n".into(),
                Some(Violation::RefusedByStore),
            ),
            (
                19,
                "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083".into(),
                Some(Violation::RefusedByStore),
            ),
            // No encryption, no right, no such entry, another constraint.
            (53, "00002077: SvcErr: DSID-03190F4C, problem 5003 (WILL_NOT_PERFORM), data 0".into(), None),
            (50, "00000005: SecErr: DSID-031A11E5, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0".into(), None),
            (32, "0000052D".into(), None),
            (19, "0000207D: AtrErr".into(), None),
        ] {
            assert_eq!(violation(code, &text), expected, "{code} {text}");
        }
    }

    #[test]
    fn who_is_disabled_expired_or_no_person_could_not_sign_in() {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let (past, future) = ("132398199523416540", "144398199523416540");
        for (control, expires, closed) in [
            (None, None, false),
            (Some("512"), None, false),
            (Some("66048"), Some("0"), false),
            (Some("512"), Some("9223372036854775807"), false),
            (Some("512"), Some(future), false),
            (Some("512"), Some(past), true),
            (None, Some(past), true),
            (Some("512"), Some("soon"), true),
            (Some("514"), None, true),
            (Some("262656"), None, true),
            (Some("4096"), None, true),
            (Some("532480"), None, true),
            (Some("yes"), None, true),
        ] {
            assert_eq!(is_closed(control, expires, now), closed, "{control:?} {expires:?}");
        }
    }

    #[test]
    fn an_account_is_over_at_its_very_moment() {
        // 2000-01-01T00:00:00Z, as Windows counts.
        let (ticks, moment) = ("125911584000000000", Timestamp::from_millis(946_684_800_000));
        assert!(is_closed(Some("512"), Some(ticks), moment));
        assert!(!is_closed(Some("512"), Some(ticks), Timestamp::from_millis(946_684_799_999)));
    }
}
