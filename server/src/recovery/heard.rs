//! What is heard of a mail after it was handed over: noted in its request's timeline, and at its address.

use crate::app::App;
use crate::ledger::{Heard, LedgerFault, Noted};
use crate::mail::events::Event;
use futures_util::future::try_join_all;
use regain_core::request::Id;
use regain_core::time::Timestamp;

/// Notes what `transport` told. To be told again changes nothing.
///
/// # Errors
/// [`LedgerFault`]: some of it may be noted; whoever told shall tell again.
pub async fn heard(app: &App, transport: &'static str, events: Vec<Event>) -> Result<(), LedgerFault> {
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        // Together, so that they share a commit.
        try_join_all(events.by_ref().take(AT_ONCE_MAX).map(|event| note(app, transport, event))).await?;
    }
    Ok(())
}

async fn note(app: &App, transport: &'static str, event: Event) -> Result<(), LedgerFault> {
    let now = app.clock.now();
    let fate = event.fate;
    let heard = heard_of(event, transport, Id::new(now, app.entropy.as_ref()), now);
    match app.ledger.note_heard(heard).await? {
        Noted::New(request) => {
            app.metrics.heard.of((transport, fate)).count();
            tracing::info!(%request, transport, fate = fate.as_str(), "heard of a mail");
        }
        Noted::Before | Noted::Unknown => {}
    }
    Ok(())
}

/// An event as the ledger takes it. A time that has not come yet, or was before the mail, is one of a clock that is wrong.
#[must_use]
pub fn heard_of(event: Event, transport: &'static str, id: Id, now: Timestamp) -> Heard {
    let Event { delivery, fate, at, status, reply } = event;
    let at = at.unwrap_or(now).max(delivery.made_at()).min(now);
    Heard { id, delivery, fate, at, transport, status, reply }
}

/// Few enough that courier and redeeming keep their turn.
const AT_ONCE_MAX: usize = 32;
