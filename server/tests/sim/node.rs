//! One life of one simulated server: from its start to its crash.

use crate::rules::Deed;
use crate::sabotage::Sabotage;
use crate::world::World;
use regain::ledger::{LedgerFault, SqliteLedger};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// A server's life. Whatever a dead one still has under way stops at its next step and never comes back.
pub(crate) struct Node {
    pub(crate) world: Arc<World>,
    pub(crate) name: String,
    pub(crate) ledger: SqliteLedger,
    /// Closed when it dies: who waits for that is woken in turn, where a watch would do it in an order of its own.
    alive: Semaphore,
    /// In virtual milliseconds.
    stalled_until: AtomicU64,
    /// How far its clock is ahead of virtual time.
    pub(crate) ahead_ms: AtomicI64,
}

impl Node {
    pub(crate) fn new(world: &Arc<World>, name: String, ahead_ms: i64) -> Self {
        Self {
            world: Arc::clone(world),
            name,
            ledger: SqliteLedger::in_memory(&world.memory),
            alive: Semaphore::new(0),
            stalled_until: AtomicU64::new(0),
            ahead_ms: AtomicI64::new(ahead_ms),
        }
    }

    pub(crate) fn kill(&self) {
        self.alive.close();
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.alive.is_closed()
    }

    /// Returns when it dies.
    pub(crate) async fn died(&self) {
        let _ = self.alive.acquire().await;
    }

    pub(crate) fn stall(&self, span: Duration) {
        let until = self.world.now_ms() + u64::try_from(span.as_millis()).unwrap();
        self.stalled_until.fetch_max(until, Ordering::Relaxed);
    }

    pub(crate) fn wake_up(&self) {
        self.stalled_until.store(0, Ordering::Relaxed);
    }

    /// Takes some time; for ever, if the server dies meanwhile, and as long as it is stalled.
    pub(crate) async fn pause(&self, span: Duration) {
        if !span.is_zero() {
            sleep(span).await;
        }
        loop {
            if self.is_dead() {
                std::future::pending::<()>().await;
            }
            match self.stalled_until.load(Ordering::Relaxed).saturating_sub(self.world.now_ms()) {
                0 => return,
                left => sleep(Duration::from_millis(left)).await,
            }
        }
    }

    /// Takes a moment before a step, and sometimes a nap that outlasts claims and leases.
    pub(crate) async fn come_to_it(&self) {
        let nap = {
            let state = &mut *self.world.state();
            let naps = state.chance.below(1000) < state.weather.naps;
            let longest = if state.chance.below(2) == 0 { 65_000 } else { 200_000 };
            naps.then(|| Duration::from_millis(longest - state.chance.below(60_000)))
        };
        if let Some(nap) = nap {
            self.world.note(|| format!("{} naps for {nap:?}", self.name));
            self.stall(nap);
        }
        self.pause(self.world.moment()).await;
    }

    /// One call of the ledger: it may fail before it has done anything, or after. What it does is held against the rules.
    pub(crate) async fn call<T>(
        &self,
        deed: Deed,
        call: impl Future<Output = Result<T, LedgerFault>>,
    ) -> Result<T, LedgerFault> {
        self.come_to_it().await;
        let fate = self.fate();
        if fate == Fate::Fails {
            self.world.note(|| format!("{} {}: fails", self.name, deed.name()));
            return Err(fault());
        }
        self.sabotage(|sabotage, ledger| sabotage.before(&deed, ledger));
        let done = call.await;
        self.sabotage(|sabotage, ledger| sabotage.after(&deed, ledger));
        let lost = if fate == Fate::AnswerLost { ", and its answer is lost" } else { "" };
        self.check(&deed, lost);
        self.pause(self.world.moment()).await;
        if fate == Fate::AnswerLost { Err(fault()) } else { done }
    }

    fn sabotage(&self, act: impl FnOnce(Sabotage, &rusqlite::Connection) -> rusqlite::Result<()>) {
        if let Some(sabotage) = self.world.sabotage {
            self.world.memory.read(|ledger| act(sabotage, ledger)).unwrap();
        }
    }

    fn check(&self, deed: &Deed, lost: &str) {
        let checked = {
            let state = &mut *self.world.state();
            let Some(rows) = state.rows.changed(&self.world.memory) else { return };
            let before = std::mem::replace(&mut state.rows, rows);
            state.story.count(deed.name());
            deed.check(&before, &state.rows, &mut state.closings)
        };
        self.world.note(|| format!("{} {}{lost}", self.name, deed.name()));
        if let Err(fault) = checked {
            self.world.broken(format!("{}: {fault}", deed.name()));
        }
    }

    fn fate(&self) -> Fate {
        let now = self.world.now_ms();
        let state = &mut *self.world.state();
        match state.chance.below(1000) {
            _ if now < state.weather.ledger_down_until => Fate::Fails,
            n if n >= state.weather.ledger_faults => Fate::GoesOn,
            n if n % 2 == 0 => Fate::Fails,
            _ => Fate::AnswerLost,
        }
    }
}

#[derive(PartialEq, Eq)]
enum Fate {
    GoesOn,
    Fails,
    AnswerLost,
}

fn fault() -> LedgerFault {
    LedgerFault::Engine { what: "cannot be reached", cause: "so it was decided".to_owned() }
}
