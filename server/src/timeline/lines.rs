//! The timeline, a line each.

use super::{Line, is_stand_in, reasons};
use crate::http::network_of;
use crate::ledger::{Delivery, ELSEWHERE, Event, Request};
use crate::plain::{moment, one_line};
use regain_core::event::Happening;
use regain_core::fate::Fate;
use regain_core::request::{Reason, State};
use regain_core::time::Timestamp;

/// All that is known, oldest first.
pub(super) fn of(request: &Request) -> Vec<Line> {
    let mut lines = vec![(request.accepted_at, accepted(request))];
    lines.extend(found(request));
    // What one transport said before what the next one did, though it may be in the same millisecond.
    let (before, after): (Vec<_>, Vec<_>) = request.events.iter().partition(|it| it.what == Happening::PassedOver);
    lines.extend(before.into_iter().map(|event| (event.at, happened(request, event))));
    lines.extend(mails(request));
    lines.extend(after.into_iter().map(|event| (event.at, happened(request, event))));
    if let Some(at) = request.ended_at {
        lines.extend(ended(request).map(|line| (at, line)));
    } else if request.state == State::Accepted {
        lines.push((request.due_at.max(request.accepted_at), "is worked on next".to_owned()));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(at, what)| Line { at, what: one_line(&what) }).collect()
}

fn accepted(request: &Request) -> String {
    let from = request.network.as_deref().map(|network| format!(" from {network}")).unwrap_or_default();
    match request.about {
        Some(about) => format!("queued for {} after request {about}", request.identifier),
        None => format!("asked for {} {}{from}", request.identifier, by(&request.origin)),
    }
}

/// How a request came, which [`Origin`](regain_core::request::Origin) has a word for.
fn by(origin: &str) -> &str {
    match origin {
        "chaser" => "through Chaser's API",
        "unleash" => "through Unleash's API",
        "page" => "on the page",
        "help-desk" => "by the help desk",
        other => other,
    }
}

/// To which address mail went; again where that has changed since.
fn found(request: &Request) -> impl Iterator<Item = (Timestamp, String)> {
    let found = match (is_stand_in(request), request.about) {
        (true, _) => "found no account; telling so to",
        (false, None) => "found the account; writing to",
        (false, Some(_)) => "writing to",
    };
    let to_one_address = request.deliveries.chunk_by(|one, next| one.address == next.address);
    let firsts = to_one_address.filter_map(<[Delivery]>::first);
    firsts.map(move |first| (first.minted_at, format!("{found} {}", first.address)))
}

/// Each attempt; of many that came to the same, the first and how many followed.
fn mails(request: &Request) -> Vec<(Timestamp, String)> {
    let mut lines = Vec::new();
    for alike in request.deliveries.chunk_by(came_to_the_same) {
        let (Some(first), Some(last)) = (alike.first(), alike.last()) else { continue };
        lines.extend(first.outcome_at.map(|at| (at, outcome(first))));
        if alike.len() > 1 {
            let more = times(alike.len() as u64 - 1);
            lines.extend(last.outcome_at.map(|at| (at, format!("the same answer, {more} more"))));
        }
        lines.extend(alike.iter().filter_map(link));
    }
    lines
}

/// Whether two attempts failed with the same words, to the same address.
fn came_to_the_same(one: &Delivery, other: &Delivery) -> bool {
    let key = |it: &Delivery| (it.address.clone(), it.outcome.clone(), it.transport.clone(), it.reply.clone());
    one.outcome.as_deref() == Some("retry") && key(one) == key(other)
}

fn outcome(delivery: &Delivery) -> String {
    let transport = transport(delivery);
    let reply = delivery.reply.as_deref().unwrap_or_default();
    match delivery.outcome.as_deref() {
        Some("delivered") => format!("mailed by {transport}: {reply}"),
        Some("retry") => format!("not mailed yet, {transport} says: {reply}"),
        Some("refused") if delivery.transport.as_deref() == Some("none") => format!("cannot be mailed: {reply}"),
        Some("refused") => format!("refused for good, {transport} says: {reply}"),
        _ => format!("handed to {transport}, whose answer never came: {reply}"),
    }
}

/// What came of an attempt, in the transport's words.
pub(super) fn said(delivery: &Delivery) -> String {
    let reply = delivery.reply.as_deref().unwrap_or_default();
    match delivery.transport.as_deref() {
        Some("none") | None => format!("Nothing was tried: {reply}"),
        Some(transport) => format!("{transport} says: {reply}"),
    }
}

/// The transport's name; `none` stands in the ledger where none was tried.
pub(super) fn transport(delivery: &Delivery) -> &str {
    delivery.transport.as_deref().filter(|name| *name != "none").unwrap_or("the transport")
}

fn link(delivery: &Delivery) -> Option<(Timestamp, String)> {
    let why = match (delivery.link_state.as_str(), delivery.link_reason.as_deref()) {
        ("superseded", _) => "its link ended: a newer mail went out",
        ("revoked", Some("changed")) => "its link ended: the account's password or address changed",
        ("revoked", Some("another_redeemed")) => "its link ended: another link was used",
        ("revoked", Some("refused")) => "its link ended: too many passwords were refused",
        ("revoked", Some("not_me")) => "its link ended: the owner said it was not them",
        _ => return None,
    };
    Some((delivery.outcome_at.unwrap_or(delivery.minted_at), why.to_owned()))
}

fn happened(request: &Request, event: &Event) -> String {
    let detail = event.detail.as_deref().unwrap_or_default();
    match event.what {
        Happening::StoreAway => format!("could not be looked up: {detail}"),
        Happening::PassedOver => passed_over(event, detail),
        Happening::Scanned => format!("looked at by what seems to be a mail scanner ({})", seen(event, "")),
        Happening::Opened => format!("opened in a browser ({})", seen(event, suspicion(request, event))),
        Happening::FormShown => "the form was opened".to_owned(),
        Happening::Checked => format!("its link was checked by an application's page ({})", seen(event, "")),
        Happening::DisownPageShown => {
            format!("the page \"this was not me\" was opened in a browser ({})", seen(event, ""))
        }
        Happening::Redeemed => match detail {
            "" => "a new password was set".to_owned(),
            detail => format!("a new password was set; {detail}"),
        },
        Happening::NotMe => "the owner said: this was not me".to_owned(),
        Happening::Mail(fate) => format!("{}, says {detail}", became(fate)),
        Happening::Unheard => format!("what a later release of Regain calls {detail:?}"),
    }
}

/// One transport did not take it, and the next one was tried.
fn passed_over(event: &Event, said: &str) -> String {
    let often = match event.times {
        1 => String::new(),
        more => format!(" ({}, the last time at {})", times(more), moment(event.last_at)),
    };
    match said {
        ELSEWHERE => format!("passed on to the next transport{often}, for yet other reasons"),
        said => format!("passed on to the next transport{often}, {said}"),
    }
}

/// What became of a mail after it was handed over.
pub(super) fn became(fate: Fate) -> &'static str {
    match fate {
        Fate::Arrived => "taken by the mailbox's server",
        Fate::Delayed => "not taken yet by the mailbox's server",
        Fate::SoftBounce => "came back",
        Fate::HardBounce => "came back for good, there is no such mailbox",
        Fate::Complaint => "called spam by whoever got it",
    }
}

/// From where, how often and until when.
fn seen(event: &Event, more: &str) -> String {
    let from = match event.detail.as_deref() {
        Some(ELSEWHERE) => "from yet other networks".to_owned(),
        Some(network) => format!("from {network}"),
        None => "from an unknown network".to_owned(),
    };
    let last = if event.times > 1 { format!(", the last time at {}", moment(event.last_at)) } else { String::new() };
    format!("{from}, {}{last}{more}", times(event.times))
}

/// A scanner may run a whole browser. It betrays itself by being there at once, and from elsewhere than whoever asked.
fn suspicion(request: &Request, event: &Event) -> &'static str {
    let asked_from = request.network.as_deref().and_then(|network| network.parse().ok()).map(network_of);
    let is_elsewhere = asked_from.is_some() && asked_from != event.detail;
    let mailed_at = request.deliveries.iter().filter_map(|mail| mail.outcome_at).filter(|at| *at <= event.at).max();
    let is_at_once = mailed_at.is_some_and(|at| event.at.as_millis() - at.as_millis() < AT_ONCE_MILLIS);
    if is_elsewhere && is_at_once {
        "; seconds after the mail, and not from where it was asked for: perhaps a mail scanner that runs a browser"
    } else {
        ""
    }
}

/// Faster than a person reads a mail that has just come.
const AT_ONCE_MILLIS: i64 = 10_000;

pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".into(),
        2 => "twice".into(),
        more => format!("{more} times"),
    }
}

/// Why there was no mail.
fn ended(request: &Request) -> Option<String> {
    let reason = request.reason?;
    match (request.state, reason) {
        (State::Mailed, Reason::Unanswered) => Some(format!("{}; it may have arrived", reasons::of(reason))),
        (State::Mailed, _) => None,
        _ => Some(format!("no mail: {}", reasons::of(reason))),
    }
}
