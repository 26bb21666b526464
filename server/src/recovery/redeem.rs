//! Step 4: claim the token, set the password, complete.
//!
//! Ledger and user store share no transaction. So the token is claimed, with what the store will hold; the store is
//! written by compare-and-swap; the claim is settled. Whatever dies in between, [`super::settle`] finds out from the
//! store what happened. Cheap checks come first: no hash is computed for a dead token, and none for a password that the
//! rules refuse. Whether the account had it before is looked at under the claim, so for one password of a link at a time. A store
//! that hashes by itself may have rules of its own: what breaks them leaves the token live. Not for ever: what was refused for the
//! sake of earlier passwords tells of them, so the ledger counts it.

use super::Credential;
use super::open::{OpenRefusal, Opened, load, open};
use super::reuse::is_reused;
use super::settle::{self, Found};
use crate::app::App;
use crate::failpoint;
use crate::hashing::{self, HashingFault, NewPassword};
use crate::ledger::{Claim, LedgerFault};
use crate::users::{PasswordChange, StoreFault, Written};
use crate::weakness::{self, Weakness};
use regain_core::account::Account;
use regain_core::entropy::random;
use regain_core::hash::{Format, PASSWORD_BYTES_MAX, Recipe, StoredPassword};
use regain_core::keys::Digest;
use regain_core::password::{AcceptedPassword, Context, Violation};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinError;

/// Why no password was set.
#[derive(Debug)]
pub enum RedeemRefusal {
    /// As [`OpenRefusal::Dead`].
    Dead,
    /// The password breaks these rules: all of our own, or the one that it was used before, or the store's. The credential
    /// survives; the last two not any number of times.
    Weak(Vec<Violation>),
    /// The ledger, the user store or the hashing pool is out of reach or full; the credential survives.
    Unavailable,
}

/// How long the store may take to write.
const STORE_DEADLINE: Duration = Duration::from_secs(20);
/// How long a claim holds; three times what the store may take, so that a slow writer is not taken for a dead one.
pub(super) const CLAIM: Duration = Duration::from_secs(60);

/// How many passwords may be refused for one link that were held against the account's earlier ones, or against the store's
/// rules, which may be the same. A person comes to one that is taken in fewer tries, and can ask for another link; who has
/// stolen a link is not to find out by it what the account's passwords were, at the ten a minute that a network is allowed.
const REFUSALS_MAX: u32 = 10;

/// Sets `password` for the account that `credential` was minted for: once, or not at all. What has begun is finished,
/// even if the caller stops waiting: a client who hangs up, as browsers do at a second click, leaves no claim behind.
///
/// # Errors
/// [`RedeemRefusal`].
pub async fn redeem(app: &Arc<App>, credential: &Credential, password: SecretString) -> Result<(), RedeemRefusal> {
    let outcome = attempt(app, credential, password).await;
    app.metrics.redeemed(&outcome);
    outcome
}

async fn attempt(app: &Arc<App>, credential: &Credential, password: SecretString) -> Result<(), RedeemRefusal> {
    let opened = open(app, credential).await?;
    let recipe = recipe(app, &opened)?;
    let password = accept(app, &opened, recipe.as_ref(), password).await?;
    if !opened.account.eligible {
        return Err(RedeemRefusal::Dead);
    }
    let app = Arc::clone(app);
    let task = tokio::spawn(async move {
        let redemption = Redemption::claim(&app, opened).await?;
        failpoint::reached("claimed");
        redemption.set(&app, recipe, password).await
    });
    task.await.unwrap_or_else(|died| {
        tracing::error!(%died, "a redeeming died; its claim will lapse");
        Err(RedeemRefusal::Unavailable)
    })
}

/// The right to write one password: held by whoever claimed the token, and used up by writing.
struct Redemption {
    claim: Claim,
    account: Account,
    stored: StoredPassword,
    /// By this server's own clock. Later than this nothing may be written any more.
    write_until: Timestamp,
}

impl Redemption {
    async fn claim(app: &App, opened: Opened) -> Result<Self, RedeemRefusal> {
        let Opened { account, stored, token, .. } = opened;
        let now = app.clock.now();
        let id = Id::new(now, app.entropy.as_ref());
        let until = now.plus(failpoint::shortened(CLAIM));
        let claimed = app.ledger.claim(token, id, now, until).await.map_err(|fault| unavailable(&fault))?;
        let claim = claimed.ok_or(RedeemRefusal::Dead)?;
        Ok(Self { claim, account, stored, write_until: until.minus(failpoint::shortened(STORE_DEADLINE)) })
    }

    async fn set(
        self,
        app: &Arc<App>,
        recipe: Option<Recipe>,
        password: AcceptedPassword,
    ) -> Result<(), RedeemRefusal> {
        match is_reused(app, &self.account.id, &self.stored, password.expose().into()).await {
            Ok(false) => {}
            Ok(true) => {
                count_refusal(app, &self.claim).await?;
                return Err(RedeemRefusal::Weak(vec![Violation::PreviouslyUsed]));
            }
            Err(refusal) => {
                self.release(app).await;
                return Err(refusal);
            }
        }
        match as_wanted(app, recipe, password).await {
            Ok(new) => {
                failpoint::reached("hash_computed");
                self.write(app, new).await
            }
            Err(fault) => {
                tracing::warn!(%fault, "a password could not be hashed");
                self.release(app).await;
                Err(RedeemRefusal::Unavailable)
            }
        }
    }

    /// Commits what the store will hold, writes the store, settles.
    async fn write(self, app: &Arc<App>, new: NewPassword) -> Result<(), RedeemRefusal> {
        let new_fingerprint = match &new {
            NewPassword::Hashed(new) if app.users.shows_hashes() => {
                app.keys.fingerprint_of(&self.account.address, new.expose())
            }
            // What the account will show is not known before; that it shows something else than now will have to do.
            NewPassword::Hashed(_) | NewPassword::Plain(_) => random(app.entropy.as_ref()),
        };
        match app.ledger.intend(&self.claim, new_fingerprint).await {
            Ok(true) => {}
            Ok(false) => return Err(RedeemRefusal::Dead),
            Err(fault) => {
                self.release(app).await;
                return Err(unavailable(&fault));
            }
        }
        if app.clock.now() > self.write_until {
            // This server was stopped, or slow: by the time the store had written, somebody else might look into the claim.
            tracing::error!(request = %self.claim.token.entry, "a claim ran out before the password was written");
            self.release(app).await;
            return Err(RedeemRefusal::Unavailable);
        }
        let change = PasswordChange {
            id: self.account.id.clone(),
            expected_address: self.account.address.clone(),
            expected: self.stored.clone(),
            new,
            writing: self.claim.id(),
            now: app.clock.now(),
        };
        let users = Arc::clone(&app.users);
        let mut writing = tokio::spawn(async move { users.set_password(change).await });
        match tokio::time::timeout(failpoint::shortened(STORE_DEADLINE), &mut writing).await {
            Ok(written) => self.conclude(app, written, new_fingerprint).await,
            Err(_) => {
                tracing::error!(request = %self.claim.token.entry, "the user store takes too long to write a password");
                // It may be written yet, even after somebody else has looked into the claim and found nothing.
                let app = Arc::clone(app);
                tokio::spawn(async move { self.conclude(&app, writing.await, new_fingerprint).await });
                Err(RedeemRefusal::Unavailable)
            }
        }
    }

    /// The store has answered.
    async fn conclude(
        &self,
        app: &App,
        written: Result<Result<Written, StoreFault>, JoinError>,
        new_fingerprint: Digest,
    ) -> Result<(), RedeemRefusal> {
        let request = self.claim.token.entry;
        match written.map(|answer| failpoint::or_lost("store_written", answer)) {
            Ok(Ok(Written::Yes(ran))) => {
                self.settle(app, Some(settle::sessions_in_words(&app.config.users, &ran))).await;
                Ok(())
            }
            Ok(Ok(Written::Refused(violations))) => {
                count_refusal(app, &self.claim).await?;
                Err(RedeemRefusal::Weak(violations))
            }
            Ok(Ok(Written::NoLongerMatches)) => {
                log_failure(app.ledger.revoke_changed(&self.claim).await);
                Err(RedeemRefusal::Dead)
            }
            Ok(Ok(Written::Unknown)) => {
                // To be looked into by `settle::recover_lapsed`, which does not believe too soon that nothing was written.
                tracing::error!(%request, "it is not known yet whether a password was written");
                log_failure(app.ledger.lapse(&self.claim).await);
                Err(RedeemRefusal::Unavailable)
            }
            Ok(Err(fault)) => {
                tracing::error!(%fault, %request, "a password could not be written");
                self.look_again(app, new_fingerprint).await
            }
            Err(died) => {
                tracing::error!(%died, %request, "the writing of a password died");
                self.look_again(app, new_fingerprint).await
            }
        }
    }

    /// The store has committed: the answer is success, even if settling must wait for the courier.
    async fn settle(&self, app: &App, sessions: Option<String>) {
        if weakness::is(Weakness::LinkNotSpent) {
            return self.release(app).await;
        }
        if let Err(fault) = settle::settle(app, &self.claim, &self.account, sessions).await {
            tracing::error!(%fault, request = %self.claim.token.entry, "a password is set, but not settled yet");
            log_failure(app.ledger.lapse(&self.claim).await);
        }
        failpoint::reached("completed");
    }

    /// The store failed; it rolled back, or committed and could not say so.
    async fn look_again(&self, app: &App, new_fingerprint: Digest) -> Result<(), RedeemRefusal> {
        let account = load(app, &self.claim.token).await.ok().flatten();
        match account.map(|account| settle::found(app, &self.claim, new_fingerprint, &account)) {
            // Nobody is told of a success that may be another's.
            Some(Found::Written) if app.users.shows_hashes() => {
                self.settle(app, None).await;
                return Ok(());
            }
            Some(Found::Unwritten) => self.release(app).await,
            Some(Found::Written | Found::Changed) | None => log_failure(app.ledger.lapse(&self.claim).await),
        }
        Err(RedeemRefusal::Unavailable)
    }

    async fn release(&self, app: &App) {
        log_failure(app.ledger.release(&self.claim).await);
    }
}

/// Which rules `password` breaks, whoever's it is to be: what `redeem` would find without knowing the account.
///
/// # Errors
/// [`RedeemRefusal::Unavailable`], if the list of breached passwords is out of reach.
pub async fn weaknesses(app: &App, password: &SecretString) -> Result<Vec<Violation>, RedeemRefusal> {
    let format = Format::named(&app.config.users.hash);
    let context = Context {
        product: &app.config.product_name,
        address: "",
        name: None,
        bytes_max: format.and_then(Format::bytes_max),
        nul_allowed: !app.users.hashes_itself() && format.is_none_or(Format::nul_allowed),
        breached: is_breached(app, password).await?,
    };
    Ok(app.policy.check(password.clone(), &context).err().unwrap_or_default())
}

/// Whether the operator's list has it. Where the list cannot be read, nobody's password is set: the rule is not dropped.
async fn is_breached(app: &App, password: &SecretString) -> Result<bool, RedeemRefusal> {
    let worth_a_look = password.expose_secret().len() <= PASSWORD_BYTES_MAX;
    let Some(filter) = app.breached.as_ref().filter(|_| worth_a_look) else { return Ok(false) };
    filter.has_password(password.clone()).await.map_err(|fault| {
        tracing::error!(%fault, "the filter of breached passwords fails; no password is set until it is mended");
        RedeemRefusal::Unavailable
    })
}

/// How the new password is hashed; none if the store does that.
fn recipe(app: &App, opened: &Opened) -> Result<Option<Recipe>, RedeemRefusal> {
    if app.users.hashes_itself() {
        return Ok(None);
    }
    hashing::recipe(&app.config.users, opened.stored.expose()).map(Some).map_err(|fault| {
        tracing::error!(%fault, account = %opened.account.id, "no password can be written in this account's format");
        RedeemRefusal::Unavailable
    })
}

/// The password as the store wants it.
async fn as_wanted(app: &App, recipe: Option<Recipe>, password: AcceptedPassword) -> Result<NewPassword, HashingFault> {
    match recipe {
        Some(recipe) => app.hashing.make(recipe, password, Arc::clone(&app.entropy)).await.map(NewPassword::Hashed),
        None => Ok(NewPassword::Plain(password)),
    }
}

/// All that is wrong with the password, or the proof that nothing is.
async fn accept(
    app: &App,
    opened: &Opened,
    recipe: Option<&Recipe>,
    password: SecretString,
) -> Result<AcceptedPassword, RedeemRefusal> {
    let context = Context {
        product: &app.config.product_name,
        address: &opened.account.address,
        name: opened.account.name.as_deref(),
        bytes_max: recipe.and_then(|recipe| recipe.format().bytes_max()),
        nul_allowed: recipe.is_some_and(|recipe| recipe.format().nul_allowed()),
        breached: is_breached(app, &password).await?,
    };
    let password = weakness::spoilt(Weakness::BcryptCut, password, |typed| weakness::cut(&typed));
    let password = weakness::spoilt(Weakness::PasswordTrimmed, password, |typed| weakness::trimmed(&typed));
    let checked = app.policy.check(password.clone(), &context);
    if weakness::is(Weakness::LongPasswordHashed)
        && is_reused(app, &opened.account.id, &opened.stored, password).await?
    {
        return Err(RedeemRefusal::Weak(vec![Violation::PreviouslyUsed]));
    }
    checked.map_err(RedeemRefusal::Weak)
}

/// Nobody is told of a refusal that was not counted: not of one too many, nor while the ledger is away.
async fn count_refusal(app: &App, claim: &Claim) -> Result<(), RedeemRefusal> {
    match app.ledger.count_refusal(claim, REFUSALS_MAX).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(RedeemRefusal::Dead),
        Err(fault) => {
            tracing::error!(%fault, request = %claim.token.entry, "a refused password could not be counted");
            Err(RedeemRefusal::Unavailable)
        }
    }
}

impl From<OpenRefusal> for RedeemRefusal {
    fn from(refusal: OpenRefusal) -> Self {
        match refusal {
            OpenRefusal::Dead => Self::Dead,
            OpenRefusal::Unavailable => Self::Unavailable,
        }
    }
}

fn unavailable(fault: &LedgerFault) -> RedeemRefusal {
    tracing::error!(%fault, "a token could not be claimed");
    RedeemRefusal::Unavailable
}

/// The claim lapses anyway, and is looked into then.
fn log_failure(done: Result<bool, LedgerFault>) {
    if let Err(fault) = done {
        tracing::error!(%fault, "a claim could not be ended; it will lapse");
    }
}
