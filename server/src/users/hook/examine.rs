//! Looks a back end over: whether it answers, whether it answers as agreed, and above all whether it answers only us.

use super::answers;
use super::call::{Call, Find, Kind};
use super::line::{Answer, Line, NoAnswer};
use crate::finding::Finding;
use reqwest::StatusCode;
use std::time::Duration;
use tokio::time::Instant;

/// A line for each thing that was tried. Nothing is changed: only accounts are asked for, of an address that nobody has.
pub(super) async fn findings(line: &Line) -> Vec<Finding> {
    let call = Call::new(Kind::Find, line.fresh_id(), &Find::Addresses(vec![NOBODY]));
    let answered = line.ask(&call, Instant::now() + PATIENCE).await;
    let found = answered.and_then(|Answer { value, .. }| {
        answers::accounts(&value).map(|found| found.len()).map_err(|wrong| line.not_as_agreed(&wrong))
    });
    let mut findings = match found {
        Ok(count) => vec![reached(line), empty(count)],
        Err(NoAnswer { words, .. }) => return vec![Finding::fails(STORE, format!("the hook cannot be used: {words}"))],
    };
    if let Some(unknown) = line.unknown_key() {
        findings.push(unsigned(line.status_of(&call, &unknown, line.now()).await));
    }
    findings.push(stale(line.status_of(&call, line.key(), line.now() - STALE_SECONDS).await));
    findings
}

fn reached(line: &Line) -> Finding {
    let how = if line.is_encrypted() { "over TLS, with a certificate that is believed" } else { "on this machine" };
    Finding::holds(STORE, format!("the hook at {} answers {how}, and accepts the signature", line.host()))
}

fn empty(count: usize) -> Finding {
    match count {
        0 => Finding::holds(
            STORE,
            "the hook answers accounts.find as agreed: nobody has an address that nobody can have",
        ),
        _ => Finding::advice(
            STORE,
            format!(
                "the hook answers with {count} accounts when asked for an address that nobody can have; what was not asked \
                 for is passed over, and costs time"
            ),
        ),
    }
}

fn unsigned(answered: Result<StatusCode, NoAnswer>) -> Finding {
    match answered {
        Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
            Finding::holds(STORE, "the hook refuses a call that is not signed with the secret")
        }
        Ok(status) if status.is_success() => Finding::fails(
            STORE,
            "the hook answers a call that was signed with another secret: anybody who finds it can set any password. Have \
             it check webhook-signature before anything else, and answer 401; see docs/operate/hook.md",
        ),
        Ok(status) => Finding::advice(
            STORE,
            format!(
                "the hook answers {} to a call that was signed with another secret; 401 is agreed",
                status.as_u16()
            ),
        ),
        Err(NoAnswer { words, .. }) => {
            Finding::advice(STORE, format!("a call that was signed with another secret got no answer: {words}"))
        }
    }
}

fn stale(answered: Result<StatusCode, NoAnswer>) -> Finding {
    match answered {
        Ok(status) if status.is_success() => Finding::advice(
            STORE,
            "the hook answers a call that was signed an hour ago, so one that was overheard could be repeated for ever; \
             have it refuse a webhook-timestamp that is more than five minutes off",
        ),
        Ok(_) => Finding::holds(STORE, "the hook refuses a call that was signed an hour ago"),
        Err(NoAnswer { words, .. }) => {
            Finding::advice(STORE, format!("a call that was signed an hour ago got no answer: {words}"))
        }
    }
}

const STORE: &str = "user store";
/// A domain that there never is (RFC 2606 §2).
const NOBODY: &str = "nobody@regain-check.invalid";
/// Beyond the tolerance of any receiver.
const STALE_SECONDS: i64 = 3_600;
const PATIENCE: Duration = Duration::from_secs(10);
