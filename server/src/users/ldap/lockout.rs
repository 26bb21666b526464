//! Accounts that a directory has closed: by an administrator, or because their time is over.
//!
//! A lock after failed attempts is none of these. It ends by itself, OpenLDAP's policy lifts it when the password is set
//! anew, and who forgot a password is who fails to sign in.

use super::active_directory;
use super::entry::Entry;
use regain_core::time::Timestamp;

/// The attributes that say so, in whatever directory. What a server does not know it does not send.
pub(super) const ATTRIBUTES: &[&str] = &[
    "pwdAccountLockedTime",
    "pwdStartTime",
    "pwdEndTime",
    "shadowExpire",
    "nsAccountLock",
    "loginDisabled",
    active_directory::CONTROL,
    "accountExpires",
];

/// Whether the directory would not let this account in, whatever its password, at `now`.
pub(super) fn is_closed(entry: &Entry, now: Timestamp) -> bool {
    let first = |attribute| entry.first(attribute);
    let moment = |attribute| first(attribute).and_then(generalized_time);
    let is_true = |attribute| first(attribute).is_some_and(|value: &str| value.eq_ignore_ascii_case("true"));
    let seconds = now.as_millis().div_euclid(1_000);
    let expires_on_day = first("shadowExpire").and_then(|days| days.parse::<i64>().ok());
    first("pwdAccountLockedTime").is_some_and(|at| at.starts_with(LOCKED_FOR_GOOD))
        || moment("pwdStartTime").is_some_and(|start| start > seconds)
        || moment("pwdEndTime").is_some_and(|end| end <= seconds)
        || expires_on_day.is_some_and(|day| day >= 0 && day <= seconds.div_euclid(DAY))
        || is_true("nsAccountLock")
        || is_true("loginDisabled")
        || active_directory::is_closed(first(active_directory::CONTROL), first("accountExpires"), now)
}

/// The moment that no failed attempt leaves: an administrator set it.
const LOCKED_FOR_GOOD: &str = "000001010000";
/// In seconds.
const DAY: i64 = 86_400;

/// Seconds since 1970 of a time such as `20261122112114Z` or `20261122112114.251121Z` (RFC 4517 §3.3.13); only in UTC, which
/// is how servers write it.
fn generalized_time(text: &str) -> Option<i64> {
    let (digits, rest) = text.split_at_checked(14)?;
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit()) && rest.ends_with('Z');
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i8>().ok();
    let date = jiff::civil::DateTime::new(
        digits.get(..4)?.parse().ok()?,
        number(4, 6)?,
        number(6, 8)?,
        number(8, 10)?,
        number(10, 12)?,
        number(12, 14)?,
        0,
    );
    let moment = jiff::tz::Offset::UTC.to_timestamp(date.ok()?).ok()?;
    is_whole.then(|| moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_347_000_000);

    fn is_closed_with(attribute: &str, value: &str) -> bool {
        is_closed(&Entry::of("uid=ada", &[(attribute, value)]), NOW)
    }

    #[test]
    fn an_administrators_lock_closes_and_one_after_failed_attempts_does_not() {
        assert!(is_closed_with("pwdAccountLockedTime", "000001010000Z"));
        assert!(is_closed_with("pwdaccountlockedtime", "00000101000000Z"));
        assert!(!is_closed_with("pwdAccountLockedTime", "20261122112114Z"));
        assert!(is_closed_with("nsAccountLock", "TRUE") && !is_closed_with("nsAccountLock", "false"));
        assert!(!is_closed_with("cn", "true"));
    }

    #[test]
    fn an_account_is_open_between_its_start_and_its_end() {
        assert!(is_closed_with("pwdEndTime", "20200101000000Z") && !is_closed_with("pwdEndTime", "20360101000000Z"));
        assert!(
            is_closed_with("pwdStartTime", "20360101000000Z") && !is_closed_with("pwdStartTime", "20200101000000Z")
        );
        assert!(!is_closed_with("pwdEndTime", "soon"));
        let today = NOW.as_millis() / 86_400_000;
        assert!(is_closed_with("shadowExpire", &today.to_string()) && is_closed_with("shadowExpire", "0"));
        assert!(!is_closed_with("shadowExpire", &(today + 1).to_string()) && !is_closed_with("shadowExpire", "-1"));
    }

    #[test]
    fn times_are_read_as_servers_write_them() {
        assert_eq!(generalized_time("19700101000001Z"), Some(1));
        assert_eq!(generalized_time("20261122112114.251121Z"), generalized_time("20261122112114Z"));
        for no_time in ["", "2026", "20261322112114Z", "20261122112114", "2026112211211é", "+0261122112114Z"] {
            assert_eq!(generalized_time(no_time), None, "{no_time}");
        }
    }
}
