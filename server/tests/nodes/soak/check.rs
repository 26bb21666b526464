//! What must hold of a cohort in the end, and what must hold at any time.

use super::COOLDOWN;
use super::cohort::{ACCOUNTS, Acknowledged, Attempt, Cohort, History, Outcome};
use crate::accounts::{Accounts, Write, address, is_made_from};
use crate::ledger::Ledger;
use crate::sink::{Letter, Sink};
use std::collections::{HashMap, HashSet};

/// What a look at a cohort found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What no waiting mends.
    pub(crate) wrong: Vec<String>,
    /// What has to come yet.
    pub(crate) pending: Vec<String>,
}

/// Everything that can be known of one account.
struct Known {
    address: String,
    acknowledged: Vec<Acknowledged>,
    attempts: Vec<Attempt>,
    letters: Vec<Letter>,
    writes: Vec<Write>,
    stored: String,
    /// Requests of it that the ledger holds.
    rows: u64,
    /// Those of them that were mailed.
    mailed: u64,
    /// Those of them that ended because the owner was through with it, or wanted none of it.
    ended: u64,
    /// Notices that the ledger holds.
    notices: u64,
}

/// Looks at every account of a cohort that nobody is busy with any more.
pub(crate) async fn look(cohort: &Cohort, sink: &Sink, accounts: &Accounts, ledger: &Ledger) -> Findings {
    let number = cohort.number;
    let of_cohort = |column: &str| format!("{column} LIKE 'c{number}-%'");
    let mut findings = Findings::default();
    let History { acknowledged, attempts } = cohort.history.lock().unwrap().clone();
    // What follows from something is read before it: there may be more of that by then, but no less.
    let tally = async |rows: &str| ledger.tally("identifier", &rows.replace("OURS", &of_cohort("identifier"))).await;
    let rows = tally("outbox WHERE message = 'reset' AND OURS").await;
    let mailed = tally("outbox WHERE message = 'reset' AND state = 'mailed' AND reason IS NULL AND OURS").await;
    let ended = tally("outbox WHERE message = 'reset' AND reason IN ('redeemed', 'not_me') AND OURS").await;
    let notices = tally("outbox WHERE message = 'password_changed' AND OURS").await;
    let mut stored = accounts.stored(number).await;
    let mut writes = accounts.writes(number).await;

    for n in 0..ACCOUNTS {
        let address = address(number, n);
        let known = Known {
            acknowledged: acknowledged.iter().filter(|one| one.account == n).cloned().collect(),
            attempts: attempts.iter().filter(|one| one.account == n).cloned().collect(),
            letters: sink.inbox(&address),
            writes: writes.remove(&address).unwrap_or_default(),
            stored: stored.remove(&address).expect("an account"),
            rows: rows.get(&address).copied().unwrap_or(0),
            mailed: mailed.get(&address).copied().unwrap_or(0),
            ended: ended.get(&address).copied().unwrap_or(0),
            notices: notices.get(&address).copied().unwrap_or(0),
            address,
        };
        known.requests_are_served(&mut findings);
        known.links_are_good_for_one_password(&mut findings);
        known.owners_are_told(&mut findings);
    }
    nothing_is_stuck(ledger, number, &mut findings).await;
    if accounts.sessions_of_changed(number).await > 0 {
        findings.wrong.push(format!("cohort {number}: a session outlived the password that it was opened with"));
    }
    findings
}

impl Known {
    /// Every acknowledged request is in the ledger, and a mail came for it, or for the one whose cooldown it fell into.
    /// Where the owner was through with it before, [`suppressed_by_nothing`] alone tells.
    fn requests_are_served(&self, findings: &mut Findings) {
        let acknowledged = self.acknowledged.len() as u64;
        if acknowledged > self.rows {
            findings.wrong.push(format!("{}: {acknowledged} acknowledged, {} in the ledger", self.address, self.rows));
        }
        let links = || self.letters.iter().filter(|letter| letter.reset.is_some());
        let came = links().map(|letter| &letter.message_id).collect::<HashSet<_>>().len() as u64;
        if came < self.mailed {
            findings.pending.push(format!("{}: {came} mails came of {}", self.address, self.mailed));
        }
        let is_served = |one: &&Acknowledged| links().any(|letter| letter.at + COOLDOWN >= one.asked_at);
        let unserved = self.acknowledged.len() - self.acknowledged.iter().filter(is_served).count();
        if unserved > 0 && self.ended == 0 {
            findings.pending.push(format!("{}: {unserved} acknowledged without a mail", self.address));
        }
    }

    /// Every password that was written was somebody's attempt, each link wrote one at most, and who was told 200 is one
    /// of those.
    fn links_are_good_for_one_password(&self, findings: &mut Findings) {
        let mut wrong = |what: String| findings.wrong.push(format!("{}: {what}", self.address));
        let mut written_by: HashMap<&str, usize> = HashMap::new();
        let mut written: HashSet<&str> = HashSet::new();
        for write in &self.writes {
            match self.attempts.iter().find(|attempt| is_made_from(&write.password, &attempt.password)) {
                Some(attempt) => {
                    *written_by.entry(&attempt.token).or_default() += 1;
                    written.insert(&attempt.password);
                }
                None => wrong("a password was written that nobody chose".to_owned()),
            }
        }
        for (_, count) in written_by.iter().filter(|(_, count)| **count > 1) {
            wrong(format!("one link wrote {count} passwords"));
        }
        for attempt in self.attempts.iter().filter(|attempt| attempt.outcome == Some(Outcome::Set)) {
            if !written.contains(&*attempt.password) {
                wrong("200 for a password that was never written".to_owned());
            }
        }
        for attempt in self.attempts.iter().filter(|attempt| attempt.outcome == Some(Outcome::Dead)) {
            if written.contains(&*attempt.password) {
                wrong("a password was written whose owner was told that the link is dead".to_owned());
            }
        }
        if !self.writes.is_empty() && !self.writes.iter().any(|write| write.password == self.stored) {
            wrong("what is stored was never written".to_owned());
        }
    }

    /// Every password that was written is settled, and a notice came.
    fn owners_are_told(&self, findings: &mut Findings) {
        let told = self.letters.iter().filter(|letter| letter.reset.is_none()).map(|letter| &letter.message_id);
        let (told, written) = (told.collect::<HashSet<_>>().len() as u64, self.writes.len() as u64);
        if self.notices > written {
            findings.wrong.push(format!("{}: {written} passwords and {} notices", self.address, self.notices));
        }
        if self.notices < written || told < self.notices {
            let (address, notices) = (&self.address, self.notices);
            findings.pending.push(format!("{address}: {written} passwords, {notices} settled, {told} notices came"));
        }
    }
}

/// Nothing waits, nothing is claimed, and whatever ended did so for a reason that this soak gives.
async fn nothing_is_stuck(ledger: &Ledger, number: u64, findings: &mut Findings) {
    let count = async |rows: &str| ledger.count(&rows.replace("OURS", &format!("LIKE 'c{number}-%'"))).await;
    for (what, rows) in [
        ("waiting", "outbox WHERE ended_at IS NULL AND identifier OURS"),
        ("claimed", "deliveries WHERE state = 'claimed' AND address OURS"),
    ] {
        match count(rows).await {
            0 => {}
            n => findings.pending.push(format!("cohort {number}: {n} still {what}")),
        }
    }
    match ledger.count(&suppressed_by_nothing(number)).await {
        0 => {}
        n => findings.wrong.push(format!("cohort {number}: {n} suppressed by nothing")),
    }
    let ended = format!("outbox WHERE reason IS NOT NULL AND identifier LIKE 'c{number}-%'");
    let reasons = ledger.tally("state || ': ' || reason", &ended).await;
    for (reason, n) in reasons.iter().filter(|(reason, _)| !REASONS.contains(&reason.as_str())) {
        findings.wrong.push(format!("cohort {number}: {n} requests ended as {reason}"));
    }
}

/// Requests that were suppressed though no other one was served or under way within the cooldown before, or since.
fn suppressed_by_nothing(number: u64) -> String {
    let cooldown = COOLDOWN.as_millis();
    format!(
        "outbox s WHERE s.reason = 'cooldown' AND s.identifier LIKE 'c{number}-%' \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.identifier = s.identifier AND o.message = 'reset' \
           AND o.id <> s.id AND (o.reason IS NULL OR o.reason <> 'cooldown') \
           AND o.accepted_at > s.accepted_at - {cooldown} AND o.accepted_at <= s.accepted_at) \
         AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.address = s.identifier AND d.message = 'reset' \
           AND d.entry <> s.id AND d.minted_at > s.accepted_at - {cooldown})"
    )
}

/// Why a request of a known account may end otherwise than by a mail that the relay took for sure.
const REASONS: &[&str] = &[
    "suppressed: cooldown",
    "suppressed: redeemed",
    "suppressed: not_me",
    "mailed: redeemed",
    "mailed: not_me",
    "mailed: unknown",
];
