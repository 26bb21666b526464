//! Bugs made on purpose, to see that the rules and the judge find them: each undoes one guard of the ledger, from
//! outside, around the step that has it.

use crate::rules::Deed;
use regain::ledger::{Claim, LapsedClaim};
use regain_core::limit::AccountLimit;
use rusqlite::{Connection, params};

/// What is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    ClaimsWhatIsClaimed,
    FindsWhatExpired,
    SettlesOneLinkOnly,
    SettlesTwice,
    SettlesWithRequestsUnderWay,
    SupersedesAtMinting,
    SupersedesWhatIsClaimed,
    DecidesAfterAllEnded,
    RecordsWithoutLease,
    LosesOutcomes,
    ForgetsUnanswered,
    LeasesWhatIsLeased,
    AllowsOneMoreAnHour,
    HasNoCooldown,
    DisownsNothingClaimed,
    IntendsNothing,
    NeverLooksIntoClaims,
    ReleasesEveryLapsedClaim,
    AnswersBeforeTheCommit,
}

impl Sabotage {
    pub(crate) const ALL: [Self; 19] = [
        Self::ClaimsWhatIsClaimed,
        Self::FindsWhatExpired,
        Self::SettlesOneLinkOnly,
        Self::SettlesTwice,
        Self::SettlesWithRequestsUnderWay,
        Self::SupersedesAtMinting,
        Self::SupersedesWhatIsClaimed,
        Self::DecidesAfterAllEnded,
        Self::RecordsWithoutLease,
        Self::LosesOutcomes,
        Self::ForgetsUnanswered,
        Self::LeasesWhatIsLeased,
        Self::AllowsOneMoreAnHour,
        Self::HasNoCooldown,
        Self::DisownsNothingClaimed,
        Self::IntendsNothing,
        Self::NeverLooksIntoClaims,
        Self::ReleasesEveryLapsedClaim,
        Self::AnswersBeforeTheCommit,
    ];

    /// Sets the rows up so that the guard holds nothing back.
    pub(crate) fn before(self, deed: &Deed, ledger: &Connection) -> rusqlite::Result<()> {
        match (self, deed) {
            (Self::ClaimsWhatIsClaimed, Deed::Claim { delivery }) => {
                ledger.execute("UPDATE deliveries SET state = 'live' WHERE id = ?1", [delivery.as_bytes()])?;
            }
            (Self::FindsWhatExpired, Deed::Read("find_token")) => {
                ledger.execute("UPDATE deliveries SET expires_at = expires_at + 1000000000", [])?;
            }
            (Self::SettlesTwice, Deed::Settle { delivery, .. }) => {
                ledger.execute("UPDATE deliveries SET state = 'claimed' WHERE id = ?1", [delivery.as_bytes()])?;
            }
            (Self::DecidesAfterAllEnded, Deed::Decide { .. }) => {
                ledger.execute("UPDATE deliveries SET closed_at = NULL", [])?;
            }
            (Self::RecordsWithoutLease, Deed::Record { finished, .. }) => {
                finished.iter().try_for_each(|one| hand_over(ledger, one.entry.as_bytes(), one.lease.as_bytes()))?;
            }
            (Self::ForgetsUnanswered, Deed::Record { .. }) => {
                ledger.execute("UPDATE deliveries SET outcome = NULL WHERE outcome = 'unknown'", [])?;
            }
            (Self::LeasesWhatIsLeased, Deed::Record { leasing: Some(_), .. }) => {
                ledger.execute("UPDATE outbox SET due_at = 0 WHERE state = 'leased'", [])?;
            }
            (Self::DisownsNothingClaimed, Deed::Disown { .. }) => {
                ledger.execute("UPDATE deliveries SET state = 'hidden' WHERE state = 'claimed'", [])?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes back, or does too much of, what was done.
    pub(crate) fn after(self, deed: &Deed, ledger: &Connection) -> rusqlite::Result<()> {
        match (self, deed) {
            (Self::FindsWhatExpired, Deed::Read("find_token")) => {
                ledger.execute("UPDATE deliveries SET expires_at = expires_at - 1000000000", [])?;
            }
            (Self::SettlesOneLinkOnly, Deed::Settle { account, .. }) => {
                ledger.execute(
                    "UPDATE deliveries SET state = 'live' WHERE account = ?1 AND reason = 'another_redeemed'",
                    [account.as_str()],
                )?;
            }
            (Self::SettlesWithRequestsUnderWay, Deed::Settle { account, now, .. }) => {
                ledger.execute(
                    "UPDATE outbox SET state = 'accepted', reason = NULL, due_at = ended_at, ended_at = NULL \
                     WHERE account = ?1 AND reason = 'redeemed' AND ended_at = ?2",
                    params![account.as_str(), now.as_millis()],
                )?;
            }
            (Self::SupersedesAtMinting, Deed::Decide { .. }) => {
                ledger.execute(
                    "UPDATE deliveries SET state = 'superseded' WHERE state = 'live' AND EXISTS \
                       (SELECT 1 FROM deliveries AS newer WHERE newer.account = deliveries.account \
                        AND newer.state = 'live' AND newer.minted_at > deliveries.minted_at)",
                    [],
                )?;
            }
            (Self::SupersedesWhatIsClaimed, Deed::Record { finished, .. }) => {
                for one in finished {
                    ledger.execute(
                        "UPDATE deliveries SET state = 'superseded' WHERE state = 'claimed' AND account = \
                           (SELECT account FROM deliveries WHERE id = ?1)",
                        [one.delivery.as_bytes()],
                    )?;
                }
            }
            (Self::DisownsNothingClaimed, Deed::Disown { .. }) => {
                ledger.execute("UPDATE deliveries SET state = 'claimed' WHERE state = 'hidden'", [])?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The limits that a decision is made by.
    pub(crate) fn limit(self, limit: AccountLimit) -> AccountLimit {
        match self {
            Self::AllowsOneMoreAnHour => AccountLimit { mails_per_hour_max: limit.mails_per_hour_max + 1, ..limit },
            Self::HasNoCooldown => AccountLimit { cooldown: std::time::Duration::ZERO, ..limit },
            _ => limit,
        }
    }

    pub(crate) fn lapsed(self, claims: Vec<LapsedClaim>) -> Vec<LapsedClaim> {
        let unintended = |claim: Claim| LapsedClaim { claim, new_fingerprint: None };
        match self {
            Self::NeverLooksIntoClaims => Vec::new(),
            Self::ReleasesEveryLapsedClaim => claims.into_iter().map(|it| unintended(it.claim)).collect(),
            _ => claims,
        }
    }
}

/// Makes an entry that has not ended the holder's of `lease`.
fn hand_over(ledger: &Connection, entry: &[u8; 16], lease: &[u8; 16]) -> rusqlite::Result<()> {
    ledger.execute("UPDATE outbox SET lease = ?2 WHERE id = ?1 AND ended_at IS NULL", (entry, lease)).map(|_| ())
}
