//! Step 4: claim the token, set the password, complete.
//!
//! Ledger and user store share no transaction. So the token is claimed, with what the store will hold; the store is
//! written by compare-and-swap; the claim is settled. Whatever dies in between, [`super::settle`] finds out from the
//! store what happened. Cheap checks come first: no hash is computed for a dead token or a refused password.

use super::Credential;
use super::open::{OpenRefusal, Opened, open};
use super::settle;
use crate::app::App;
use crate::failpoint;
use crate::ledger::LedgerFault;
use crate::users::{PasswordChange, Written};
use regain_core::hash::{Format, Recipe, StoredPassword};
use regain_core::keys::Digest;
use regain_core::password::{AcceptedPassword, Context, Violation};
use regain_core::request::Id;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// Why no password was set.
#[derive(Debug)]
pub enum RedeemRefusal {
    /// As [`OpenRefusal::Dead`].
    Dead,
    /// The password breaks these rules, all of them listed; the credential survives.
    Weak(Vec<Violation>),
    /// The ledger, the user store or the hashing pool is out of reach or full; the credential survives.
    Unavailable,
}

/// How long the store may take to write.
const STORE_DEADLINE: Duration = Duration::from_secs(20);
/// How long a claim holds; three times what the store may take, so that a slow writer is not taken for a dead one.
const CLAIM: Duration = Duration::from_secs(60);

/// Sets `password` for the account that `credential` was minted for: once, or not at all. What has begun is finished,
/// even if the caller stops waiting: a client who hangs up, as browsers do at a second click, leaves no claim behind.
///
/// # Errors
/// [`RedeemRefusal`].
pub async fn redeem(app: &Arc<App>, credential: &Credential, password: SecretString) -> Result<(), RedeemRefusal> {
    let opened = open(app, credential).await?;
    let recipe = recipe(app, &opened)?;
    let password = accept(app, &opened, &recipe, password)?;
    let app = Arc::clone(app);
    let task = tokio::spawn(async move { claim_and_set(&app, opened, recipe, password).await });
    task.await.unwrap_or_else(|died| {
        tracing::error!(%died, "a redeeming died; its claim will lapse");
        Err(RedeemRefusal::Unavailable)
    })
}

async fn claim_and_set(
    app: &App,
    opened: Opened,
    recipe: Recipe,
    password: AcceptedPassword,
) -> Result<(), RedeemRefusal> {
    let redemption = Redemption::claim(app, opened).await?;
    failpoint::reached("claimed");
    if !redemption.opened.account.eligible {
        redemption.release(app).await;
        return Err(RedeemRefusal::Dead);
    }
    let new = match app.hashing.make(recipe, password, app.entropy.clone()).await {
        Ok(new) => new,
        Err(fault) => {
            tracing::warn!(%fault, "a password could not be hashed");
            redemption.release(app).await;
            return Err(RedeemRefusal::Unavailable);
        }
    };
    failpoint::reached("hash_computed");
    redemption.write(app, new).await
}

/// The right to write one password: held by whoever claimed the token.
struct Redemption {
    claim: Id,
    opened: Opened,
}

impl Redemption {
    async fn claim(app: &App, opened: Opened) -> Result<Self, RedeemRefusal> {
        let now = app.clock.now();
        let claim = Id::new(now, app.entropy.as_ref());
        match app.ledger.claim(&opened.token, claim, now, now.plus(CLAIM)).await {
            Ok(true) => Ok(Self { claim, opened }),
            Ok(false) => Err(RedeemRefusal::Dead),
            Err(fault) => Err(unavailable(&fault)),
        }
    }

    /// Commits what the store will hold, writes the store, settles.
    async fn write(self, app: &App, new: StoredPassword) -> Result<(), RedeemRefusal> {
        let Opened { account, token, .. } = &self.opened;
        let new_fingerprint = app.keys.fingerprint_of(&account.address, new.expose());
        match app.ledger.intend(token.delivery, self.claim, new_fingerprint).await {
            Ok(true) => {}
            Ok(false) => return Err(RedeemRefusal::Dead),
            Err(fault) => {
                self.release(app).await;
                return Err(unavailable(&fault));
            }
        }
        let Some(expected) = account.password.clone() else { return Err(RedeemRefusal::Dead) };
        let change = PasswordChange {
            id: account.id.clone(),
            expected_address: account.address.clone(),
            expected,
            new,
            now: app.clock.now(),
        };
        let written = tokio::time::timeout(STORE_DEADLINE, app.users.set_password(change)).await;
        failpoint::reached("store_written");
        match written {
            Ok(Ok(Written::Yes)) => {
                self.settle(app).await;
                Ok(())
            }
            Ok(Ok(Written::NoLongerMatches)) => {
                log_failure(app.ledger.revoke_changed(token.delivery, self.claim).await);
                Err(RedeemRefusal::Dead)
            }
            Ok(Err(fault)) => {
                tracing::error!(%fault, request = %token.entry, "a password could not be written");
                self.look_again(app, new_fingerprint).await
            }
            // It may be written yet: the claim holds until that has been found out.
            Err(_) => {
                tracing::error!(request = %token.entry, "the user store took too long to write a password");
                Err(RedeemRefusal::Unavailable)
            }
        }
    }

    /// The store has committed: the answer is success, even if settling must wait for the courier.
    async fn settle(&self, app: &App) {
        if let Err(fault) = settle::settle(app, &self.opened.token, &self.opened.account).await {
            tracing::error!(%fault, request = %self.opened.token.entry, "a password is set, but not settled yet");
            log_failure(app.ledger.lapse(self.opened.token.delivery, self.claim).await);
        }
        failpoint::reached("completed");
    }

    /// The store failed; it rolled back, or committed and could not say so.
    async fn look_again(&self, app: &App, new_fingerprint: Digest) -> Result<(), RedeemRefusal> {
        let token = &self.opened.token;
        let stored = app.users.load(&token.account).await.ok().flatten().map(|account| app.keys.fingerprint(&account));
        if stored == Some(new_fingerprint) {
            self.settle(app).await;
            return Ok(());
        }
        if stored == Some(token.fingerprint) {
            self.release(app).await;
        } else {
            log_failure(app.ledger.lapse(token.delivery, self.claim).await);
        }
        Err(RedeemRefusal::Unavailable)
    }

    async fn release(&self, app: &App) {
        log_failure(app.ledger.release(self.opened.token.delivery, self.claim).await);
    }
}

/// Which rules `password` breaks, whoever's it is to be: what `redeem` would find without knowing the account.
#[must_use]
pub fn weaknesses(app: &App, password: &SecretString) -> Vec<Violation> {
    let format = Format::named(&app.config.users.hash);
    let context = Context {
        product: &app.config.product_name,
        address: "",
        name: None,
        bytes_max: format.and_then(Format::bytes_max),
        nul_allowed: format.is_none_or(Format::nul_allowed),
    };
    app.policy.check(password.clone(), &context).err().unwrap_or_default()
}

fn recipe(app: &App, opened: &Opened) -> Result<Recipe, RedeemRefusal> {
    let stored = opened.account.password.as_ref().ok_or(RedeemRefusal::Dead)?;
    let named = match app.config.users.hash.as_str() {
        "keep" => None,
        name => Recipe::named(name),
    };
    named.map_or_else(|| Recipe::keep(stored.expose()), Ok).map_err(|fault| {
        tracing::error!(%fault, account = %opened.account.id, "no password can be written in this account's format");
        RedeemRefusal::Unavailable
    })
}

fn accept(
    app: &App,
    opened: &Opened,
    recipe: &Recipe,
    password: SecretString,
) -> Result<AcceptedPassword, RedeemRefusal> {
    let context = Context {
        product: &app.config.product_name,
        address: &opened.account.address,
        name: opened.account.name.as_deref(),
        bytes_max: recipe.format().bytes_max(),
        nul_allowed: recipe.format().nul_allowed(),
    };
    app.policy.check(password, &context).map_err(RedeemRefusal::Weak)
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
