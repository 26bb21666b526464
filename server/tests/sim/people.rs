//! The people: they ask, open their mail, set passwords in two windows at once, come too late, guess, and say that it
//! was not them.

use crate::history::{Answer, Attempt, Mail};
use crate::ledger_rows::Delivery;
use crate::run::Servers;
use crate::world::State;
use regain::recovery::open::{OpenRefusal, open};
use regain::recovery::redeem::{RedeemRefusal, redeem};
use regain::recovery::request::{Ask, request, request_trusted};
use regain::recovery::{Credential, not_me};
use regain_core::account::AccountId;
use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::request::Origin;
use regain_core::time::Timestamp;
use regain_core::token::ResetToken;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Somebody comes, now, for some purpose.
pub(crate) async fn visit(servers: Arc<Servers>) {
    let purpose = servers.world.state().chance.below(100);
    match purpose {
        0..45 => ask(&servers).await,
        45..75 => use_mail(&servers, 1).await,
        75..85 => {
            let windows = servers.world.state().chance.between(2, 4);
            use_mail(&servers, windows).await;
        }
        85..91 => disown(&servers).await,
        _ => guess(&servers).await,
    }
}

/// Asks for a mail, sometimes twice.
async fn ask(servers: &Arc<Servers>) {
    let (identifier, clicks, is_trusted) = {
        let state = &mut *servers.world.state();
        let account = state.accounts.any(&mut state.chance);
        let address = state.accounts.all[&account].address.clone();
        let typed = match state.chance.below(10) {
            0 => "nobody@example.com".to_owned(),
            1 => address.to_uppercase(),
            _ => address,
        };
        (typed, state.chance.between(1, 12) / 6, state.chance.below(8) == 0)
    };
    for _ in 0..=clicks {
        let identifier = EmailAddress::parse(&identifier).unwrap();
        let ask = Ask { identifier, origin: Origin::Page, client: None, device: None, locales: Vec::new() };
        let receipt = servers
            .ask(
                async move |app| {
                    if is_trusted { request_trusted(&app, ask).await.ok() } else { request(&app, ask).await.ok() }
                },
            )
            .await;
        if let Some(receipt) = receipt.flatten() {
            servers.world.note(|| format!("somebody's request {} was accepted", receipt.id));
            let state = &mut *servers.world.state();
            state.story.count("requests accepted");
            state.story.acknowledged.push(receipt.id);
            return;
        }
        sleep(servers.world.between(500, 20_000)).await;
    }
}

/// Takes a mail, and sets a password by its link or code, in `windows` at the same time.
async fn use_mail(servers: &Arc<Servers>, windows: u64) {
    let Some(mail) = some_mail(servers).await else { return };
    if mail.token.is_none() {
        return;
    }
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..windows {
        let (servers, mail) = (Arc::clone(servers), mail.clone());
        tries.spawn(async move { set_password(&servers, &mail).await });
    }
    tries.join_all().await;
}

async fn set_password(servers: &Arc<Servers>, mail: &Mail) {
    let (by_code, looks_first, tries) = {
        let chance = &mut servers.world.state().chance;
        (chance.below(4) == 0, chance.below(3) == 0, chance.between(1, 4))
    };
    if looks_first {
        look(servers, mail).await;
    }
    let mut password = String::new();
    for _ in 0..tries {
        if password.is_empty() || servers.world.state().chance.below(3) == 0 {
            let is_weak = servers.world.state().chance.below(12) == 0;
            password = if is_weak { "weak".to_owned() } else { unheard_of(servers) };
        }
        match try_password(servers, mail, by_code, &password).await {
            Answer::Done | Answer::Dead => return,
            Answer::Weak => password.clear(),
            Answer::Unavailable | Answer::Nothing => sleep(servers.world.between(100, 70_000)).await,
        }
    }
}

async fn try_password(servers: &Arc<Servers>, mail: &Mail, by_code: bool, password: &str) -> Answer {
    let credential = credential(mail, by_code);
    let was_dead = is_dead(servers, mail);
    let typed = password.to_owned();
    let answered = servers.ask(async move |app| redeem(&app, &credential, typed.into()).await).await;
    let answer = match answered {
        None => Answer::Nothing,
        Some(Ok(())) => Answer::Done,
        Some(Err(RedeemRefusal::Dead)) => Answer::Dead,
        Some(Err(RedeemRefusal::Weak(_))) => Answer::Weak,
        Some(Err(RedeemRefusal::Unavailable)) => Answer::Unavailable,
    };
    servers.world.note(|| format!("somebody with {} was told {answer:?}", mail.delivery));
    if was_dead && answer == Answer::Done {
        servers.world.broken(format!("the link {} was dead, and set a password", mail.delivery));
    }
    let state = &mut *servers.world.state();
    state.story.count(match answer {
        Answer::Done => "told done",
        Answer::Dead => "told dead",
        Answer::Weak => "told weak",
        Answer::Unavailable => "told unavailable",
        Answer::Nothing => "told nothing",
    });
    let account = state.rows.deliveries[&mail.delivery].account.clone().unwrap();
    state.story.attempts.push(Attempt { account: AccountId::new(account), password: password.to_owned(), answer });
    answer
}

/// Looks whether the link opens, which it does if and only if it is live.
pub(crate) async fn look(servers: &Arc<Servers>, mail: &Mail) {
    let (was_dead, was_good, claimed) = (is_dead(servers, mail), is_good(servers, mail), claims(servers));
    let credential = credential(mail, false);
    let opened = servers.ask(async move |app| open(&app, &credential).await).await;
    let stayed_good = was_good && is_good(servers, mail) && claimed == claims(servers);
    match opened {
        Some(Ok(_)) if was_dead => servers.world.broken(format!("the link {} was dead, and opened", mail.delivery)),
        Some(Err(OpenRefusal::Dead)) if stayed_good => {
            servers.world.broken(format!("the link {} was good, and did not open", mail.delivery));
        }
        _ => {}
    }
}

/// Whether its link must not open, whichever server is asked: it was ended, its time is over, or the account has changed.
fn is_dead(servers: &Servers, mail: &Mail) -> bool {
    let earliest = servers.earliest();
    let state = servers.world.state();
    let link = &state.rows.deliveries[&mail.delivery];
    let has_ended = matches!(&*link.state, "redeemed" | "superseded" | "revoked");
    has_ended || link.expires_at <= earliest.as_millis() || !stands(servers, &state, link)
}

/// Whether its link must open.
fn is_good(servers: &Servers, mail: &Mail) -> bool {
    let latest = servers.latest();
    let state = servers.world.state();
    let link = &state.rows.deliveries[&mail.delivery];
    stands(servers, &state, link) && link.state == "live" && latest < Timestamp::from_millis(link.expires_at)
}

/// Whether the account is as it was when the link was minted.
fn stands(servers: &Servers, state: &State, link: &Delivery) -> bool {
    let account = AccountId::new(link.account.clone().unwrap());
    servers.world.keys.fingerprint(&state.accounts.all[&account]) == link.fingerprint
}

fn claims(servers: &Servers) -> u64 {
    servers.world.state().story.counts.get("claim").copied().unwrap_or(0)
}

async fn disown(servers: &Arc<Servers>) {
    let Some(mail) = some_mail(servers).await else { return };
    for _ in 0..3 {
        let token = ResetToken::parse(&mail.not_me).unwrap();
        match servers.ask(async move |app| not_me::not_me(&app, &token).await).await {
            Some(Ok(())) => return,
            Some(Err(OpenRefusal::Dead)) => {
                return servers.world.broken(format!("\"not me\" of {} was dead within its week", mail.delivery));
            }
            Some(Err(OpenRefusal::Unavailable)) | None => sleep(servers.world.between(100, 30_000)).await,
        }
    }
}

/// Tries what must not open: a token of another purpose, one that nobody minted, wrong codes.
async fn guess(servers: &Arc<Servers>) {
    let Some(mail) = some_mail(servers).await else { return };
    let (kind, number) = {
        let chance = &mut servers.world.state().chance;
        (chance.below(3), chance.between(1, 6))
    };
    for n in 0..number {
        let credential = match kind {
            0 => Credential::Token(ResetToken::parse(&mail.not_me).unwrap()),
            1 => Credential::Token(ResetToken::mint(&Guessing(n))),
            _ => Credential::Code {
                address: EmailAddress::parse(&mail.to).unwrap(),
                code: ResetCode::parse(&format!("0000-000{n}")),
            },
        };
        let password = unheard_of(servers);
        let told = servers.ask(async move |app| redeem(&app, &credential, password.into()).await).await;
        if matches!(told, Some(Ok(()) | Err(RedeemRefusal::Weak(_)))) {
            servers.world.broken("what was guessed opened".to_owned());
        }
    }
}

struct Guessing(u64);

impl regain_core::entropy::Entropy for Guessing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(u8::try_from(self.0).unwrap());
    }
}

/// The newest mail of somebody, or any; waits a while if there is none yet.
async fn some_mail(servers: &Arc<Servers>) -> Option<Mail> {
    for _ in 0..6 {
        let found = {
            let state = &mut *servers.world.state();
            let number = state.story.mails.len() as u64;
            let back = if state.chance.below(3) == 0 { state.chance.below(number) } else { state.chance.below(3) };
            usize::try_from(number.saturating_sub(back)).unwrap().checked_sub(1).map(|at| state.story.mails[at].clone())
        };
        if found.is_some() {
            return found;
        }
        sleep(Duration::from_secs(20)).await;
    }
    None
}

fn credential(mail: &Mail, by_code: bool) -> Credential {
    match &mail.code {
        Some(code) if by_code => {
            Credential::Code { address: EmailAddress::parse(&mail.to).unwrap(), code: ResetCode::parse(code) }
        }
        _ => Credential::Token(ResetToken::parse(mail.token.as_deref().unwrap()).unwrap()),
    }
}

/// A password that no other attempt has.
fn unheard_of(servers: &Servers) -> String {
    format!("zq vkw pxl {}", servers.world.state().chance.next())
}
