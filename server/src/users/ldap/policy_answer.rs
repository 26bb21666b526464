//! What a server's password policy says of a password (draft-behera-ldap-password-policy): a control that goes with the
//! request, and one that comes back.

use ldap3::controls::{Control, RawControl};

/// The OID of both controls.
pub(super) const OID: &str = "1.3.6.1.4.1.42.2.27.8.5.1";

/// Asks the server to say which of its rules a password breaks. Not critical: a server without policy ignores it.
pub(super) fn request() -> RawControl {
    RawControl { ctype: OID.into(), crit: false, val: None }
}

/// Which rule a request broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Complaint {
    PasswordExpired,
    AccountLocked,
    ChangeAfterReset,
    ModificationNotAllowed,
    OldPasswordRequired,
    Quality,
    TooShort,
    TooYoung,
    InHistory,
    TooLong,
}

/// What the answer's controls say; none if the server has nothing to say.
pub(super) fn complaint(controls: &[Control]) -> Option<Complaint> {
    let Control(_, raw) = controls.iter().find(|Control(_, raw)| raw.ctype == OID)?;
    error_code(raw.val.as_deref()?).and_then(Complaint::of)
}

impl Complaint {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::PasswordExpired,
            1 => Self::AccountLocked,
            2 => Self::ChangeAfterReset,
            3 => Self::ModificationNotAllowed,
            4 => Self::OldPasswordRequired,
            5 => Self::Quality,
            6 => Self::TooShort,
            7 => Self::TooYoung,
            8 => Self::InHistory,
            9 => Self::TooLong,
            _ => return None,
        })
    }
}

/// `SEQUENCE { warning [0] CHOICE … OPTIONAL, error [1] ENUMERATED OPTIONAL }`; every length in it is below 128.
fn error_code(value: &[u8]) -> Option<u8> {
    let mut rest = element(value, SEQUENCE)?.0;
    if let Some((_, after)) = element(rest, WARNING) {
        rest = after;
    }
    match element(rest, ERROR)?.0 {
        [code] => Some(*code),
        _ => None,
    }
}

/// The content of the element that `bytes` begin with, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [found, length, rest @ ..] if *found == tag && *length < 0x80 => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}

const SEQUENCE: u8 = 0x30;
const WARNING: u8 = 0xa0;
const ERROR: u8 = 0x81;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_error_is_read_with_and_without_a_warning_before_it() {
        assert_eq!(error_code(&[0x30, 3, 0x81, 1, 6]), Some(6));
        assert_eq!(error_code(&[0x30, 8, 0xa0, 3, 0x80, 1, 9, 0x81, 1, 8]), Some(8));
        assert_eq!(error_code(&[0x30, 5, 0xa0, 3, 0x80, 1, 9]), None);
        assert_eq!(error_code(&[0x30, 0]), None);
        let control =
            Control(None, RawControl { ctype: OID.into(), crit: false, val: Some(vec![0x30, 3, 0x81, 1, 8]) });
        assert_eq!(complaint(&[control]), Some(Complaint::InHistory));
        assert_eq!(complaint(&[]), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_error_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = error_code(&bytes);
        }
    }
}
