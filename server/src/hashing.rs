//! Password hashing on a bounded number of threads.
//!
//! A hash takes tens of milliseconds and megabytes. So many run at once as there are cores, some more wait, and the
//! rest are turned away: a storm of redeemings costs bounded memory, and no async thread ever hashes.

mod threads;

use crate::config;
use regain_core::entropy::Entropy;
use regain_core::hash::{self, Format, HashError, Recipe, StoredPassword};
use regain_core::password::AcceptedPassword;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use threads::Threads;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

/// The threads that hash, and the queue before them.
#[derive(Debug)]
pub struct HashingPool {
    /// One permit for each that waits or runs.
    places: Arc<Semaphore>,
    /// One permit for each that runs.
    turns: Arc<Semaphore>,
    /// How long a turn is waited for.
    patience: Duration,
    threads: Threads,
    places_max: usize,
    threads_max: usize,
    /// Of a simulation: hashes where it is asked for.
    #[cfg(feature = "failpoints")]
    is_inline: bool,
}

/// How busy a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Threads that hash.
    pub busy: usize,
    /// Passwords that wait for one.
    pub waiting: usize,
}

/// A password that met the rule, as a user store wants it. Only these are written to accounts.
#[derive(Debug)]
pub enum NewPassword {
    /// For a store that keeps what it is given.
    Hashed(HashedPassword),
    /// For a store that hashes by itself.
    Plain(AcceptedPassword),
}

/// The hash of a password that met the rule. Only [`HashingPool::make`] makes one.
#[derive(Debug)]
pub struct HashedPassword(StoredPassword);

impl HashedPassword {
    /// As it will stand in the user store.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
impl NewPassword {
    /// Stands in where a test is about writing, and nothing is hashed.
    pub(crate) fn unhashed(text: &str) -> Self {
        Self::Hashed(HashedPassword(StoredPassword::new(text)))
    }

    /// One in clear, for a store that hashes by itself.
    pub(crate) fn in_clear(text: &str) -> Self {
        use regain_core::password::{Context, Policy, Preset};
        let policy = Policy::new(Preset::Nist, Preset::Nist.lengths(), []);
        let context =
            Context { product: "", address: "", name: None, bytes_max: None, nul_allowed: true, breached: false };
        Self::Plain(policy.check(text.to_owned().into(), &context).unwrap())
    }
}

/// Why there is no hash.
#[derive(Debug, thiserror::Error)]
pub enum HashingFault {
    /// As many wait as may, or for as long as they may.
    #[error("too many passwords are being hashed already; try again in a moment")]
    Busy,
    /// The stored password, or the new one, is not fit for it.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The thread did not come back: the server is stopping, or there is a bug in a format.
    #[error("a hashing thread ended without an answer; if the server is not stopping, report it with the log")]
    Lost,
}

impl HashingPool {
    /// A pool of `threads`, before which at most `waiting_max` wait.
    #[must_use]
    pub fn new(threads: usize, waiting_max: usize) -> Self {
        let places = threads + waiting_max;
        Self {
            places: Arc::new(Semaphore::new(places)),
            turns: Arc::new(Semaphore::new(threads)),
            patience: PATIENCE,
            threads: Threads::new(threads),
            places_max: places,
            threads_max: threads,
            #[cfg(feature = "failpoints")]
            is_inline: false,
        }
    }

    /// How busy it is.
    #[must_use]
    pub fn load(&self) -> Load {
        let busy = self.threads_max - self.turns.available_permits();
        let taken = self.places_max - self.places.available_permits();
        Load { busy, waiting: taken.saturating_sub(busy) }
    }

    /// Without threads, for simulations.
    #[cfg(feature = "failpoints")]
    #[must_use]
    pub fn inline() -> Self {
        Self { is_inline: true, ..Self::new(0, 0) }
    }

    /// [`Recipe::make`].
    ///
    /// # Errors
    /// [`HashingFault`].
    pub async fn make(
        &self,
        recipe: Recipe,
        password: AcceptedPassword,
        entropy: Arc<dyn Entropy>,
    ) -> Result<HashedPassword, HashingFault> {
        self.run(move || recipe.make(&password, entropy.as_ref()).map(HashedPassword)).await
    }

    /// [`hash::verify`].
    ///
    /// # Errors
    /// [`HashingFault`].
    pub async fn verify(&self, stored: StoredPassword, password: SecretString) -> Result<bool, HashingFault> {
        self.run(move || hash::verify(stored.expose(), password.expose_secret().as_bytes())).await
    }

    /// Whether the password is any of `stored`, as `users` says that they are made. What is of no format that can be
    /// computed matches nothing; the log says so. Holds one thread, and for as long as all of them take.
    ///
    /// # Errors
    /// [`HashingFault`].
    pub async fn verify_any(
        &self,
        users: &config::Users,
        stored: Vec<StoredPassword>,
        password: SecretString,
    ) -> Result<bool, HashingFault> {
        let (format, pepper) = (Format::named(&users.hash), users.pepper.clone());
        let is_it = move |one: &StoredPassword| match matches(format, one, &password, pepper.as_ref()) {
            Err(fault @ HashError::OutOfMemory { .. }) => Err(fault),
            Err(fault) => {
                tracing::warn!(%fault, "an earlier password cannot be compared with, and is passed over");
                Ok(false)
            }
            matched => matched,
        };
        self.run(move || {
            for one in &stored {
                if is_it(one)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Whoever stops waiting gives the place back. What runs cannot be stopped and keeps its thread to the end.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingFault> {
        #[cfg(feature = "failpoints")]
        if self.is_inline {
            return work().map_err(HashingFault::Hash);
        }
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| HashingFault::Busy)?;
        let turn = timeout(self.patience, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| HashingFault::Busy)?.map_err(|_| HashingFault::Lost)?;
        let (answer, answered) = oneshot::channel();
        self.threads.submit(Box::new(move || {
            let held = (place, turn);
            let done = work();
            drop(held);
            // Nobody may be waiting any more.
            let _ = answer.send(done);
        }));
        answered.await.map_err(|_| HashingFault::Lost)?.map_err(HashingFault::Hash)
    }
}

/// How a new password is written over `stored`: as configured, or as the account has it, and with the pepper if there
/// is one.
///
/// # Errors
/// [`HashError`], if it cannot be written like that.
pub fn recipe(users: &config::Users, stored: &str) -> Result<Recipe, HashError> {
    let recipe = Recipe::configured(&users.hash, stored)?;
    match users.pepper.clone() {
        Some(pepper) => recipe.with_pepper(pepper),
        None => Ok(recipe),
    }
}

/// A format that leaves no mark in the text can only be named, so what is named is tried first.
fn matches(
    named: Option<Format>,
    stored: &StoredPassword,
    password: &SecretString,
    pepper: Option<&SecretString>,
) -> Result<bool, HashError> {
    let (stored, password) = (stored.expose(), password.expose_secret().as_bytes());
    let as_named = named.and_then(|format| format.verify_with(stored, password, pepper).ok());
    as_named.map_or_else(|| hash::verify_with(stored, password, pepper), Ok)
}

impl Default for HashingPool {
    /// A thread for each core.
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from), WAITING_MAX)
    }
}

/// At some 35 hashes a second and core, the last in the queue of a single core waits seven seconds.
const WAITING_MAX: usize = 256;
/// A third of how long a redeeming's claim holds. The threads step back for requests, so under a flood of these they are
/// slow; whoever has waited this long is better told to try again than hashed for in vain.
const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;
    use crate::config::StoreUrl;
    use crate::users::conformance::users_config;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// Starts a piece of work and lets it get as far as it gets at once.
    fn poll_once<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn what_is_made_verifies() {
        let pool = HashingPool::default();
        let policy = regain_core::password::Preset::Nist;
        let policy = regain_core::password::Policy::new(policy, policy.lengths(), []);
        let context = regain_core::password::Context {
            product: "",
            address: "",
            name: None,
            bytes_max: None,
            nul_allowed: true,
            breached: false,
        };
        let accepted = policy.check("zq vkw pxl".to_owned().into(), &context).unwrap();
        let recipe = Recipe::keep("$2y$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK").unwrap();
        let HashedPassword(stored) = pool.make(recipe, accepted, Arc::new(SystemEntropy)).await.unwrap();
        assert!(stored.expose().starts_with("$2y$04$"));
        assert!(pool.verify(stored.clone(), "zq vkw pxl".to_owned().into()).await.unwrap());
        assert!(!pool.verify(stored, "zq vkw px".to_owned().into()).await.unwrap());
    }

    #[tokio::test]
    async fn work_is_done_on_another_thread() {
        let here = std::thread::current().id();
        let there = HashingPool::new(1, 0).run(|| Ok(std::thread::current().id())).await.unwrap();
        assert_ne!(here, there);
    }

    #[tokio::test]
    async fn beyond_the_queue_it_is_busy_and_leaving_gives_the_place_back() {
        let pool = HashingPool::new(1, 1);
        let thread = Arc::clone(&pool.turns).acquire_owned().await.unwrap();
        let _place = Arc::clone(&pool.places).acquire_owned().await.unwrap();
        {
            let mut waits = pin!(pool.run(|| Ok(1)));
            assert!(poll_once(waits.as_mut()).is_pending());
            assert!(matches!(pool.run(|| Ok(2)).await, Err(HashingFault::Busy)));
        }
        let mut waits = pin!(pool.run(|| Ok(3)));
        assert!(poll_once(waits.as_mut()).is_pending());
        drop(thread);
        assert_eq!(waits.await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_turn_is_not_waited_for_without_end() {
        let pool = HashingPool { patience: Duration::ZERO, ..HashingPool::new(1, 1) };
        let turn = Arc::clone(&pool.turns).acquire_owned().await.unwrap();
        assert!(matches!(pool.run(|| Ok(1)).await, Err(HashingFault::Busy)));
        drop(turn);
        assert_eq!(pool.run(|| Ok(2)).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn faults_of_the_hash_come_through() {
        let refused = HashingPool::new(1, 0).verify(StoredPassword::new("!"), "x".to_owned().into()).await;
        assert!(matches!(refused, Err(HashingFault::Hash(HashError::Unusable))));
    }

    #[tokio::test]
    async fn any_of_several_is_found_past_what_cannot_be_computed() {
        let pool = HashingPool::new(1, 0);
        let users = users_config(StoreUrl::Sqlite("unused.db".into()));
        let verify_any = |stored: &[&str]| {
            let stored = stored.iter().map(|one| StoredPassword::new(*one)).collect();
            pool.verify_any(&users, stored, "old horse battery staple".to_owned().into())
        };
        let matching = "$2b$04$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.";
        assert!(verify_any(&["!", "no format at all", matching]).await.unwrap());
        assert!(!verify_any(&["!", "no format at all", "$2b$31$cut"]).await.unwrap());
        assert!(!verify_any(&[]).await.unwrap());
    }

    #[tokio::test]
    async fn a_lost_thread_gives_its_place_back() {
        let pool = HashingPool::new(1, 0);
        let lost = pool.run(|| -> Result<(), HashError> { panic!("on purpose") }).await;
        assert!(matches!(lost, Err(HashingFault::Lost)));
        assert_eq!(pool.run(|| Ok(4)).await.unwrap(), 4);
    }
}
