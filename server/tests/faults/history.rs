//! What must hold of every history, whatever failed in it. A test reports what was seen from outside, and what user
//! store and ledger hold in the end; [`History::violations`] names what ought not to be.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

/// One run, as seen from outside and as the ledger tells it.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The addresses that have an account.
    pub(crate) accounts: HashSet<String>,
    /// The address of each request that was answered with success.
    pub(crate) acknowledged: Vec<String>,
    /// Every mail that a relay took.
    pub(crate) mails: Vec<Mail>,
    /// Every attempt to set a password.
    pub(crate) confirms: Vec<Confirm>,
    /// Every password that the user store was made to hold.
    pub(crate) sets: Vec<Set>,
    /// The addresses of accounts that have a session open in the end; each had one.
    pub(crate) signed_in: HashSet<String>,
    /// The ledger in the end: every request and notice.
    pub(crate) entries: Vec<Entry>,
    /// How often a process was killed, stopped or cut off. Each time, the mails in its hands may be sent once more.
    pub(crate) interruptions: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) address: String,
    /// The delivery that it says it is.
    pub(crate) delivery: String,
    /// Of a reset mail: the link's token.
    pub(crate) token: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Confirm {
    pub(crate) address: String,
    pub(crate) token: String,
    /// A different one each time.
    pub(crate) password: String,
    /// The status that came back; none if none did.
    pub(crate) answer: Option<u16>,
}

#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) address: String,
    pub(crate) password: String,
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: String,
    /// `reset` or `password_changed`.
    pub(crate) message: String,
    /// What was typed, or the address on file.
    pub(crate) identifier: String,
    /// Of a notice: the request that it tells of.
    pub(crate) about: Option<String>,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) is_ended: bool,
    /// Each time that a mail was minted for it.
    pub(crate) deliveries: Vec<Delivery>,
}

#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    /// Where its token stands.
    pub(crate) state: String,
    /// What became of the mail; none if nobody lived to write it down.
    pub(crate) outcome: Option<String>,
}

impl History {
    /// All that ought not to be, one sentence each.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut found = Violations::default();
        self.nothing_is_stuck(&mut found);
        self.what_was_acknowledged_is_kept(&mut found);
        self.what_was_kept_is_delivered(&mut found);
        self.nothing_is_mailed_without_need(&mut found);
        self.a_token_sets_one_password(&mut found);
        self.answers_are_true(&mut found);
        self.what_was_set_is_settled_and_told(&mut found);
        found.0
    }

    fn nothing_is_stuck(&self, found: &mut Violations) {
        for entry in &self.entries {
            found.unless(entry.is_ended, || format!("{entry} has not ended: it is {}", entry.state));
            let claimed = entry.deliveries.iter().any(|delivery| delivery.state == "claimed");
            found.unless(!claimed, || format!("{entry} has a link that is still claimed"));
        }
    }

    fn what_was_acknowledged_is_kept(&self, found: &mut Violations) {
        let kept = counts(self.resets().map(|entry| entry.identifier.as_str()));
        for (address, acknowledged) in counts(self.acknowledged.iter().map(String::as_str)) {
            let kept = kept.get(address).copied().unwrap_or(0);
            found.unless(kept >= acknowledged, || {
                format!("{address}: {acknowledged} requests were acknowledged, {kept} are in the ledger")
            });
        }
    }

    fn what_was_kept_is_delivered(&self, found: &mut Violations) {
        let mailed: HashSet<&str> = self.mails.iter().map(|mail| mail.delivery.as_str()).collect();
        let reset_to: HashSet<&str> =
            self.mails.iter().filter(|mail| mail.token.is_some()).map(|mail| mail.address.as_str()).collect();
        let set: HashSet<&str> = self.sets.iter().map(|set| set.address.as_str()).collect();
        for entry in &self.entries {
            for delivery in &entry.deliveries {
                let arrived = mailed.contains(delivery.id.as_str());
                let said = delivery.outcome.as_deref().unwrap_or("");
                found.unless(said != "delivered" || arrived, || format!("{entry} says delivered, and nothing came"));
                found.unless(!matches!(said, "retry" | "refused") || !arrived, || {
                    format!("{entry} says {said}, and the mail came")
                });
            }
            let address = entry.identifier.as_str();
            let arrived = entry.deliveries.iter().any(|delivery| mailed.contains(delivery.id.as_str()));
            let is_settled = arrived
                || match (entry.state.as_str(), entry.reason.as_deref()) {
                    // Another request's mail, or its end, spoke for this one.
                    ("suppressed", Some(_)) => reset_to.contains(address) || set.contains(address),
                    ("mailed", Some("redeemed")) => set.contains(address),
                    // The relay said never, or took it twice without a word: the operator is told.
                    ("failed", Some("refused")) | ("mailed", Some("unknown")) => true,
                    ("failed", Some("unknown")) => !self.accounts.contains(address),
                    _ => false,
                };
            found.unless(is_settled, || format!("{entry} ended ({}, {:?}) without a mail", entry.state, entry.reason));
        }
    }

    fn nothing_is_mailed_without_need(&self, found: &mut Violations) {
        let known: HashSet<&str> =
            self.entries.iter().flat_map(|entry| &entry.deliveries).map(|delivery| delivery.id.as_str()).collect();
        for (delivery, times) in counts(self.mails.iter().map(|mail| mail.delivery.as_str())) {
            found.unless(times == 1, || format!("the mail {delivery} came {times} times"));
            found.unless(known.contains(delivery), || format!("the mail {delivery} is in no ledger"));
        }
        for entry in &self.entries {
            // A mail is sent again if nobody lived to note that it was sent, or if the relay did not answer for it.
            let count = |outcome| entry.deliveries.iter().filter(|d| d.outcome.as_deref() == outcome).count();
            let (delivered, cut, unknown) = (count(Some("delivered")), count(None), count(Some("unknown")));
            found.unless(delivered + cut <= 1 + self.interruptions && unknown <= 2, || {
                format!("{entry}: {delivered} mails delivered, {cut} cut off, {unknown} unanswered")
            });
        }
    }

    fn a_token_sets_one_password(&self, found: &mut Violations) {
        let token_of: HashMap<&str, &str> =
            self.confirms.iter().map(|confirm| (confirm.password.as_str(), confirm.token.as_str())).collect();
        for set in &self.sets {
            found.unless(token_of.contains_key(set.password.as_str()), || {
                format!("{} got a password that nobody chose: {:?}", set.address, set.password)
            });
        }
        let tokens = self.sets.iter().filter_map(|set| token_of.get(set.password.as_str()).copied());
        for (token, times) in counts(tokens) {
            found.unless(times == 1, || format!("the link {token} set {times} passwords"));
        }
    }

    fn answers_are_true(&self, found: &mut Violations) {
        let set: HashSet<&str> = self.sets.iter().map(|set| set.password.as_str()).collect();
        for Confirm { address, password, answer, .. } in &self.confirms {
            let is_set = set.contains(password.as_str());
            found.unless(*answer != Some(200) || is_set, || format!("{address} was told of a change that is none"));
            found.unless(*answer != Some(400) || !is_set, || format!("{address} was refused what was then set"));
        }
    }

    fn what_was_set_is_settled_and_told(&self, found: &mut Violations) {
        let redeemed = |entry: &Entry| entry.deliveries.iter().filter(|d| d.state == "redeemed").count();
        let sets = counts(self.sets.iter().map(|set| set.address.as_str()));
        for address in &self.accounts {
            let sets = sets.get(address.as_str()).copied().unwrap_or(0);
            let redeemed: usize = self.resets().filter(|entry| entry.identifier == *address).map(redeemed).sum();
            found.unless(sets == redeemed, || format!("{address}: {sets} passwords set, {redeemed} links redeemed"));
            found.unless(sets == 0 || !self.signed_in.contains(address), || format!("{address} is still signed in"));
        }
        for entry in self.resets() {
            let notices = self.entries.iter().filter(|other| other.about.as_ref() == Some(&entry.id)).count();
            let redeemed = redeemed(entry);
            found.unless(redeemed == notices, || format!("{entry}: redeemed {redeemed} times, {notices} notices"));
        }
    }

    fn resets(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.message == "reset")
    }
}

#[derive(Default)]
struct Violations(Vec<String>);

impl Violations {
    fn unless(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds {
            self.0.push(sentence());
        }
    }
}

impl Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} {} for {}", self.message, self.id, self.identifier)
    }
}

fn counts<'a>(of: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for one in of {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

/// The history itself is held against histories that went wrong.
mod tests {
    use super::*;

    const ADA: &str = "ada@example.com";

    /// One request, its mail, one new password, its notice.
    fn good() -> History {
        let delivery =
            |id: &str, state: &str| Delivery { id: id.into(), state: state.into(), outcome: Some("delivered".into()) };
        let entry = |id: &str, message: &str, about: Option<&str>, delivery| Entry {
            id: id.into(),
            message: message.into(),
            identifier: ADA.into(),
            about: about.map(str::to_owned),
            state: "mailed".into(),
            reason: None,
            is_ended: true,
            deliveries: vec![delivery],
        };
        let mail = |delivery: &str, token: Option<&str>| Mail {
            address: ADA.into(),
            delivery: delivery.into(),
            token: token.map(str::to_owned),
        };
        let (password, answer) = ("new".to_owned(), Some(200));
        History {
            accounts: HashSet::from([ADA.into()]),
            acknowledged: vec![ADA.into()],
            mails: vec![mail("d1", Some("t1")), mail("d2", None)],
            confirms: vec![Confirm { address: ADA.into(), token: "t1".into(), password: password.clone(), answer }],
            sets: vec![Set { address: ADA.into(), password }],
            signed_in: HashSet::new(),
            entries: vec![
                entry("e1", "reset", None, delivery("d1", "redeemed")),
                entry("e2", "password_changed", Some("e1"), delivery("d2", "none")),
            ],
            interruptions: 0,
        }
    }

    /// What `change` does to a good history is found, in these words.
    fn finds(words: &str, change: impl FnOnce(&mut History)) {
        let mut history = good();
        change(&mut history);
        let violations = history.violations();
        assert!(violations.iter().any(|violation| violation.contains(words)), "{words}: {violations:?}");
    }

    #[test]
    fn a_good_history_has_no_violations() {
        assert_eq!(good().violations(), Vec::<String>::new());
    }

    #[test]
    fn each_way_to_go_wrong_is_found() {
        finds("has not ended", |it| it.entries[0].is_ended = false);
        finds("still claimed", |it| it.entries[0].deliveries[0].state = "claimed".into());
        finds("2 requests were acknowledged, 1 are in the ledger", |it| it.acknowledged.push(ADA.into()));
        finds("says delivered, and nothing came", |it| it.mails.clear());
        finds("without a mail", |it| {
            it.entries[0].state = "failed".into();
            it.entries[0].deliveries.clear();
        });
        finds("came 2 times", |it| it.mails.extend_from_within(..1));
        finds("is in no ledger", |it| it.mails[0].delivery = "d9".into());
        finds("2 mails delivered", |it| {
            let again = it.entries[0].deliveries[0].clone();
            it.entries[0].deliveries.push(again);
        });
        finds("nobody chose", |it| it.sets[0].password = "other".into());
        finds("set 2 passwords", |it| {
            let second = Confirm { password: "second".into(), ..it.confirms[0].clone() };
            it.confirms.push(second);
            it.sets.push(Set { address: ADA.into(), password: "second".into() });
        });
        finds("a change that is none", |it| it.sets.clear());
        finds("refused what was then set", |it| it.confirms[0].answer = Some(400));
        finds("1 passwords set, 0 links redeemed", |it| it.entries[0].deliveries[0].state = "live".into());
        finds("redeemed 1 times, 0 notices", |it| it.entries.truncate(1));
        finds("still signed in", |it| it.signed_in = HashSet::from([ADA.into()]));
    }
}
