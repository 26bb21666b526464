//! Step 2: look a batch of requests up, decide, mint, and send.
//!
//! The courier calls these in turn. One look-up serves the whole batch, one commit holds every decision, and only then
//! does a mail leave: the digest of its link is durable before anybody can hold the link.

mod secrets;

use crate::app::App;
use crate::failpoint;
use crate::hashing;
use crate::ledger::retention::STAND_IN;
use crate::ledger::{Decided, Decision, Leased, NewDelivery};
use crate::mail::turns::Turn;
use crate::mail::{Envelope, Sent};
use crate::users::StoreFault;
use crate::weakness::{self, Weakness};
use regain_core::account::{Account, AccountId, Match, matching};
use regain_core::delivery::Outcome;
use regain_core::email::{EmailAddress, FoldedAddress};
use regain_core::entropy::random;
use regain_core::event::{DETAIL_CHARS_MAX, Happening};
use regain_core::hash::{Identified, identify};
use regain_core::locale::Locale;
use regain_core::message::{Asker, Body, Message, MessageKind};
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use regain_core::token::Purpose;
use secrecy::ExposeSecret;
use secrets::Secrets;
use std::collections::BTreeMap;

/// A decided row with the secrets that belong to it; they exist nowhere else.
pub struct Minted {
    /// What the ledger will hold.
    pub decided: Decided,
    /// What the mail will hold.
    secrets: Secrets,
    /// How to greet the owner, and in which language.
    name: Option<String>,
    locales: Vec<Locale>,
}

/// The accounts that a batch may mean, by folded address: each row is held against its own few, not against all.
#[derive(Debug, Default)]
pub struct Candidates(BTreeMap<FoldedAddress, Vec<Account>>);

impl Candidates {
    fn new(accounts: Vec<Account>) -> Self {
        let mut by_address = BTreeMap::<_, Vec<_>>::new();
        for account in accounts {
            by_address.entry(FoldedAddress::of(&account.address)).or_default().push(account);
        }
        Self(by_address)
    }

    fn of(&self, typed: &EmailAddress) -> &[Account] {
        self.0.get(&typed.folded()).map_or(&[], Vec::as_slice)
    }
}

/// Looks up every account the batch may mean, in one round trip.
///
/// # Errors
/// [`StoreFault`]: the batch is to be put back.
pub async fn look_up(app: &App, batch: &[Leased]) -> Result<Candidates, StoreFault> {
    let mut addresses: Vec<FoldedAddress> = batch
        .iter()
        .filter(|row| row.message == MessageKind::Reset)
        .map(|row| FoldedAddress::of(&row.identifier))
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Ok(Candidates::default());
    }
    failpoint::or_lost("looked_up", app.users.find(&addresses).await).map(Candidates::new)
}

/// Decides on one row and mints for it, whether it will be mailed or not. Without `candidates` the user store did not
/// answer, and `row` is one of those that do not wait for it ([`waits_for_store`]).
#[must_use]
pub fn mint(app: &App, row: Leased, candidates: Option<&Candidates>, now: Timestamp) -> Minted {
    let account = candidates.map_or(Err(Reason::GaveUp), |candidates| account_of(app, &row, candidates));
    let decision = decide(app, &row, account);
    let secrets = Secrets::mint(app.entropy.as_ref());
    let id = Id::new(now, app.entropy.as_ref());
    let (found, address) = match (account, &decision) {
        (Ok(account), Decision::Mail { address, .. }) => (Some(account), FoldedAddress::of(address)),
        _ => (None, FoldedAddress::of(&row.identifier)),
    };
    let (token_digest, not_me_digest) = (secrets.token.digest(Purpose::Reset), secrets.not_me.digest(Purpose::NotMe));
    let token_ttl = weakness::spoilt(Weakness::LinksNeverExpire, app.config.reset.token_ttl, |ttl| ttl * 1000);
    if weakness::is(Weakness::TokenLogged) {
        tracing::info!(request = %row.id, token = secrets.token.to_text().expose_secret(), "minted");
    }
    let delivery = NewDelivery {
        id,
        address_digest: app.keys.address_digest(&address),
        token_digest: weakness::spoilt(Weakness::TokenKeptPlain, token_digest, |_| {
            weakness::undigested(&secrets.token)
        }),
        code_digest: secrets.code.digest(&app.keys, id.as_bytes()),
        not_me_digest: weakness::spoilt(Weakness::PurposesMixed, not_me_digest, |_| {
            secrets.token.digest(Purpose::NotMe)
        }),
        fingerprint: found.map_or_else(|| random(app.entropy.as_ref()), |account| app.keys.fingerprint(account)),
        minted_at: now,
        expires_at: now.plus(token_ttl),
        code_expires_at: now.plus(app.config.reset.code_ttl),
    };
    let name = found.map_or_else(|| row.name.clone(), |account| account.name.clone());
    let locales = locales(&row, found);
    Minted { decided: Decided { row, decision, delivery }, secrets, name, locales }
}

impl Minted {
    /// The envelope of the mail.
    ///
    /// # Errors
    /// What became of the mail, if none can be sent.
    pub fn envelope(&self, app: &App) -> Result<Envelope, Outcome> {
        let Decision::Mail { address, .. } = &self.decided.decision else {
            return Err(Outcome::Refused("nothing is to be sent".into()));
        };
        let to = EmailAddress::parse(address)
            .map_err(|_| Outcome::Refused("the address on file is no email address".into()))?;
        Ok(app.mail.composer.envelope(&to, self.decided.delivery.id))
    }

    /// Puts the mail into words and hands it over. Called after the digests are committed.
    pub async fn send(&self, app: &App, envelope: Envelope, turn: &mut Turn) -> (Outcome, &'static str) {
        let Decision::Mail { message, .. } = &self.decided.decision else {
            return (Outcome::Refused("nothing is to be sent".into()), "none");
        };
        let message = Message {
            body: self.body(app, *message),
            name: self.name.clone(),
            locales: self.locales.clone(),
            at: self.decided.row.accepted_at,
            asker: self.asker(*message),
        };
        match app.mail.composer.compose_in(&message, envelope) {
            Ok(parcel) => {
                let Sent { outcome, transport, passed_over } = app.mail.send_in_turn(&parcel, turn).await;
                for (outcome, transport) in passed_over {
                    let outcome = self.secrets.blotted_out(outcome);
                    app.metrics.passed_over(transport, &outcome);
                    let (request, reply) = (self.decided.row.id, outcome.reply());
                    let said = format!("{transport} says: {reply}").chars().take(DETAIL_CHARS_MAX).collect();
                    app.sightings.note(request, Happening::PassedOver, said, app.clock.now());
                    tracing::warn!(%request, transport, reply, "not mailed by this transport; the next one is tried");
                }
                (self.secrets.blotted_out(outcome), transport)
            }
            Err(fault) => (Outcome::Refused(format!("the mail could not be composed: {fault}")), "none"),
        }
    }

    /// Of a notice the row knows who asked, which is not who changed the password.
    fn asker(&self, message: MessageKind) -> Option<Asker> {
        let row = &self.decided.row;
        let device = row.device.filter(|_| message != MessageKind::PasswordChanged)?;
        Some(Asker { device, address: row.network.as_deref().and_then(|network| network.parse().ok()) })
    }

    fn body(&self, app: &App, message: MessageKind) -> Body {
        let not_me_link = app.not_me_link.render(&self.secrets.not_me);
        let link = app.config.reset.link.render(&self.secrets.token);
        match message {
            MessageKind::Reset => Body::Reset {
                link: weakness::spoilt(Weakness::HostInTheLink, link, weakness::at_overheard_host),
                code: self.secrets.code.to_text(),
                link_ttl: app.config.reset.token_ttl,
                code_ttl: app.config.reset.code_ttl,
                not_me_link,
            },
            MessageKind::PasswordChanged => Body::PasswordChanged { not_me_link },
            MessageKind::NoAccount => Body::NoAccount,
            MessageKind::Test => Body::Test,
        }
    }
}

/// Why an account gets no reset mail, if it does not.
#[must_use]
pub fn unfit(app: &App, account: &Account) -> Option<Reason> {
    if !account.eligible && !weakness::is(Weakness::DisabledMailed) {
        return Some(Reason::Ineligible);
    }
    if account.mail_address().is_none() {
        return Some(Reason::AddressUnusable);
    }
    match &account.password {
        Some(_) if app.users.hashes_itself() => None,
        Some(stored) if !app.users.shows_hashes() || identify(stored.expose()) != Identified::Unusable => {
            hashing::recipe(&app.config.users, stored.expose()).is_err().then_some(Reason::FormatUnknown)
        }
        Some(_) | None => Some(Reason::Ineligible),
    }
}

/// Whether `row` waits while the user store does not answer: a notice knows whom it is for, and what is late has waited
/// long enough. To be late alone ends nothing: after an outage, or when the clock was set forward, each is tried once.
#[must_use]
pub fn waits_for_store(app: &App, row: &Leased, now: Timestamp) -> bool {
    row.message == MessageKind::Reset && now.since(row.accepted_at) < app.config.reset.give_up
}

fn account_of<'a>(app: &App, row: &Leased, candidates: &'a Candidates) -> Result<&'a Account, Reason> {
    let typed = EmailAddress::parse(&row.identifier).map_err(|_| Reason::NoAccount)?;
    let candidates = candidates.of(&typed);
    match matching(&typed, candidates) {
        Match::One(account) => unfit(app, account).map_or(Ok(account), Err),
        Match::None => Err(Reason::NoAccount),
        Match::Ambiguous(_) if weakness::is(Weakness::FirstOfSeveral) => candidates.first().ok_or(Reason::Ambiguous),
        Match::Ambiguous(_) => Err(Reason::Ambiguous),
    }
}

fn decide(app: &App, row: &Leased, account: Result<&Account, Reason>) -> Decision {
    match (row.message, account) {
        (MessageKind::PasswordChanged, _) => match &row.account {
            Some(account) => mail(MessageKind::PasswordChanged, account.clone(), &row.identifier),
            None => Decision::End(Reason::NoAccount),
        },
        (MessageKind::Reset, Ok(account)) if weakness::is(Weakness::MailToTypedAddress) => {
            mail(MessageKind::Reset, account.id.clone(), &row.identifier)
        }
        (MessageKind::Reset, Ok(account)) => mail(MessageKind::Reset, account.id.clone(), &account.address),
        (MessageKind::Reset, Err(Reason::NoAccount)) if app.config.notify.unknown_address => {
            mail(MessageKind::NoAccount, stand_in(app, row), &row.identifier)
        }
        (MessageKind::Reset, Err(why)) => Decision::End(why),
        (MessageKind::NoAccount | MessageKind::Test, _) => Decision::End(Reason::NoAccount),
    }
}

fn mail(message: MessageKind, account: AccountId, address: &str) -> Decision {
    Decision::Mail { message, account, address: address.to_owned() }
}

/// Stands for an address without an account, so that the same limits hold for it: for all addresses that one mailbox may
/// have by itself, or anybody could fill it with `nobody+1@`, `nobody+2@`.
fn stand_in(app: &App, row: &Leased) -> AccountId {
    let mailbox = match EmailAddress::parse(&row.identifier) {
        Ok(address) => app.keys.address_digest(&FoldedAddress::of(&likely_mailbox(&address))),
        Err(_) => row.address_digest,
    };
    let digest: String = mailbox.iter().map(|byte| format!("{byte:02x}")).collect();
    AccountId::new(format!("{STAND_IN}{digest}"))
}

/// Without what many servers do not look at: what follows a `+`, and dots.
fn likely_mailbox(address: &EmailAddress) -> String {
    let local = address.local_part();
    let name = local.split_once('+').map_or(local, |(name, _)| name).replace('.', "");
    format!("{name}@{}", address.domain())
}

/// The account's language, then the request's.
fn locales(row: &Leased, account: Option<&Account>) -> Vec<Locale> {
    let stored = account.and_then(|account| account.locale.as_deref()).and_then(Locale::parse);
    stored.into_iter().chain(row.locales.split(',').filter_map(Locale::parse)).collect()
}
