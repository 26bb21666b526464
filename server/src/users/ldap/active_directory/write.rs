//! Writes a password as an administrator does.

use super::{LOCKOUT, PASSWORD, POLICY_HINTS, POLICY_HINTS_VALUE, unicode_pwd};
use crate::users::ldap::entry::Entry;
use crate::users::ldap::failure::INSUFFICIENT_ACCESS;
use crate::users::ldap::root_dse::RootDse;
use crate::users::ldap::session::Session;
use ldap3::controls::RawControl;
use ldap3::{LdapError, LdapResult};
use secrecy::ExposeSecret;

/// The control that has the history of passwords hold for an administrator, too; where the server has one.
pub(in crate::users::ldap) fn policy_hints(root: &RootDse) -> Option<RawControl> {
    let oid = POLICY_HINTS.into_iter().find(|oid| root.has_control(oid))?;
    Some(RawControl { ctype: oid.to_owned(), crit: true, val: Some(POLICY_HINTS_VALUE.to_vec()) })
}

/// Replaces the password. Who is locked out is let in again with the same request; where that is not allowed to us, the
/// password alone is replaced, and the lock ends when its time is over.
pub(in crate::users::ldap) async fn replace_password(
    session: &Session,
    entry: &Entry,
    password: &str,
    hints: Option<RawControl>,
) -> Result<LdapResult, LdapError> {
    let password = unicode_pwd(password);
    let password = (PASSWORD, password.expose_secret());
    let controls = || hints.clone().into_iter().collect();
    if is_locked_out(entry) {
        let answer = session.replace(&entry.dn, &[password, (LOCKOUT, b"0")], controls()).await?;
        if answer.rc != INSUFFICIENT_ACCESS {
            return Ok(answer);
        }
        tracing::warn!("an account is locked out, and users.ldap.bind_dn may not unlock it; its lock ends by itself");
    }
    session.replace(&entry.dn, &[password], controls()).await
}

/// The moment of the lock stays after its time is over; to clear it then does no harm.
fn is_locked_out(entry: &Entry) -> bool {
    entry.first(LOCKOUT).is_some_and(|moment| moment != "0")
}
