//! What `regain check` tries at Active Directory.

use super::{CONTROL, LOCKOUT, PASSWORD, write};
use crate::finding::Finding;
use crate::users::ldap::entry::Entry;
use crate::users::ldap::failure::{CONSTRAINT_VIOLATION, Failure, INSUFFICIENT_ACCESS, UNWILLING};
use crate::users::ldap::root_dse::RootDse;
use crate::users::ldap::session::{Search, Session};
use ldap3::Scope;
use tokio::time::Instant;

/// How new passwords are written here.
pub(in crate::users::ldap) fn way_of_writing(root: &RootDse) -> Finding {
    if !root.has_capability(super::CAPABILITY) {
        let text =
            "the server does not say that it is Active Directory, so it will not take unicodePwd; see users.preset";
        return Finding::fails(STORE, text);
    }
    if write::policy_hints(root).is_none() {
        let text = "new passwords replace unicodePwd; the server has no control for policy hints, so the history of \
                    passwords does not hold: people may take an old one again";
        return Finding::advice(STORE, text);
    }
    Finding::holds(STORE, "new passwords replace unicodePwd, and the history of passwords holds")
}

/// Whether it is seen of each account that it is open.
pub(in crate::users::ldap) fn control_seen(accounts: &[Entry]) -> Finding {
    let hidden = accounts.iter().filter(|account| account.first(CONTROL).is_none()).count();
    if hidden == 0 {
        return Finding::holds(STORE, format!("every account shows by {CONTROL} whether it is open"));
    }
    let text = format!(
        "{hidden} of {} accounts show no {CONTROL}, so they may be disabled and cannot reset; let the service account read \
         it, {GUIDE} says how",
        accounts.len()
    );
    if hidden == accounts.len() { Finding::fails(STORE, text) } else { Finding::advice(STORE, text) }
}

/// Whether the service account may reset and unlock.
pub(in crate::users::ldap) async fn rights(
    session: &Session,
    account: &Entry,
    until: Instant,
) -> Result<Vec<Finding>, Failure> {
    Ok(vec![reset(session, account).await?, unlock(session, account, until).await?])
}

/// Offers a password that no server takes, being no text between quotation marks: it is refused for want of rights, or for
/// that.
async fn reset(session: &Session, account: &Entry) -> Result<Finding, Failure> {
    let answer = session.offer(&account.dn, PASSWORD, b"?").await?;
    Ok(match answer.code {
        UNWILLING | CONSTRAINT_VIOLATION => Finding::holds(STORE, "the service account may reset passwords"),
        INSUFFICIENT_ACCESS => {
            let name = &account.dn;
            let text =
                format!("the service account may not reset the password of {name}; {GUIDE} has the right to grant");
            Finding::fails(STORE, text)
        }
        _ => Finding::advice(
            STORE,
            format!("whether the service account may reset passwords was not found out: {answer}"),
        ),
    })
}

/// The server says by itself which attributes we may write.
async fn unlock(session: &Session, account: &Entry, until: Instant) -> Result<Finding, Failure> {
    const WRITABLE: &str = "allowedAttributesEffective";
    let search = Search {
        base: &account.dn,
        scope: Scope::Base,
        filter: "(objectClass=*)".into(),
        attributes: vec![WRITABLE.into()],
        entries_max: 1,
        types_only: false,
    };
    let found = session.search(search, until).await?;
    let mut writable: Vec<&str> = found.entries.iter().flat_map(|entry| entry.all(WRITABLE)).collect();
    writable.sort_unstable();
    writable.dedup();
    let may_unlock = writable.iter().any(|name| name.eq_ignore_ascii_case(LOCKOUT));
    writable.retain(|name| ![LOCKOUT, PASSWORD].iter().any(|needed| name.eq_ignore_ascii_case(needed)));
    let too_many = match writable.len() {
        0 => String::new(),
        1..=3 => writable.join(", "),
        count => format!("{} and {} more attributes", writable[..3].join(", "), count - 3),
    };
    Ok(match (may_unlock, too_many.is_empty()) {
        (true, true) => {
            Finding::holds(STORE, "the service account may unlock who is locked out, and write nothing else")
        }
        (_, false) => {
            let text = format!(
                "the service account may write {too_many}, which a reset does not need; {GUIDE} has what it does"
            );
            Finding::advice(STORE, text)
        }
        (false, true) => {
            let text = format!(
                "the service account may not write {LOCKOUT}: who is locked out stays so after a reset, until \
                                the lock ends; {GUIDE} has the right to grant"
            );
            Finding::advice(STORE, text)
        }
    })
}

/// What a directory of this kind does after a reset.
pub(in crate::users::ldap) const REMARK: &str = "Active Directory lets the old password pass for an hour more where it is used for NTLM or simple \
                                 binds, unless it is told otherwise; docs/operate/active-directory.md says how";

const STORE: &str = "user store";
const GUIDE: &str = "docs/operate/active-directory.md";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;

    #[test]
    fn accounts_that_do_not_say_whether_they_are_open_are_counted() {
        let open = Entry::of("cn=ada", &[("useraccountcontrol", "512")]);
        let hidden = Entry::of("cn=grace", &[("mail", "grace@example.com")]);
        for (accounts, verdict, words) in [
            (vec![open.clone()], Verdict::Holds, "every account"),
            (vec![open, hidden.clone()], Verdict::Advice, "1 of 2 accounts show no userAccountControl"),
            (vec![hidden], Verdict::Fails, "1 of 1 accounts show no userAccountControl"),
        ] {
            let found = control_seen(&accounts);
            assert!(found.verdict == verdict && found.text.contains(words), "{found:?}");
        }
    }
}
