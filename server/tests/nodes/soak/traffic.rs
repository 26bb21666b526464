//! People and programs, all at once: most of them honest.

use super::Watch;
use super::cohort::{ACCOUNTS, Attempt, Cohort, Outcome};
use crate::accounts::address;
use crate::client::{Answer, Ask, Client};
use crate::random::Random;
use crate::sink::{Letter, Sink};
use reqwest::Method;
use std::sync::Arc;
use std::time::Instant;

/// What they all need.
pub(crate) struct Traffic<'a> {
    pub(crate) client: Client,
    pub(crate) doors: Vec<String>,
    pub(crate) sink: &'a Sink,
    pub(crate) watch: &'a Watch,
}

impl Traffic<'_> {
    /// One of them after the other, until the soak ends.
    pub(crate) async fn one_after_another(&self, mut random: Random) {
        while let Some(cohort) = self.watch.cohort() {
            self.one(&cohort, &mut random).await;
            tokio::time::sleep(random.millis(20, 120)).await;
        }
    }

    async fn one(&self, cohort: &Arc<Cohort>, random: &mut Random) {
        let account = random.next() % ACCOUNTS;
        match random.below(100) {
            0..35 => self.request(cohort, account, random).await,
            35..41 => self.ask_for_a_stranger(random).await,
            41..47 => self.trusted_call(cohort, account, random).await,
            47..60 => self.scan(cohort, account, random).await,
            60..80 => self.redeem(cohort, account, random).await,
            80..86 => self.wrong_token(random).await,
            86..90 => self.redeem_by_code(cohort, account, random).await,
            90..94 => self.wrong_code(cohort, account, random).await,
            94..97 => self.flood(random).await,
            _ => self.not_me(cohort, account, random).await,
        }
    }

    async fn request(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let asked_at = Instant::now();
        let ask = Ask::Request { address: address(cohort.number, account) };
        if self.hear("request", &ask, &[200, 503], random).await.is_some_and(|answer| answer.is_ok()) {
            cohort.acknowledge(account, asked_at);
        }
    }

    async fn ask_for_a_stranger(&self, random: &mut Random) {
        let ask = Ask::Request { address: format!("{STRANGER}{}@example.com", random.next()) };
        self.hear("request for a stranger", &ask, &[200, 503], random).await;
    }

    async fn trusted_call(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let asked_at = Instant::now();
        let ask = Ask::Trusted { address: address(cohort.number, account) };
        if self.hear("trusted call", &ask, &[200, 429, 503], random).await.is_some_and(|answer| answer.is_ok()) {
            cohort.acknowledge(account, asked_at);
        }
    }

    /// A mail scanner: looks at everything in a mail, and spends nothing.
    async fn scan(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let Some(letter) = self.letter(cohort, account, random) else { return };
        let reset = letter.reset.map(|reset| format!("/reset-password?token={}", reset.token));
        let not_me = letter.not_me.map(|token| format!("/not-me?token={token}"));
        for path in reset.into_iter().chain(not_me) {
            for method in [Method::HEAD, Method::GET, Method::GET] {
                let look = Ask::Look { method, path: path.clone() };
                self.hear("scan", &look, &[200, 303, 400, 503], random).await;
            }
        }
    }

    /// Somebody impatient, who presses the button up to four times; each time with another password, so that it shows
    /// which one counted.
    async fn redeem(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let Some(reset) = self.letter(cohort, account, random).and_then(|letter| letter.reset) else { return };
        let presses: Vec<Random> = (0..=random.below(4)).map(|_| random.fork()).collect();
        let press = async |mut random: Random| {
            let password = password(&mut random);
            let ask = Ask::Confirm { token: reset.token.clone(), password: password.clone() };
            let attempt = Attempt { account, token: reset.token.clone(), password, outcome: None };
            self.attempt(cohort, attempt, &ask, &mut random).await;
        };
        futures_util::future::join_all(presses.into_iter().map(press)).await;
    }

    async fn redeem_by_code(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let Some(reset) = self.letter(cohort, account, random).and_then(|letter| letter.reset) else { return };
        let (password, code) = (password(random), reset.code.expect("a code in every reset mail"));
        let ask = Ask::ConfirmCode { address: address(cohort.number, account), code, password: password.clone() };
        let attempt = Attempt { account, token: reset.token, password, outcome: None };
        self.attempt(cohort, attempt, &ask, random).await;
    }

    async fn attempt(&self, cohort: &Cohort, one: Attempt, ask: &Ask, random: &mut Random) {
        let attempt = cohort.attempt(one);
        let outcome = match self.hear("redeeming", ask, &[200, 400, 503], random).await {
            Some(answer) if answer.is_ok() => Outcome::Set,
            Some(answer) if answer.is_dead_token() => Outcome::Dead,
            Some(_) | None => Outcome::Unclear,
        };
        cohort.concluded(attempt, outcome);
    }

    async fn wrong_token(&self, random: &mut Random) {
        let ask = Ask::Confirm { token: bogus_token(random), password: password(random) };
        self.hear("wrong token", &ask, &[400, 503], random).await;
    }

    async fn wrong_code(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let code: String = (0..8).map(|_| char::from(*random.pick(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"))).collect();
        let address = address(cohort.number, account);
        let ask = Ask::ConfirmCode { address, code, password: password(random) };
        self.hear("wrong code", &ask, &[400, 503], random).await;
    }

    /// More than a network may have.
    async fn flood(&self, random: &mut Random) {
        for _ in 0..super::CALLS_PER_NETWORK {
            let ask = Ask::Verify { token: bogus_token(random) };
            let door = random.pick(&self.doors);
            let answer = self.client.ask_from(door, &ask, Some("192.0.2.66")).await.ok();
            self.watch.heard("flood", answer.as_ref(), &[400, 429, 503]);
        }
    }

    async fn not_me(&self, cohort: &Cohort, account: u64, random: &mut Random) {
        let Some(token) = self.letter(cohort, account, random).and_then(|letter| letter.not_me) else { return };
        self.hear("not me", &Ask::NotMe { token }, &[303, 400, 503], random).await;
    }

    /// The newest mail of the account, or now and then an older one.
    fn letter(&self, cohort: &Cohort, account: u64, random: &mut Random) -> Option<Letter> {
        let mut letters = self.sink.inbox(&address(cohort.number, account));
        let newest = letters.len().checked_sub(1)?;
        let chosen = if random.below(5) == 0 { random.below(letters.len()) } else { newest };
        Some(letters.swap_remove(chosen))
    }

    /// Asks any node, from a network of one's own.
    async fn hear(&self, what: &str, ask: &Ask, allowed: &[u16], random: &mut Random) -> Option<Answer> {
        let [_, a, b, c, ..] = random.next().to_be_bytes();
        let door = random.pick(&self.doors);
        let answer = self.client.ask_from(door, ask, Some(&format!("10.{a}.{b}.{c}"))).await.ok();
        self.watch.heard(what, answer.as_ref(), allowed);
        answer
    }
}

/// How the address of one without an account begins.
pub(crate) const STRANGER: &str = "stranger-";

fn password(random: &mut Random) -> String {
    format!("lanterns for otter {:016x}", random.next())
}

/// Well-formed, and nobody's: 32 bytes in URL-safe base64.
fn bogus_token(random: &mut Random) -> String {
    use base64::Engine;
    let bytes: Vec<u8> = (0..4).flat_map(|_| random.next().to_be_bytes()).collect();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
