//! What happened to a request, for programs.

use super::{is_stand_in, tell};
use crate::ledger::{Event, Request, Tally};
use crate::plain::moment;
use regain_core::event::Happening;
use regain_core::request::Reason;
use regain_core::time::Timestamp;
use serde_json::{Value, json};

/// One request or notice.
#[must_use]
pub fn as_json(request: &Request, now: Timestamp) -> Value {
    let told = tell(request, now);
    json!({
        "request_id": request.id.to_string(),
        "message": request.message.as_str(),
        "about": request.about.map(|id| id.to_string()),
        "state": request.state.as_str(),
        "reason": request.reason.map(Reason::as_str),
        "answer": told.answer,
        "origin": request.origin,
        "network": request.network,
        "identifier": request.identifier,
        // What stands in place of an account holds a digest.
        "account": request.account.as_ref().filter(|_| !is_stand_in(request)),
        "accepted_at": moment(request.accepted_at),
        "due_at": request.ended_at.is_none().then(|| moment(request.due_at)),
        "ended_at": request.ended_at.map(moment),
        "mails": request.deliveries.iter().map(|delivery| json!({
            "address": delivery.address,
            "outcome": delivery.outcome,
            "outcome_at": delivery.outcome_at.map(moment),
            "transport": delivery.transport,
            "reply": delivery.reply,
            "link": delivery.link_state,
            "codes_in_vain": delivery.codes_in_vain,
        })).collect::<Vec<_>>(),
        "events": request.events.iter().map(event).collect::<Vec<_>>(),
        "timeline": told.lines.iter().map(|line| json!({ "at": moment(line.at), "what": line.what })).collect::<Vec<_>>(),
    })
}

fn event(event: &Event) -> Value {
    json!({
        "at": moment(event.at),
        "event": event.what.as_str(),
        "detail": event.detail,
        "times": event.times,
        "last_at": moment(event.last_at),
    })
}

/// What waits, and what became of the requests of the last day.
#[must_use]
pub fn tally_as_json(tally: &Tally, now: Timestamp) -> Value {
    let waiting: u64 = tally.waiting.iter().map(|waits| waits.requests).sum();
    let oldest = tally.waiting.iter().map(|waits| waits.oldest).min();
    json!({
        "now": moment(now),
        "waiting": waiting,
        "waiting_by_state": tally.waiting.iter().map(|waits| json!({
            "state": waits.state.as_str(),
            "requests": waits.requests,
            "tried_in_vain": waits.tried,
            "oldest": moment(waits.oldest),
        })).collect::<Vec<_>>(),
        "oldest_seconds": oldest.map_or(0, |oldest| now.since(oldest).as_secs()),
        "since": moment(tally.since),
        "ended": tally.ended.iter().map(|ended| json!({
            "state": ended.state.as_str(),
            "reason": ended.reason.map(Reason::as_str),
            "requests": ended.requests,
        })).collect::<Vec<_>>(),
        "attempts": tally.attempts.iter().map(|attempts| json!({
            "transport": attempts.transport,
            "outcome": attempts.outcome,
            "mails": attempts.mails,
        })).collect::<Vec<_>>(),
        "happened": tally.happened.iter().filter(|(what, _)| *what != Happening::Unheard).map(|(what, times)| json!({
            "event": what.as_str(),
            "times": times,
        })).collect::<Vec<_>>(),
    })
}
