//! The courier: works the outbox off at its own pace.
//!
//! It is never woken by a request, so that the next request cannot feel what the last one's account made it do. Every
//! tick records what the last ones sent and leases what is due in one commit, looks the whole batch up in one round
//! trip, commits every decision in one more, and hands the mails to a few senders.

mod pace;

use crate::app::App;
use crate::failpoint;
use crate::ledger::{Away, Decided, Decision, Finished, Lease, Leased, LedgerFault, TokenState, Verdict};
use crate::live::Live;
use crate::mail::turns::Turns;
use crate::mail::{SEND_SECONDS_MAX, SENDERS};
use crate::recovery::deliver::{self, Candidates};
use crate::recovery::settle;
use crate::weakness::{self, Weakness};
use pace::{IN_FLIGHT_MAX, Pace, Sight};
use regain_core::delivery::{Outcome, pause};
use regain_core::entropy::random;
use regain_core::event::{DETAIL_CHARS_MAX, Happening};
use regain_core::limit::AccountLimit;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// Between ticks, less a random quarter.
const TICK: Duration = Duration::from_millis(100);
/// Longer than the senders take for all that is in flight at an ordinary relay.
const LEASE: Duration = Duration::from_secs(120);
/// While there is more than fits, room for a third of what may be in flight is waited for. The other two thirds keep the
/// senders busy until that one is decided; and a commit of many writes each page of the ledger's indexes once, where many
/// commits of a few write it for each mail.
const THIRDS: usize = 3;
/// Requests leased in one tick, and decided in one commit, at most: it holds the one who writes for tens of milliseconds.
const LEASED_MAX: usize = IN_FLIGHT_MAX;
/// Requests leased in one tick, and decided in one commit, while others wait to be accepted. A commit of this size takes
/// about as long as one of the requests that wait.
const LEASED_UNDER_PRESSURE: usize = 128;
const DECIDED_UNDER_PRESSURE: usize = 32;
/// Requests minted for in a row. Between them others have their turn: requests that wait for an answer, and mails for a
/// relay's.
const MINTED_AT_ONCE: usize = 16;
/// A user store that failed is asked again so much later.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// How long senders may finish at shutdown; what they don't is mailed after the next start.
const DRAIN: Duration = Duration::from_secs(10);
/// Between two rounds of counting what waits.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// Between two rounds of forgetting.
const FORGET_EVERY: Duration = Duration::from_secs(600);

/// The outbox's one worker.
pub struct Courier {
    app: Arc<App>,
    /// Of a server: where the next turn finds what it works with.
    live: Option<Arc<Live>>,
    turns: Arc<Turns>,
    in_flight: JoinSet<Landed>,
    /// Until when each lease holds under which mails are in flight.
    held: Vec<(Timestamp, Weak<Held>)>,
    /// What came of mails and is not in the ledger yet.
    unrecorded: Vec<Finished>,
    /// How many were delivered, ever.
    delivered: u64,
    pace: Pace,
    counted_at: Timestamp,
    forgot_at: Timestamp,
    /// When the user store could not tell what became of a claim.
    baffled_at: Timestamp,
}

/// What a tick came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    /// Nothing was due.
    Idle,
    /// Some was.
    Worked,
    /// As much as fits was; there may be more.
    Full,
}

impl Courier {
    /// A courier for `app`'s outbox.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app,
            live: None,
            turns: Turns::new(SENDERS),
            in_flight: JoinSet::new(),
            held: Vec::new(),
            unrecorded: Vec::new(),
            delivered: 0,
            pace: Pace::default(),
            counted_at: Timestamp::default(),
            forgot_at: Timestamp::default(),
            baffled_at: Timestamp::default(),
        }
    }

    /// A courier who begins each turn with the configuration in force.
    #[must_use]
    pub fn following(live: Arc<Live>) -> Self {
        let courier = Self::new(live.app());
        Self { live: Some(live), ..courier }
    }

    /// Works until `shutdown` says so, then lets what is in flight finish.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        while !*shutdown.borrow() {
            if let Some(live) = &self.live {
                self.app = live.app();
            }
            let started = Instant::now();
            let turn = self.tick().await;
            self.app.metrics.ticks.took(started.elapsed());
            match turn {
                Ok(Tick::Full) if !self.is_pressed() => {
                    self.make_room(&mut shutdown).await;
                    continue;
                }
                Ok(_) => {}
                Err(fault) => {
                    if let Some(unsaid) = self.app.complaints.ledger_away.turn(self.app.clock.now()) {
                        tracing::error!(%fault, unsaid, "the courier cannot work");
                    }
                }
            }
            let pause = jittered(&self.app, TICK);
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = shutdown.changed() => {}
            }
        }
        let _ = tokio::time::timeout(DRAIN, self.drain()).await;
    }

    /// Works until nothing is due and nothing is in flight. For tests, which turn the clock by hand.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn run_until_idle(&mut self) -> Result<(), LedgerFault> {
        loop {
            if self.tick().await? == Tick::Idle && self.in_flight.is_empty() {
                return Ok(());
            }
            let finished = self.in_flight.join_next().await.and_then(taken);
            self.app.ledger.record(finished.into_iter().collect()).await?;
        }
    }

    /// One turn.
    ///
    /// # Errors
    /// [`LedgerFault`]: what was leased comes back when its lease lapses.
    pub async fn tick(&mut self) -> Result<Tick, LedgerFault> {
        let now = self.app.clock.now();
        while let Some(done) = self.in_flight.try_join_next() {
            self.take_in(done);
        }
        let is_late = self.is_late(now);
        self.keep_house(now).await?;
        self.app.metrics.in_flight.set(self.in_flight.len() as u64);
        let leased_max = if self.is_pressed() { LEASED_UNDER_PRESSURE } else { LEASED_MAX };
        let room = self.pace.in_flight_max().saturating_sub(self.in_flight.len()).min(leased_max);
        let room = if is_late { 0 } else { room };
        if self.unrecorded.is_empty() && (room == 0 || !self.app.ledger.is_due(now).await?) {
            return Ok(Tick::Idle);
        }
        let lease = Lease { id: Id::new(now, self.app.entropy.as_ref()), until: now.plus(failpoint::shortened(LEASE)) };
        let room = u32::try_from(room).unwrap_or(0);
        let batch = self.app.ledger.record_and_lease(self.unrecorded.clone(), lease, now, room).await?;
        if !self.unrecorded.is_empty() {
            failpoint::reached("outcome_recorded");
            self.unrecorded.clear();
        }
        failpoint::reached("leased");
        let full = batch.len() == room as usize;
        if !batch.is_empty() {
            self.deliver(batch, lease, now).await?;
        }
        Ok(if full { Tick::Full } else { Tick::Worked })
    }

    /// Whether mails are in flight whose leases ran out, as after this machine stood still. What became of them is soon
    /// known; until then nothing is leased, or they would be sent a second time from here.
    fn is_late(&mut self, now: Timestamp) -> bool {
        self.held.retain(|(_, held)| held.strong_count() > 0);
        self.held.iter().any(|(until, _)| *until <= now)
    }

    /// Waits until there is room for a batch, or for a tick.
    async fn make_room(&mut self, shutdown: &mut watch::Receiver<bool>) {
        let tick = tokio::time::sleep(jittered(&self.app, TICK));
        tokio::pin!(tick);
        let max = self.pace.in_flight_max();
        while self.in_flight.len() + max / THIRDS > max {
            tokio::select! {
                Some(done) = self.in_flight.join_next() => self.take_in(done),
                () = &mut tick => return,
                _ = shutdown.changed() => return,
            }
        }
    }

    fn take_in(&mut self, done: Done) {
        let Some(finished) = taken(done) else { return };
        self.delivered += u64::from(matches!(finished.outcome, Outcome::Delivered(_)));
        self.unrecorded.push(finished);
    }

    async fn deliver(&mut self, batch: Vec<Leased>, lease: Lease, now: Timestamp) -> Result<(), LedgerFault> {
        match deliver::look_up(&self.app, &batch).await {
            Ok(candidates) => self.decide(batch, Some(&candidates), lease, now).await,
            Err(fault) => {
                if let Some(unsaid) = self.app.complaints.store_away.turn(now) {
                    tracing::error!(%fault, unsaid, requests = batch.len(), "requests wait for the user store");
                }
                let (waiting, ready): (Vec<_>, Vec<_>) =
                    batch.into_iter().partition(|row| deliver::waits_for_store(&self.app, row, now));
                let waiting = waiting.iter().map(|row| row.id).collect();
                let words = fault.to_string().chars().take(DETAIL_CHARS_MAX).collect();
                let away = Away { words, at: now, due_at: now.plus(jittered(&self.app, STORE_PAUSE)) };
                self.app.ledger.put_back(waiting, lease.id, away).await?;
                self.decide(ready, None, lease, now).await
            }
        }
    }

    /// Commits what becomes of each row, then hands over what is to be mailed.
    async fn decide(
        &mut self,
        batch: Vec<Leased>,
        candidates: Option<&Candidates>,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let size = if self.is_pressed() { DECIDED_UNDER_PRESSURE } else { batch.len() };
        let mut batch = batch.into_iter();
        while batch.len() > 0 {
            let part = batch.by_ref().take(size).collect();
            self.decide_at_once(part, candidates, lease, now).await?;
        }
        Ok(())
    }

    async fn decide_at_once(
        &mut self,
        batch: Vec<Leased>,
        candidates: Option<&Candidates>,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), LedgerFault> {
        let mut minted = Vec::with_capacity(batch.len());
        for row in batch {
            if minted.len() % MINTED_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
            minted.push(deliver::mint(&self.app, row, candidates, now));
        }
        let rows = minted.iter().map(|one| one.decided.clone()).collect();
        let limit = self.app.config.reset.account_limit;
        let limit = weakness::spoilt(Weakness::MailsUncounted, limit, |limit| AccountLimit {
            mails_per_hour_max: u32::MAX,
            ..limit
        });
        let verdicts = self.app.ledger.decide(rows, lease.id, limit, now).await?;
        failpoint::reached("digest_committed");
        let held = Arc::new(Held);
        self.held.push((lease.until, Arc::downgrade(&held)));
        for (one, verdict) in minted.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Send => self.send(one, lease, Arc::clone(&held)),
                Verdict::Suppressed(_) | Verdict::Ended => {
                    self.app.metrics.decided(&one.decided.decision, verdict);
                    tell_operator(&one.decided);
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, minted: deliver::Minted, lease: Lease, held: Arc<Held>) {
        let (app, turns) = (Arc::clone(&self.app), Arc::clone(&self.turns));
        let sending = async move {
            let envelope = match minted.envelope(&app) {
                Ok(envelope) => envelope,
                Err(outcome) => return Some(finished(&app, &minted.decided, lease, outcome, "none")),
            };
            let mut turn = turns.take(envelope.clone()).await?;
            // Somebody else may have it soon: better late than twice.
            let send_max = failpoint::shortened(Duration::from_secs(SEND_SECONDS_MAX));
            let now = app.clock.now();
            if now.plus(send_max) >= lease.until {
                return Some(untried(&app, &minted.decided, lease));
            }
            if now.plus(send_max * 2) >= lease.until {
                // The next was leased with this one, or later: it might come too late.
                turn.name_nobody();
            }
            let (outcome, transport) = minted.send(&app, envelope, &mut turn).await;
            let outcome = failpoint::or_unknown("mail_handed_over", outcome);
            Some(finished(&app, &minted.decided, lease, outcome, transport))
        };
        self.in_flight.spawn(async move { Landed { finished: sending.await, _held: held } });
    }

    fn is_pressed(&mut self) -> bool {
        let (now, ledger) = (self.app.clock.now(), &self.app.ledger);
        let (entered, oldest) = (ledger.entered(), ledger.oldest_waiting());
        self.pace.is_pressed(Sight { now, entered, delivered: self.delivered, oldest })
    }

    async fn keep_house(&mut self, now: Timestamp) -> Result<(), LedgerFault> {
        self.write_sightings().await;
        if has_passed(STORE_PAUSE, self.baffled_at, now) && !settle::recover_lapsed(&self.app).await? {
            self.baffled_at = now;
        }
        if has_passed(COUNT_EVERY, self.counted_at, now) {
            self.counted_at = now;
            self.app.ledger.count_waiting().await?;
        }
        if has_passed(FORGET_EVERY, self.forgot_at, now) {
            match self.app.ledger.forget_some(now, self.app.config.ledger.retention).await {
                Ok(true) => {}
                Ok(false) => self.forgot_at = now,
                Err(fault) => {
                    // Nobody's mail waits for what can be forgotten later.
                    tracing::warn!(%fault, "nothing was forgotten; it is tried again later");
                    self.forgot_at = now;
                }
            }
        }
        Ok(())
    }

    /// Nobody's mail waits for what was only seen: it is tried again at the next turn.
    async fn write_sightings(&self) {
        let now = self.app.clock.now();
        for (token, network) in self.app.sightings.take_links() {
            if let Ok(TokenState::Live(token)) = self.app.ledger.find_token(token, now).await {
                self.app.sightings.note(token.entry, Happening::Scanned, network, now);
            }
        }
        let seen = self.app.sightings.take();
        if !seen.is_empty()
            && let Err(fault) = self.app.ledger.count(seen.clone()).await
        {
            tracing::debug!(%fault, "what was seen of links is written later");
            self.app.sightings.put_back(seen);
        }
    }

    async fn drain(&mut self) {
        self.write_sightings().await;
        loop {
            let unrecorded = std::mem::take(&mut self.unrecorded);
            if !unrecorded.is_empty()
                && let Err(fault) = self.app.ledger.record(unrecorded).await
            {
                tracing::error!(%fault, "an outcome was not recorded; its mail may be sent again");
            }
            match self.in_flight.join_next().await {
                Some(done) => self.take_in(done),
                None => return,
            }
        }
    }
}

fn finished(app: &App, decided: &Decided, lease: Lease, outcome: Outcome, transport: &'static str) -> Finished {
    let Decided { row, delivery, .. } = decided;
    let at = app.clock.now();
    let attempts = row.attempts + 1;
    let give_up_at = row.accepted_at.plus(app.config.reset.give_up);
    let next_at = match outcome {
        Outcome::Delivered(_) | Outcome::Refused(_) => at,
        Outcome::RetryAfter(_) | Outcome::Unknown(_) => {
            let paused = at.plus(pause(attempts, app.entropy.as_ref()));
            if at < give_up_at { paused.min(give_up_at) } else { paused }
        }
    };
    // Only an attempt that began past its time is the last: this one may have begun before the clock jumped.
    let give_up = delivery.minted_at >= give_up_at;
    match &outcome {
        Outcome::Delivered(_) => tracing::info!(request = %row.id, transport, reply = outcome.reply(), "mailed"),
        Outcome::RetryAfter(_) if give_up => {
            tracing::error!(request = %row.id, transport, reply = outcome.reply(), "a mail was given up");
        }
        Outcome::Unknown(_) => {
            tracing::warn!(request = %row.id, transport, reply = outcome.reply(), attempts, "perhaps mailed, no answer came");
        }
        Outcome::RetryAfter(_) | Outcome::Refused(_) => tracing::warn!(
            request = %row.id, transport, outcome = outcome.as_str(), reply = outcome.reply(), attempts, "not mailed"
        ),
    }
    let finished =
        Finished { entry: row.id, delivery: delivery.id, lease: lease.id, transport, outcome, at, next_at, give_up };
    app.metrics.mailed(&finished);
    finished
}

/// No sender was free before the lease ran out, or the clock was set forward. Nothing was tried, so nothing is given up.
fn untried(app: &App, decided: &Decided, lease: Lease) -> Finished {
    let Decided { row, delivery, .. } = decided;
    let at = app.clock.now();
    let next_at = at.plus(pause(row.attempts + 1, app.entropy.as_ref()));
    let outcome = Outcome::RetryAfter("no sender was free in time".to_owned());
    tracing::warn!(request = %row.id, reply = outcome.reply(), "not mailed");
    let (entry, delivery, lease) = (row.id, delivery.id, lease.id);
    Finished { entry, delivery, lease, transport: "none", outcome, at, next_at, give_up: false }
}

/// What ended without a mail for a reason that somebody should look into.
fn tell_operator(decided: &Decided) {
    let request = decided.row.id;
    match decided.decision {
        Decision::End(Reason::GaveUp) => tracing::error!(%request, "a request was given up undelivered"),
        Decision::End(reason @ (Reason::Ambiguous | Reason::FormatUnknown | Reason::AddressUnusable)) => {
            let reason = reason.as_str();
            tracing::warn!(%request, reason, "a request ended without a mail; see `regain explain`");
        }
        Decision::End(reason) => tracing::debug!(%request, reason = reason.as_str(), "ended without a mail"),
        Decision::Mail { .. } => tracing::debug!(%request, "suppressed"),
    }
}

/// A lease that mails are in flight under, until what became of each is taken in.
#[derive(Debug)]
struct Held;

/// What a sender leaves.
struct Landed {
    finished: Option<Finished>,
    _held: Arc<Held>,
}

/// The same, if the sender lived.
type Done = Result<Landed, JoinError>;

/// A sender that died leaves its lease to lapse.
fn taken(done: Done) -> Option<Finished> {
    match done {
        Ok(landed) => landed.finished,
        Err(died) => {
            tracing::error!(%died, "a sender died; its mail is tried again when the lease lapses");
            None
        }
    }
}

fn jittered(app: &App, span: Duration) -> Duration {
    let share = f64::from(u16::from_le_bytes(random(app.entropy.as_ref()))) / f64::from(u16::MAX);
    span.mul_f64(1.0 - share / 4.0)
}

/// Whether `span` has passed since `last`; also after the clock was set back.
fn has_passed(span: Duration, last: Timestamp, now: Timestamp) -> bool {
    now < last || now.since(last) >= span
}
