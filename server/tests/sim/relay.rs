//! The simulated relay, and the mailboxes behind it.

use crate::gate::Gate;
use crate::history::{HandedOver, Mail};
use crate::ledger_rows::Delivery;
use crate::world::World;
use async_trait::async_trait;
use regain::mail::{Attempt, Parcel, Transport};
use regain_core::delivery::Outcome;
use regain_core::request::Id;
use tokio::time::Instant;

#[async_trait]
impl Transport for Gate {
    fn name(&self) -> &'static str {
        "simulated"
    }

    async fn send(&self, parcel: &Parcel, _deadline: Instant) -> Attempt {
        let node = self.node();
        let world = &node.world;
        node.pause(world.moment()).await;
        let (said, arrives) = world.what_the_relay_says();
        world.expect_in_good_hands(parcel.envelope.id);
        world.take(parcel, &node.name, said, arrives);
        node.pause(world.moment()).await;
        // Relays that filter quote what they object to.
        let quoted = String::from_utf8_lossy(&parcel.content).chars().take(3000).collect::<String>();
        let reply = format!("{said}: {}", read(parcel).and_then(|mail| mail.token).unwrap_or(quoted));
        let outcome = match said {
            "delivered" => Outcome::Delivered(reply),
            "retry" => Outcome::RetryAfter(reply),
            "refused" => Outcome::Refused(reply),
            _ => Outcome::Unknown(reply),
        };
        outcome.into()
    }

    async fn probe(&self) -> Result<String, String> {
        Ok(String::new())
    }
}

impl World {
    /// What it answers, and whether the mail arrives.
    fn what_the_relay_says(&self) -> (&'static str, bool) {
        let now = self.now_ms();
        let state = &mut *self.state();
        if now < state.weather.relay_down_until {
            return ("retry", false);
        }
        if state.chance.below(1000) >= state.weather.relay_faults {
            return ("delivered", true);
        }
        match state.chance.below(8) {
            0 => ("refused", false),
            1..=3 => ("retry", false),
            n => ("unknown", n % 2 == 0),
        }
    }

    /// Better late than twice: who has slept through its lease does not send. Nothing helps who falls asleep just before.
    fn expect_in_good_hands(&self, delivery: Id) {
        let again = {
            let state = self.state();
            let sent = &state.rows.deliveries[&delivery];
            let is_newer = |it: &&Delivery| it.entry == sent.entry && it.appeared > sent.appeared;
            let again = state.rows.deliveries.values().find(is_newer).cloned();
            again.filter(|_| state.story.was_awake)
        };
        if let Some(again) = again {
            self.broken(format!("{delivery} is mailed after its lease, and so is {again:?}"));
        }
    }

    fn take(&self, parcel: &Parcel, node: &str, said: &'static str, arrives: bool) {
        self.note(|| format!("{node} mails {} to {}: {said}", parcel.envelope.id, parcel.envelope.to.as_str()));
        let mail = read(parcel);
        let state = &mut *self.state();
        state.story.count(said);
        if said == "delivered" || said == "unknown" {
            state.story.handed_over.push(HandedOver { delivery: parcel.envelope.id, said });
        }
        if arrives {
            state.story.mails.extend(mail);
        }
    }
}

/// Reads a mail as a person does.
fn read(parcel: &Parcel) -> Option<Mail> {
    let message = mail_parser::MessageParser::default().parse(&parcel.content)?;
    let text = message.body_text(0)?;
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.chars().take(TOKEN_CHARS).collect::<String>());
    let is_code = |line: &&str| line.len() == 9 && line.as_bytes()[4] == b'-';
    Some(Mail {
        delivery: parcel.envelope.id,
        to: parcel.envelope.to.as_str().to_owned(),
        token: after("/reset-password#"),
        code: text.lines().map(str::trim).find(is_code).map(str::to_owned),
        not_me: after("/not-me?token=")?,
    })
}

const TOKEN_CHARS: usize = 43;
