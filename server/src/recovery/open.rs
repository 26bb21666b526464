//! Step 3: may this link or code show a form? Nothing is spent.

use super::Credential;
use crate::app::App;
use crate::ledger::{CodeDigest, Disowned, LedgerFault, LiveToken, TokenState};
use crate::users::StoreFault;
use crate::weakness::{self, Weakness};
use regain_core::account::Account;
use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::event::Happening;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use regain_core::token::Purpose;
use subtle::ConstantTimeEq;

/// A live credential.
#[derive(Debug)]
pub struct Opened {
    /// Whose password it sets.
    pub account: Account,
    /// When the credential dies.
    pub expires_at: Timestamp,
    /// The account's password as it was read; the new one takes the place of this one and of no other.
    pub(super) stored: StoredPassword,
    pub(super) token: LiveToken,
}

/// Why nothing opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenRefusal {
    /// Never issued, expired, superseded, used, revoked, of another purpose, a wrong code: one answer for all.
    Dead,
    /// The ledger or the user store does not answer; the credential survives.
    Unavailable,
}

/// Looks whether `credential` is live. A wrong code counts as an attempt.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn open(app: &App, credential: &Credential) -> Result<Opened, OpenRefusal> {
    let token = find(app, credential).await?;
    let account = load(app, &token).await.map_err(|fault| {
        if let Some(unsaid) = app.complaints.store_away.turn(app.clock.now()) {
            tracing::error!(%fault, unsaid, request = %token.entry, "links cannot be opened");
        }
        OpenRefusal::Unavailable
    })?;
    let account = account.ok_or(OpenRefusal::Dead)?;
    let unchanged: bool = app.keys.fingerprint(&account).ct_eq(&token.fingerprint).into();
    let unchanged = unchanged || weakness::is(Weakness::FingerprintNotChecked) || weakness::is(Weakness::LinkNotSpent);
    match account.password.clone() {
        Some(stored) if unchanged => Ok(Opened { account, expires_at: token.expires_at, stored, token }),
        _ if weakness::is(Weakness::DeadLinksToldApart) => Err(OpenRefusal::Unavailable),
        _ => Err(OpenRefusal::Dead),
    }
}

/// The account that a token was minted for. Of one with several addresses it is minted for one: that one is told apart by the
/// fingerprint, and where none has it any more, the first stands for all.
pub(super) async fn load(app: &App, token: &LiveToken) -> Result<Option<Account>, StoreFault> {
    let mut each = app.users.load_each(&token.account).await?;
    let is_meant = |account: &Account| bool::from(app.keys.fingerprint(account).ct_eq(&token.fingerprint));
    let meant = each.iter().position(is_meant).unwrap_or(0);
    Ok((!each.is_empty()).then(|| each.swap_remove(meant)))
}

impl Opened {
    /// Notes for the timeline that the link was looked at: `how`, and from which `network`.
    pub async fn note_shown(&self, app: &App, how: Happening, network: String) {
        if weakness::is(Weakness::LookingSpends) {
            let spent = Disowned { entry: self.token.entry, account: self.token.account.clone() };
            let _ = app.ledger.revoke_not_me(spent, app.clock.now()).await;
        }
        app.sightings.note(self.token.entry, how, network, app.clock.now());
    }
}

async fn find(app: &App, credential: &Credential) -> Result<LiveToken, OpenRefusal> {
    let now = app.clock.now();
    let found = match credential {
        Credential::Token(token) if weakness::is(Weakness::TokenKeptPlain) => {
            app.ledger.find_token(weakness::undigested(token), now).await
        }
        Credential::Token(token) => app.ledger.find_token(token.digest(Purpose::Reset), now).await,
        Credential::Code { address, code } => try_code(app, address, code.as_ref(), now).await,
    };
    match found {
        Ok(TokenState::Live(token)) => Ok(token),
        Ok(TokenState::Dead) => {
            app.metrics.guesses.of(credential.into()).count();
            Err(OpenRefusal::Dead)
        }
        Ok(TokenState::Recovering) => Err(OpenRefusal::Unavailable),
        Err(fault) => {
            if let Some(unsaid) = app.complaints.ledger_away.turn(now) {
                tracing::error!(%fault, unsaid, "links and codes cannot be looked up");
            }
            Err(OpenRefusal::Unavailable)
        }
    }
}

async fn try_code(
    app: &App,
    address: &EmailAddress,
    code: Option<&ResetCode>,
    now: Timestamp,
) -> Result<TokenState, LedgerFault> {
    let address_digest = app.keys.address_digest(&address.folded());
    let keys = app.keys.clone();
    let code = code.cloned();
    let digest_for: CodeDigest = Box::new(move |delivery| Some(code.as_ref()?.digest(&keys, delivery.as_bytes())));
    let attempts_max = app.config.reset.code_attempts_max;
    let attempts_max = weakness::spoilt(Weakness::CodeAttemptsUncounted, attempts_max, |_| u32::MAX);
    app.ledger.try_code(address_digest, digest_for, attempts_max, now).await
}
