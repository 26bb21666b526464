//! What a whole simulated world shares: the one source of chance, virtual time, the weather and the history.

use crate::accounts::Accounts;
use crate::history::Story;
use crate::ledger_rows::Rows;
use crate::rules::Closing;
use crate::sabotage::Sabotage;
use regain::ledger::Memory;
use regain_core::keys::{KEY_BYTES, Keys};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// One seed's world.
pub(crate) struct World {
    state: Mutex<State>,
    /// The ledger's rows, which all servers share.
    pub(crate) memory: Memory,
    pub(crate) keys: Keys,
    /// The bug that was made on purpose.
    pub(crate) sabotage: Option<Sabotage>,
    began: Instant,
}

/// Everything that changes.
pub(crate) struct State {
    pub(crate) chance: Chance,
    pub(crate) weather: Weather,
    pub(crate) accounts: Accounts,
    pub(crate) story: Story,
    pub(crate) rows: Rows,
    pub(crate) closings: Vec<Closing>,
}

/// How bad it is in this world. Per mille, unless said otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weather {
    pub(crate) servers: usize,
    /// Calls of the ledger that fail, or whose answer is lost.
    pub(crate) ledger_faults: u64,
    pub(crate) store_faults: u64,
    /// Mails that a relay does not simply take.
    pub(crate) relay_faults: u64,
    /// Steps that take seconds.
    pub(crate) slow: u64,
    /// Steps before which a server is stopped for a while.
    pub(crate) naps: u64,
    /// How many of each in the whole history.
    pub(crate) crashes: u64,
    pub(crate) stalls: u64,
    pub(crate) outages: u64,
    /// How far a server's clock may be off, and how often it is set.
    pub(crate) skew_ms: u64,
    pub(crate) clock_jumps: u64,
    /// Changes of accounts by somebody else.
    pub(crate) other_writers: u64,
    /// Until when, in virtual milliseconds, each of them is down.
    pub(crate) ledger_down_until: u64,
    pub(crate) store_down_until: u64,
    pub(crate) relay_down_until: u64,
}

impl World {
    pub(crate) fn new(seed: u64, sabotage: Option<Sabotage>) -> Arc<Self> {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D);
        let weather = Weather::forecast(&mut chance);
        let accounts = Accounts::new(&mut chance, seed % 3 == 2);
        let (mut story, rows) = (Story::default(), Rows::default());
        story.was_kind = weather.is_kind();
        story.was_awake = weather.naps + weather.stalls + weather.clock_jumps == 0;
        Arc::new(Self {
            state: Mutex::new(State { chance, weather, accounts, story, rows, closings: Vec::new() }),
            memory: Memory::new().unwrap(),
            keys: Keys::new([7; KEY_BYTES]),
            sabotage,
            began: Instant::now(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Virtual milliseconds since the world began.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    /// Adds a step to the history.
    pub(crate) fn note(&self, step: impl FnOnce() -> String) {
        let at = self.now_ms();
        self.state().story.note(at, &step());
    }

    /// A promise is broken. The first one counts.
    pub(crate) fn broken(&self, fault: String) {
        self.note(|| format!("BROKEN: {fault}"));
        self.state().story.fault.get_or_insert(fault);
    }

    /// Takes the ledger's rows for given.
    pub(crate) fn look_at_rows(&self) {
        let state = &mut *self.state();
        if let Some(rows) = state.rows.changed(&self.memory) {
            state.rows = rows;
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.state().story.fault.is_some()
    }

    /// How long a step takes: mostly nothing or moments, now and then seconds.
    pub(crate) fn moment(&self) -> Duration {
        let state = &mut *self.state();
        let slow = state.weather.slow;
        Duration::from_millis(match state.chance.below(1000) {
            n if n < slow => state.chance.below(9_000),
            n if n < 400 => 0,
            _ => state.chance.below(40),
        })
    }

    pub(crate) fn between(&self, least_ms: u64, most_ms: u64) -> Duration {
        Duration::from_millis(self.state().chance.between(least_ms, most_ms))
    }
}

impl Weather {
    /// Half of the worlds have little of everything; in the others one or two things are bad, and the rest is well.
    fn forecast(chance: &mut Chance) -> Self {
        let mut one = |odds: u64, most: u64| if chance.below(100) < odds { chance.between(1, most) } else { 0 };
        let mut weather = Self {
            servers: 1,
            ledger_faults: one(40, 60),
            store_faults: one(40, 150),
            relay_faults: one(60, 600),
            slow: one(50, 80),
            naps: one(30, 12),
            crashes: one(50, 6),
            stalls: one(40, 4),
            outages: one(40, 4),
            skew_ms: one(50, 2_000),
            clock_jumps: one(15, 3),
            other_writers: one(40, 6),
            ..Self::default()
        };
        weather.servers = usize::try_from(chance.between(1, 3)).unwrap();
        if chance.below(10) == 0 {
            weather = Self { servers: weather.servers, ..Self::default() };
        }
        weather
    }

    /// Nothing goes wrong any more.
    pub(crate) fn clears_up(&mut self) {
        *self = Self { servers: self.servers, skew_ms: self.skew_ms, ..Self::default() };
    }

    /// Whether mails can only be doubled by a relay that does not answer.
    pub(crate) fn is_kind(&self) -> bool {
        self.naps + self.ledger_faults + self.crashes + self.stalls + self.outages + self.clock_jumps == 0
    }
}

/// The one source of chance (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Less than `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}
