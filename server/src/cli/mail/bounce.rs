//! `regain mail bounce`.

use crate::ambient::SystemEntropy;
use crate::cli::{Failed, Misused, beside};
use crate::config::Config;
use crate::ledger::Noted;
use crate::mail::events::read_bounce_mail;
use crate::recovery::heard::heard_of;
use clap::Args;
use regain_core::email::EmailAddress;
use regain_core::request::Id;
use std::io::{Read, Write};

#[derive(Debug, Args)]
pub(in crate::cli) struct BounceArgs {
    /// In place of a mail: an address, whose mark "came back for good" is taken away.
    #[arg(long, value_name = "ADDRESS")]
    forget: Option<String>,
}

pub(super) fn run(args: &BounceArgs, config: &Config, input: &mut dyn Read, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.forget {
        Some(address) => forget(address, config, out),
        None => note(config, input, out),
    }
}

fn forget(address: &str, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let parsed = EmailAddress::parse(address).map_err(|refusal| Misused(format!("{address:?}: {refusal}")))?;
    let digest = beside::keys(config)?.address_digest(&parsed.folded());
    let forgotten = crate::cli::runtime()?
        .block_on(async { anyhow::Ok(beside::ledger(config).await?.forget_bounce(digest).await?) })?;
    let address = beside::one_line(address);
    if !forgotten {
        writeln!(out, "{address} is not marked: no mail to it came back for good lately.")?;
        return Err(Failed.into());
    }
    writeln!(out, "{address} is not marked any more.")?;
    Ok(())
}

/// What is no report, or about no mail of ours, is said and no failure: whatever else is sent to that address is piped
/// here, too, and a mail server would send it back.
fn note(config: &Config, input: &mut dyn Read, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut message = Vec::new();
    input.take(MESSAGE_OCTETS_MAX).read_to_end(&mut message)?;
    let events = match read_bounce_mail(&message) {
        Ok(events) => events,
        Err(fault) => {
            writeln!(out, "Nothing is noted: {fault}.")?;
            return Ok(());
        }
    };
    crate::cli::runtime()?.block_on(async {
        let ledger = beside::ledger(config).await?;
        if config.notify.webhook.is_some() {
            ledger.tell_operator();
        }
        for event in events {
            let (now, fate, delivery) = (beside::now(), event.fate, event.delivery);
            let heard = heard_of(event, THROUGH, Id::new(now, &SystemEntropy), now);
            match ledger.note_heard(heard).await? {
                Noted::New(request) => writeln!(out, "Noted for {request}: {}", fate.as_str())?,
                Noted::Before => writeln!(out, "It was noted before.")?,
                Noted::Unknown => writeln!(out, "Nothing is noted: there is no mail {delivery}, any more.")?,
            }
        }
        Ok(())
    })
}

/// Only mail that went by SMTP comes back by mail.
const THROUGH: &str = "smtp";
/// Reports quote the mail that they are about; ours are small.
const MESSAGE_OCTETS_MAX: u64 = 4 * 1024 * 1024;
