//! What is counted, in words.

use super::lines::became;
use super::reasons;
use crate::ledger::Ended;
use regain_core::event::Happening;
use regain_core::request::State;

/// How requests ended.
#[must_use]
pub fn ended_in_words(ended: &Ended) -> &'static str {
    match (ended.state, ended.reason) {
        (_, Some(reason)) => reasons::of(reason),
        (State::Mailed, None) => "a mail went out",
        (_, None) => "without a reason",
    }
}

/// What attempts to mail came to.
#[must_use]
pub fn outcome_in_words(outcome: &str) -> &str {
    match outcome {
        "delivered" => "the next server took the mail",
        "retry" => "not now; it is tried again",
        "refused" => "refused for good",
        "unknown" => "handed over, and no answer came",
        other => other,
    }
}

/// What else happened; nothing of what has no words yet.
#[must_use]
pub fn happened_in_words(what: Happening) -> Option<&'static str> {
    Some(match what {
        Happening::StoreAway => "waited for the user store",
        Happening::PassedOver => "passed on to the next transport",
        Happening::Scanned => "looked at by what seems to be a mail scanner",
        Happening::Opened | Happening::FormShown => "opened in a browser",
        Happening::Checked => "link checked by an application's page",
        Happening::DisownPageShown => "\"this was not me\" opened",
        Happening::Redeemed => "a new password was set",
        Happening::NotMe => "\"this was not me\" said",
        Happening::Mail(fate) => became(fate),
        Happening::Unheard => return None,
    })
}
