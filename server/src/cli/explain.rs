//! `regain explain ADDRESS|REQUEST_ID`: the timeline, in words. Never a token, a code or a digest.

use super::{Failed, Misused, beside};
use crate::config::Config;
use crate::ledger::{Delivery, Event, Request};
use clap::Args;
use regain_core::email::EmailAddress;
use regain_core::event::Happening;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// An address, or the name of a request.
    #[arg(value_name = "ADDRESS|REQUEST_ID")]
    what: String,
    /// One JSON object a request.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ExplainArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let requests = super::runtime()?.block_on(find(&args.what, config))?;
    for request in &requests {
        if args.json { writeln!(out, "{}", as_json(request))? } else { tell(request, out)? }
    }
    if requests.is_empty() {
        writeln!(
            std::io::stderr(),
            "Nothing is known of {}: nobody asked, or it ended longer ago than requests are kept.",
            beside::one_line(&args.what)
        )?;
        return Err(Failed.into());
    }
    Ok(())
}

async fn find(what: &str, config: &Config) -> anyhow::Result<Vec<Request>> {
    let ledger = beside::ledger(config).await?;
    if let Some(id) = Id::parse(what) {
        return Ok(ledger.explain_request(id).await?);
    }
    let address = EmailAddress::parse(what)
        .map_err(|refusal| Misused(format!("{what:?} is neither a request's name nor an address: {refusal}")))?;
    Ok(ledger.explain_address(beside::keys(config)?.address_digest(&address.folded())).await?)
}

fn tell(request: &Request, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{} {} ({})", title(request), request.id, request.state.as_str())?;
    for (at, line) in lines(request) {
        writeln!(out, "  {}  {}", beside::moment(at), beside::one_line(&line))?;
    }
    if request.ended_at.is_none() {
        writeln!(out, "  not ended; worked on again at {}", beside::moment(request.due_at))?;
    }
    if waits_for_the_store(request, beside::now()) {
        writeln!(out, "  no account was looked up yet: either `regain serve` does not run, or its log says")?;
        writeln!(out, "  what keeps it from the user store")?;
    }
    Ok(())
}

/// A server that runs looks up within a second.
fn waits_for_the_store(request: &Request, now: Timestamp) -> bool {
    let is_untouched = request.ended_at.is_none() && request.deliveries.is_empty();
    is_untouched && now.as_millis() - request.accepted_at.as_millis() > LOOKED_UP_WITHIN_MILLIS
}

const LOOKED_UP_WITHIN_MILLIS: i64 = 3000;

fn title(request: &Request) -> &'static str {
    if request.message == MessageKind::Reset { "request" } else { "notice" }
}

/// The timeline, oldest first.
fn lines(request: &Request) -> Vec<(Timestamp, String)> {
    let mut lines = vec![(request.accepted_at, accepted(request))];
    for delivery in &request.deliveries {
        lines.push((delivery.minted_at, format!("found the account; writing to {}", delivery.address)));
        lines.extend(delivery.outcome_at.map(|at| (at, outcome(delivery))));
        lines.extend(link(delivery));
    }
    lines.extend(request.events.iter().map(|event| (event.at, happened(event))));
    if let Some(at) = request.ended_at {
        lines.extend(ended(request).map(|line| (at, line.to_owned())));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines
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

fn outcome(delivery: &Delivery) -> String {
    let transport = delivery.transport.as_deref().unwrap_or("the transport");
    let reply = delivery.reply.as_deref().unwrap_or_default();
    match delivery.outcome.as_deref() {
        Some("delivered") => format!("mailed by {transport}: {reply}"),
        Some("retry") => format!("not mailed yet, {transport} says: {reply}"),
        Some("refused") => format!("refused for good, {transport} says: {reply}"),
        _ => format!("handed to {transport}, whose answer never came: {reply}"),
    }
}

fn link(delivery: &Delivery) -> Option<(Timestamp, String)> {
    let why = match (delivery.link_state.as_str(), delivery.link_reason.as_deref()) {
        ("superseded", _) => "its link ended: a newer mail went out",
        ("revoked", Some("changed")) => "its link ended: the account's password or address changed",
        ("revoked", Some("another_redeemed")) => "its link ended: another link was used",
        ("revoked", Some("not_me")) => "its link ended: the owner said it was not them",
        _ => return None,
    };
    Some((delivery.outcome_at.unwrap_or(delivery.minted_at), why.to_owned()))
}

fn happened(event: &Event) -> String {
    let detail = event.detail.as_deref().unwrap_or_default();
    match event.what {
        Happening::StoreAway => format!("could not be looked up: {detail}"),
        Happening::Scanned => format!("looked at by what seems to be a mail scanner (from {detail})"),
        Happening::Opened => format!("opened in a browser (from {detail})"),
        Happening::FormShown => "the form was opened".to_owned(),
        Happening::Checked => format!("its link was checked by an application's page (from {detail})"),
        Happening::DisownPageShown => format!("the page \"this was not me\" was opened (from {detail})"),
        Happening::Redeemed => "a new password was set".to_owned(),
        Happening::NotMe => "the owner said: this was not me".to_owned(),
        Happening::Unheard => format!("what a later release calls {detail:?}"),
    }
}

/// Why there was no mail, in the words of a support person.
fn ended(request: &Request) -> Option<&'static str> {
    let reason = request.reason?;
    if request.state == State::Mailed && reason != Reason::Unanswered {
        return None;
    }
    Some(match reason {
        Reason::Cooldown => "no mail: the account was asked for moments before, or served since",
        Reason::Hourly => "no mail: the account had its mails of the hour",
        Reason::Redeemed => "no mail: a new password was set meanwhile",
        Reason::NotMe => "no mail: the owner disowned the requests",
        Reason::NoAccount => "no mail: no account has this address",
        Reason::Ineligible => {
            "no mail: the account may not reset its password: it is not eligible, its address is not verified, or it has \
             no password of its own ([users] eligible, email_verified)"
        }
        Reason::Ambiguous => "no mail: several accounts have this address",
        Reason::FormatUnknown => "no mail: the account's stored password is in a format not known here",
        Reason::AddressUnusable => "no mail: the address on file is no email address",
        Reason::GaveUp => "no mail: given up, it could not be delivered in time ([reset] give_up_seconds)",
        Reason::Refused => "no mail: refused for good",
        Reason::Dropped => "no mail: dropped by `regain outbox drop`",
        Reason::Unanswered => "handed over twice without an answer; it may have arrived",
    })
}

fn as_json(request: &Request) -> serde_json::Value {
    let timeline: Vec<_> = lines(request)
        .into_iter()
        .map(|(at, what)| serde_json::json!({ "at": beside::moment(at), "what": what }))
        .collect();
    serde_json::json!({
        "request_id": request.id.to_string(),
        "message": request.message.as_str(),
        "about": request.about.map(|id| id.to_string()),
        "state": request.state.as_str(),
        "reason": request.reason.map(Reason::as_str),
        "origin": request.origin,
        "network": request.network,
        "identifier": request.identifier,
        "account": request.account,
        "mails": request.deliveries.iter().map(|delivery| serde_json::json!({
            "address": delivery.address,
            "outcome": delivery.outcome,
            "transport": delivery.transport,
            "reply": delivery.reply,
            "link": delivery.link_state,
        })).collect::<Vec<_>>(),
        "timeline": timeline,
    })
}
