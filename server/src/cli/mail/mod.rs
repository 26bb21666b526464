//! `regain mail preview|eject|test|bounce`.

mod bounce;
mod eject;
mod page;
mod preview;
mod test;

use super::Misused;
use crate::config::{Config, StoodIn};
use crate::i18n::Words;
use crate::mail::MailFault;
use crate::mail::compose::Composer;
use clap::Subcommand;
use regain_core::message::MessageKind;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Show every mail in every language in the browser, or write them to files.
    Preview(preview::PreviewArgs),
    /// Write the templates and the texts out for editing.
    Eject(eject::EjectArgs),
    /// Send a test mail, and say what the transport was answered.
    Test(test::TestArgs),
    /// Note what a mail that came back says; it is read from standard input, as an alias of the mail server pipes it.
    Bounce(bounce::BounceArgs),
}

pub(super) fn run(
    command: MailCommand,
    path: Option<&Path>,
    input: &mut dyn Read,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let load = || Config::load(path, std::env::vars_os());
    match command {
        MailCommand::Preview(args) => preview::run(&args, to_look_at(path)?, out),
        MailCommand::Eject(args) => eject::run(&args, out),
        MailCommand::Test(args) => test::run(&args, &load()?, out),
        MailCommand::Bounce(args) => bounce::run(&args, &load()?, input, out),
    }
}

/// Who only looks needs no accounts and no mail server; what is missing is as in the demo, and said.
fn to_look_at(path: Option<&Path>) -> anyhow::Result<Config> {
    let StoodIn { config, made_up } = Config::load_or_make_up(path, std::env::vars_os())?;
    if !made_up.is_empty() {
        let said = format!("Not configured, and as in the demo here: {}.", made_up.join(", "));
        writeln!(std::io::stderr(), "{said}")?;
    }
    Ok(config)
}

/// As the server would write mails if it started now.
fn composer(config: &Config) -> anyhow::Result<Composer> {
    let words = Arc::new(Words::with_own(config.locales_dir.as_deref()).map_err(crate::app::StartFault::from)?);
    Ok(crate::mail::composer(config, words).map_err(|fault| crate::app::StartFault::from(MailFault::from(fault)))?)
}

/// The language with this tag, as mails spell it.
fn language(composer: &Composer, tag: &str) -> Result<String, Misused> {
    let languages = composer.languages();
    let found = languages.iter().find(|language| language.tag().eq_ignore_ascii_case(tag));
    found.map(|language| language.tag().to_owned()).ok_or_else(|| {
        let tags: Vec<&str> = languages.iter().map(|language| language.tag()).collect();
        Misused(format!("{tag:?} is no language that mails are written in; these are: {}", tags.join(", ")))
    })
}

/// The mail of this kind.
fn kind(word: &str) -> Result<MessageKind, String> {
    MessageKind::parse(word).ok_or_else(|| {
        let words = MessageKind::ALL.map(MessageKind::as_str).join(", ");
        format!("there is no such mail; there are {words}")
    })
}
