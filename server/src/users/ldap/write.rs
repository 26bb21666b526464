//! Writes a password: looks once more whether the account is as it was read, and hands the password to the server.
//!
//! Where the server hashes, the look and the writing are two requests: the assertion control (RFC 4528) is for modifying,
//! and OpenLDAP does not take it with the extended operation. Where Regain hashes, they are one.

use super::Directory;
use super::active_directory;
use super::failure::{ASSERTION_FAILED, Answer, CONSTRAINT_VIOLATION, Failure, INSUFFICIENT_ACCESS, NO_SUCH_OBJECT};
use super::filter;
use super::look_up::Seat;
use super::policy_answer::{self, Complaint};
use crate::hashing::NewPassword;
use crate::users::{PasswordChange, StoreFault, Written};
use ldap3::controls::{Assertion, MakeCritical, RawControl};
use ldap3::{LdapError, LdapResult};
use regain_core::password::Violation;
use tokio::time::{Instant, timeout_at};

/// The attribute of RFC 4519 that holds passwords.
pub(super) const PASSWORD: &str = "userPassword";

impl Directory {
    pub(super) async fn write(&self, change: &PasswordChange, until: Instant) -> Result<Written, StoreFault> {
        let looked = self.servers.ask(until, |session, soon| async move {
            let seat = self.entry(&session, &change.id, soon).await?;
            let asserts = self.asserts(&session, soon).await;
            let hints = self.policy_hints(&session, soon).await?;
            Ok((session, seat, asserts, hints))
        });
        let (session, seat, asserts, hints) = looked.await.map_err(|failure| failure.fault("cannot be asked"))?;
        let Some(seat) = seat.filter(|seat| self.is_as_read(seat, change)) else {
            return Ok(Written::NoLongerMatches);
        };
        let mut controls = vec![policy_answer::request()];
        let dn = seat.entry.dn.as_str();
        let answer = match &change.new {
            NewPassword::Plain(password) if self.is_active_directory => {
                let replacing = active_directory::replace_password(&session, &seat.entry, password.expose(), hints);
                timeout_at(until, replacing).await
            }
            NewPassword::Plain(password) => {
                timeout_at(until, session.set_by_server(dn, password.expose(), controls)).await
            }
            NewPassword::Hashed(hash) => {
                if asserts {
                    controls.push(self.assertion(&seat, change));
                }
                timeout_at(until, session.replace(dn, &[(PASSWORD, hash.expose().as_bytes())], controls)).await
            }
        };
        match answer {
            Ok(Ok(result)) => judged(result),
            // It never left this machine.
            Ok(Err(error @ LdapError::OpSend { .. })) => Err(Failure::from(error).fault("cannot write a password")),
            Ok(Err(error)) => {
                tracing::error!(error = %Failure::from(error), server = %session.server, "a password may be written");
                Ok(Written::Unknown)
            }
            Err(_) => {
                tracing::error!(server = %session.server, "the directory takes too long to write a password");
                Ok(Written::Unknown)
            }
        }
    }

    /// Whether the account is as it was when the person was let in.
    fn is_as_read(&self, seat: &Seat, change: &PasswordChange) -> bool {
        seat.may_reset
            && !self.mapping.is_closed(&seat.entry, change.now)
            && self.mapping.has_address(&seat.entry, &change.expected_address)
            && self.mapping.state_of(&seat.entry) == change.expected.expose()
    }

    /// That the server is to look again, in the moment of writing.
    fn assertion(&self, seat: &Seat, change: &PasswordChange) -> RawControl {
        let mapping = &self.mapping;
        let address = regain_core::email::FoldedAddress::of(&change.expected_address);
        let mut parts =
            vec![mapping.accounts.clone(), mapping.with_address(&[address]), mapping.is_in_state(&seat.entry)];
        parts.extend(mapping.eligible.clone());
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Assertion { filter: filter::all(&parts) }.critical().into()
    }
}

/// What the server's answer means.
fn judged(result: LdapResult) -> Result<Written, StoreFault> {
    let complaint = policy_answer::complaint(&result.ctrls);
    let answer = Answer::from(result);
    if let Some(violation) = active_directory::violation(answer.code, &answer.text) {
        return Ok(Written::Refused(vec![violation]));
    }
    let refused = |violation| Ok(Written::Refused(vec![violation]));
    let fault = |advice: &str| Err(StoreFault { what: "cannot write a password", cause: format!("{answer}{advice}") });
    match (answer.code, complaint) {
        (0, _) => Ok(Written::Yes(Vec::new())),
        (ASSERTION_FAILED | NO_SUCH_OBJECT, _) => Ok(Written::NoLongerMatches),
        (_, Some(Complaint::InHistory)) => refused(Violation::PreviouslyUsed),
        (_, Some(Complaint::TooYoung)) => refused(Violation::TooYoung),
        (_, Some(Complaint::Quality | Complaint::TooShort | Complaint::TooLong)) => refused(Violation::RefusedByStore),
        (_, Some(Complaint::OldPasswordRequired)) => {
            fault("; the policy wants the old password (pwdSafeModify), which nobody knows who forgot it")
        }
        (_, Some(Complaint::ModificationNotAllowed)) => fault("; the policy lets nobody change this password"),
        (_, Some(Complaint::PasswordExpired | Complaint::AccountLocked | Complaint::ChangeAfterReset)) => {
            fault("; the policy stops the service account itself: see to the password of users.ldap.bind_dn")
        }
        (CONSTRAINT_VIOLATION, None) => {
            tracing::warn!(%answer, "the directory refuses a password, and does not say by which rule");
            refused(Violation::RefusedByStore)
        }
        (INSUFFICIENT_ACCESS, None) => fault("; users.ldap.bind_dn needs the right to write this account's password"),
        (_, None) => fault(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ldap3::controls::Control;

    fn judged_as(rc: u32, complaint: Option<u8>) -> String {
        let control = |code| RawControl {
            ctype: policy_answer::OID.into(),
            crit: false,
            val: Some(vec![0x30, 3, 0x81, 1, code]),
        };
        let ctrls = complaint.map(|code| Control(None, control(code))).into_iter().collect();
        let refs = if rc == 10 { vec!["ldap://elsewhere.example.com".into()] } else { Vec::new() };
        match judged(LdapResult { rc, matched: String::new(), text: "said so".into(), refs, ctrls }) {
            Ok(written) => format!("{written:?}"),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn each_answer_means_one_thing() {
        for (code, complaint, means) in [
            (0, None, "Yes([])"),
            (122, None, "NoLongerMatches"),
            (32, None, "NoLongerMatches"),
            (19, Some(8), "Refused([PreviouslyUsed])"),
            (19, Some(7), "Refused([TooYoung])"),
            (19, Some(5), "Refused([RefusedByStore])"),
            (19, Some(6), "Refused([RefusedByStore])"),
            (53, Some(5), "Refused([RefusedByStore])"),
            (19, None, "Refused([RefusedByStore])"),
        ] {
            assert_eq!(judged_as(code, complaint), means, "{code} {complaint:?}");
        }
    }

    #[test]
    fn what_the_operator_has_to_mend_is_no_answer_for_the_person() {
        for (code, complaint, words) in [
            (50, None, "users.ldap.bind_dn needs the right"),
            (50, Some(4), "pwdSafeModify"),
            (53, None, "unwilling to perform): said so"),
            (50, Some(2), "users.ldap.bind_dn"),
            (10, None, "ldap://elsewhere.example.com"),
        ] {
            let said = judged_as(code, complaint);
            assert!(said.starts_with("the user store cannot write a password") && said.contains(words), "{said}");
        }
    }
}
