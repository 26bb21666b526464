//! `regain outbox list|retry|drop`.

use super::{Failed, Misused, beside};
use crate::config::Config;
use crate::ledger::{Ledger, Waiting};
use clap::Subcommand;
use regain_core::request::{Id, State};
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// Show what waits, oldest first.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Try waiting mails again at once.
    Retry {
        /// Their names, as `list` shows them.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// End waiting requests without a mail.
    Drop {
        /// Their names, as `list` shows them.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

/// More than anybody reads; the count says if there is more.
const LISTED_MAX: u32 = 10_000;

pub(super) fn run(command: OutboxCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    super::runtime()?.block_on(async {
        let ledger = beside::ledger(config).await?;
        match command {
            OutboxCommand::List { json } => list(&*ledger, json, out).await,
            OutboxCommand::Retry { ids } => {
                for id in parsed(&ids)? {
                    let done = ledger.retry(id, beside::now()).await?;
                    said(out, id, done, "is tried again at once")?;
                }
                Ok(())
            }
            OutboxCommand::Drop { ids } => {
                for id in parsed(&ids)? {
                    let done = ledger.drop_waiting(id, beside::now()).await?;
                    said(out, id, done, "is dropped")?;
                }
                Ok(())
            }
        }
    })
}

async fn list(ledger: &dyn Ledger, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let waiting = ledger.list_waiting(LISTED_MAX).await?;
    for row in &waiting {
        if json {
            writeln!(out, "{}", as_json(row))?;
        } else {
            writeln!(
                out,
                "{}  {}  {}  accepted {}, {}{}",
                row.id,
                row.message.as_str(),
                beside::one_line(&row.identifier),
                beside::moment(row.accepted_at),
                stands(row),
                row.last_reply.as_deref().map(|reply| format!(": {}", beside::one_line(reply))).unwrap_or_default(),
            )?;
        }
    }
    if !json {
        writeln!(out, "{} waiting", ledger.count_waiting().await?)?;
    }
    Ok(())
}

/// Of a row that is leased, `due_at` tells only when somebody else may take it.
fn stands(row: &Waiting) -> String {
    let failed = match row.attempts {
        0 => String::new(),
        1 => ", failed once".to_owned(),
        more => format!(", failed {more} times"),
    };
    match row.attempts {
        _ if row.is_leased => format!("on its way{failed}"),
        0 => format!("due {}, not tried yet", beside::moment(row.due_at)),
        _ => format!("due {}{failed}", beside::moment(row.due_at)),
    }
}

fn as_json(row: &Waiting) -> serde_json::Value {
    serde_json::json!({
        "request_id": row.id.to_string(),
        "message": row.message.as_str(),
        "identifier": row.identifier,
        "accepted_at": beside::moment(row.accepted_at),
        "due_at": beside::moment(row.due_at),
        "state": if row.is_leased { State::Leased } else { State::Accepted }.as_str(),
        "attempts": row.attempts,
        "last_reply": row.last_reply,
    })
}

fn parsed(ids: &[String]) -> anyhow::Result<Vec<Id>> {
    ids.iter()
        .map(|text| {
            Ok(Id::parse(text)
                .ok_or_else(|| Misused(format!("{text:?} is no id of a request; see `regain outbox list`")))?)
        })
        .collect()
}

fn said(out: &mut dyn Write, id: Id, done: bool, what: &str) -> anyhow::Result<()> {
    if done {
        writeln!(out, "{id} {what}")?;
        return Ok(());
    }
    writeln!(out, "{id} does not wait: it has ended, is being worked on or never was; see `regain explain {id}`")?;
    Err(Failed.into())
}
