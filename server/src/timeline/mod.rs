//! What happened to a request, in the words of a support person: why a mail came, or did not.
//!
//! One renderer for `regain explain`, the admin port's API and its page. Everything told here is on one line and escaped
//! ([`crate::plain`]); nothing of it is a token, a link, a code, a password or a digest.

mod json;
mod lines;
mod reasons;
mod tallied;
#[cfg(test)]
mod tests;

pub use json::{as_json, tally_as_json};
pub use tallied::{ended_in_words, happened_in_words, outcome_in_words};

use crate::ledger::retention::STAND_IN;
use crate::ledger::{Delivery, Request};
use crate::plain::{moment, one_line};
use regain_core::event::Happening;
use regain_core::fate::Fate;
use regain_core::message::MessageKind;
use regain_core::request::{Reason, State};
use regain_core::time::Timestamp;
use std::time::Duration;

/// What is told of one request or notice.
#[derive(Debug, Clone)]
pub struct Told {
    /// What it is, and where it stands.
    pub title: String,
    /// The answer to "why did no mail come?", in a sentence.
    pub answer: String,
    /// The timeline, oldest first.
    pub lines: Vec<Line>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
}

/// Puts into words what is known of a request at `now`.
#[must_use]
pub fn tell(request: &Request, now: Timestamp) -> Told {
    let kind = if request.message == MessageKind::Reset { "request" } else { "notice" };
    Told {
        title: format!("{kind} {} ({})", request.id, request.state.as_str()),
        answer: one_line(&answer(request, now)),
        lines: lines::of(request),
    }
}

impl Told {
    /// As text, a line each.
    #[must_use]
    pub fn as_text(&self) -> String {
        let mut text = format!("{}\n  {}\n", self.title, self.answer);
        for Line { at, what } in &self.lines {
            text.push_str(&format!("  {}  {what}\n", moment(*at)));
        }
        text
    }
}

/// What to look at where nothing is known of an address or a request. `retention` is how long requests are kept.
#[must_use]
pub fn nothing_known(of: &str, retention: Duration) -> Vec<String> {
    let days = retention.as_secs() / 86_400;
    vec![
        format!(
            "Nothing is known of {}: no request was accepted here, or it ended too long ago. A trusted caller who was told \
             that there is no such account left none, and the X-Request-Id of an answer is not the id of a request.",
            one_line(of)
        ),
        format!(
            "Requests are kept for {days} days after their end (ledger.retention_days), those for an address that no \
             account has for one day."
        ),
        "They are found by what was typed and by the address on file, letter by letter but for ASCII case: try the other \
         spellings and addresses that the person may have typed."
            .into(),
        "If they did ask: does their form lead to this server (regain_requests_accepted_total in /metrics), and was it \
         turned away (regain_refused_total)?"
            .into(),
    ]
}

fn answer(request: &Request, now: Timestamp) -> String {
    match request.state {
        State::Accepted | State::Leased => waits(request, now),
        State::Mailed => mailed(request, now),
        State::Suppressed | State::Failed => {
            let why = request.reason.map_or("it ended without a reason", reasons::of);
            let is_of_transports = matches!(request.reason, Some(Reason::Refused | Reason::GaveUp));
            match request.deliveries.last().filter(|_| is_of_transports) {
                Some(last) => format!("No mail: {why}. {}", lines::said(last)),
                None if request.reason == Some(Reason::Cooldown) => {
                    format!("No mail: {why}. The request before it tells what became of its mail.")
                }
                None => format!("No mail: {why}."),
            }
        }
    }
}

fn waits(request: &Request, now: Timestamp) -> String {
    let next = moment(request.due_at);
    if let Some(last) = request.deliveries.last() {
        let transport = lines::transport(last);
        let times = lines::times(request.deliveries.iter().filter(|one| one.outcome.is_some()).count() as u64);
        return match last.outcome.as_deref() {
            Some("unknown") => {
                format!("It may have been mailed: {transport} never answered. It is sent once more at {next}.")
            }
            Some(_) => {
                let said = lines::said(last);
                format!("No mail yet: {transport} did not take it, {times} so far. It is tried again at {next}. {said}")
            }
            None => format!("It is being handed to a transport now, until {next} at the latest."),
        };
    }
    if let Some(away) = request.events.iter().rev().find(|event| event.what == Happening::StoreAway) {
        let words = away.detail.as_deref().unwrap_or_default();
        return format!("No mail yet: {words}. It is asked again every second.");
    }
    if now.as_millis() - request.accepted_at.as_millis() > LOOKED_UP_WITHIN_MILLIS {
        return "No mail yet: nobody has looked the account up. Either `regain serve` does not run, or its log says what \
                keeps it from its work."
            .into();
    }
    "No mail yet: it was asked for a moment ago.".into()
}

/// A server that runs looks up within a second.
const LOOKED_UP_WITHIN_MILLIS: i64 = 3000;

fn mailed(request: &Request, now: Timestamp) -> String {
    let happened = |what| request.events.iter().rev().find(|event| event.what == what);
    let to = request.deliveries.last().map_or(&request.identifier, |last| &last.address);
    let arrived = request.deliveries.iter().rev().find(|one| one.outcome.as_deref() == Some("delivered"));
    let sent = match arrived {
        Some(mail) if mail.transport.as_deref() == Some("file") => {
            let at = moment(mail.outcome_at.unwrap_or(mail.minted_at));
            format!("A mail to {to} was written to a file at {at}, from which nothing sends it.")
        }
        Some(mail) => format!(
            "A mail to {to} was handed over at {}: {} took responsibility for it.",
            moment(mail.outcome_at.unwrap_or(mail.minted_at)),
            lines::transport(mail),
        ),
        None if request.reason.is_none() => format!("A mail to {to} went out."),
        None => format!("A mail to {to} may have arrived: {}.", request.reason.map_or("", reasons::of)),
    };
    let sent = sent + &heard_since(request);
    if request.message != MessageKind::Reset || is_stand_in(request) {
        return sent;
    }
    let then = if let Some(redeemed) = happened(Happening::Redeemed) {
        format!("It was used: a new password was set at {}.", moment(redeemed.at))
    } else if happened(Happening::NotMe).is_some() {
        "Its owner said that it was not them; its link is dead.".into()
    } else {
        let opened = happened(Happening::Opened).is_some() || happened(Happening::FormShown).is_some();
        let opened = if opened { "It was opened in a browser" } else { "Nobody opened it in a browser yet" };
        let last = request.deliveries.last();
        format!("{opened}{}.{}", link_now(last, now), last.map(codes_in_vain).unwrap_or_default())
    };
    format!("{sent} {then}")
}

/// What was heard last of its mails, as a sentence more.
fn heard_since(request: &Request) -> String {
    let heard = request.events.iter().rev().find_map(|event| match event.what {
        Happening::Mail(fate) => Some((fate, event)),
        _ => None,
    });
    let Some((fate, event)) = heard else { return String::new() };
    let (at, words) = (moment(event.at), event.detail.as_deref().unwrap_or_default());
    match fate {
        Fate::Arrived => format!(" The mailbox's own server took it at {at}."),
        Fate::Delayed => format!(" At {at} the mailbox's server had not taken it yet ({words})."),
        Fate::SoftBounce => format!(" It came back at {at} ({words})."),
        Fate::HardBounce => format!(" It came back for good at {at}: there is no such mailbox ({words})."),
        Fate::Complaint => format!(" Whoever got it called it spam at {at}."),
    }
}

/// Where the newest link stands, as the end of a sentence.
fn link_now(last: Option<&Delivery>, now: Timestamp) -> String {
    let Some(last) = last else { return String::new() };
    match last.link_state.as_str() {
        "live" if now < last.expires_at => {
            let code = match last.code_expires_at {
                Some(until) if now < until => format!(", its code until {}", moment(until)),
                Some(until) => format!(", its code worked until {}", moment(until)),
                None => String::new(),
            };
            format!("; its link works until {}{code}", moment(last.expires_at))
        }
        "live" => format!("; its link ran out at {}", moment(last.expires_at)),
        "claimed" => "; its link is being used at this moment".into(),
        "superseded" => "; its link ended when a newer mail went out".into(),
        _ => "; its link is dead".into(),
    }
}

/// What was typed in vain for its address, as a sentence more.
fn codes_in_vain(last: &Delivery) -> String {
    match last.codes_in_vain {
        0 => String::new(),
        count => format!(
            " A code was typed in vain {}; after [reset] code_attempts_max times its code is dead, its link is not.",
            lines::times(u64::from(count)),
        ),
    }
}

/// Whether it was mailed to an address without an account, to say just that.
fn is_stand_in(request: &Request) -> bool {
    request.account.as_deref().is_some_and(|account| account.starts_with(STAND_IN))
}
