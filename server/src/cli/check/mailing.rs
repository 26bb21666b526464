//! Whether mail can leave.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::cli::{Misused, beside};
use crate::config::Config;
use crate::finding::Finding;
use crate::i18n::Words;
use crate::mail::Mail;
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::message::{Body, Message};
use regain_core::request::Id;
use std::sync::Arc;

const SUBJECT: &str = "mail";

/// The address of `--send`.
pub(super) fn recipient(text: &str) -> Result<EmailAddress, Misused> {
    EmailAddress::parse(text).map_err(|refusal| Misused(format!("--send {text:?}: {refusal}")))
}

/// Each transport in its order, and a mail if one is asked for.
pub(super) async fn findings(config: &Config, words: Arc<Words>, to: Option<EmailAddress>) -> Vec<Finding> {
    let mail = match Mail::new(config, words, Arc::new(SystemClock)) {
        Ok(mail) => mail,
        Err(fault) => return vec![Finding::fails(SUBJECT, briefly(&fault.to_string()))],
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (transport, probed) in mail.probe().await {
        findings.push(match probed {
            Ok(text) => Finding::holds(SUBJECT, text),
            Err(reason) => Finding::fails(SUBJECT, format!("{transport}: {reason}; see {}", key_of(transport))),
        });
    }
    if let Some(to) = to {
        findings.push(send(&mail, &to).await);
    }
    findings
}

/// What says in the configuration where mails go.
fn key_of(transport: &str) -> String {
    let last = match transport {
        "smtp" => ".url",
        "sendmail" => ".command",
        "file" => ".directory",
        _ => "",
    };
    format!("mail.{transport}{last}")
}

/// What is wrong and where; `regain mail preview` shows the line itself.
fn briefly(fault: &str) -> String {
    fault.lines().take(2).map(str::trim).collect::<Vec<_>>().join(" ")
}

async fn send(mail: &Mail, to: &EmailAddress) -> Finding {
    let now = beside::now();
    let message = Message { body: Body::Test, name: None, locales: Vec::new(), at: now, asker: None };
    let parcel = match mail.composer.compose(&message, to, Id::new(now, &SystemEntropy)) {
        Ok(parcel) => parcel,
        Err(fault) => return Finding::fails(SUBJECT, fault.to_string()),
    };
    let to = to.as_str();
    match mail.send(&parcel).await.outcome {
        Outcome::Delivered(reply) => Finding::holds(SUBJECT, format!("a test mail to {to} was taken: {reply}")),
        Outcome::Refused(reply) => Finding::fails(SUBJECT, format!("a test mail to {to} was refused: {reply}")),
        Outcome::RetryAfter(reason) => Finding::fails(SUBJECT, format!("no test mail went out: {reason}")),
        Outcome::Unknown(reason) => {
            Finding::fails(SUBJECT, format!("nobody knows whether the test mail to {to} went out: {reason}"))
        }
    }
}
