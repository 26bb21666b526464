//! `regain mail test`: one mail, through the transports that the server would use.

use super::super::{Failed, Misused, beside};
use crate::ambient::{SystemClock, SystemEntropy};
use crate::config::Config;
use crate::i18n::Words;
use crate::mail::sample::Sample;
use crate::mail::{Mail, Sent};
use clap::Args;
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::message::{Message, MessageKind};
use regain_core::request::Id;
use std::io::Write;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(in crate::cli) struct TestArgs {
    /// Who gets it.
    address: String,
    /// Which mail, with sample data and links that open nothing: reset, password_changed, no_account or test.
    #[arg(long, default_value = "test", value_name = "MESSAGE", value_parser = super::kind)]
    message: MessageKind,
    /// In which language.
    #[arg(long, default_value = "en", value_name = "TAG")]
    language: String,
}

/// # Errors
/// [`Failed`], if no transport took it.
pub(super) fn run(args: &TestArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let to = EmailAddress::parse(&args.address).map_err(|refusal| Misused(format!("{:?}: {refusal}", args.address)))?;
    let words = Words::with_own(config.locales_dir.as_deref()).map_err(crate::app::StartFault::from)?;
    let mail = Mail::new(config, Arc::new(words), Arc::new(SystemClock)).map_err(crate::app::StartFault::from)?;
    let language = super::language(&mail.composer, &args.language)?;
    let now = beside::now();
    let message = Message { at: now, ..Sample::of(config).message(args.message, &language) };
    let parcel = mail.composer.compose(&message, &to, Id::new(now, &SystemEntropy))?;
    let Sent { outcome, transport, passed_over } = super::super::runtime()?.block_on(mail.send(&parcel));
    for (outcome, transport) in passed_over {
        writeln!(out, "{transport}: not now: {}", beside::one_line(outcome.reply()))?;
    }
    let to = beside::one_line(to.as_str());
    let said = match &outcome {
        Outcome::Delivered(reply) => format!("{transport}: the mail to {to} was taken: {}", beside::one_line(reply)),
        Outcome::Refused(reply) => format!("{transport}: the mail to {to} was refused: {}", beside::one_line(reply)),
        Outcome::RetryAfter(reason) => format!("{transport}: no mail went out: {}", beside::one_line(reason)),
        Outcome::Unknown(reason) => {
            format!("{transport}: nobody knows whether the mail to {to} went out: {}", beside::one_line(reason))
        }
    };
    writeln!(out, "{said}")?;
    if matches!(outcome, Outcome::Delivered(_)) { Ok(()) } else { Err(Failed.into()) }
}
