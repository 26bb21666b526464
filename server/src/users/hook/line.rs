//! The line to a back end: a call goes there, signed, and again if no answer comes, until one does or time is up.

use super::call::{Call, Kind};
use crate::config;
use crate::roots;
use crate::standard_webhooks::{self, SigningKey};
use crate::users::StoreFault;
use regain_core::entropy::Entropy;
use regain_core::request::Id;
use regain_core::time::Clock;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use rustls::ClientConfig;
use secrecy::zeroize::Zeroizing;
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// One back end.
pub(super) struct Line {
    client: Client,
    url: Url,
    key: SigningKey,
    /// For one attempt.
    timeout: Duration,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What came back: JSON, and nothing else is known of it.
pub(super) struct Answer {
    pub(super) value: Value,
    /// An attempt before this one may have had its effect already, and its answer was lost.
    pub(super) after_doubt: bool,
}

/// No answer, or none that can be used.
#[derive(Debug)]
pub(super) struct NoAnswer {
    /// For the operator: what went wrong, and what to do about it. Nothing of any body.
    pub(super) words: String,
    /// The call may have had its effect.
    pub(super) may_have_worked: bool,
    /// The same call may fare better in a moment.
    is_passing: bool,
}

impl NoAnswer {
    pub(super) fn into_fault(self, kind: Kind) -> StoreFault {
        StoreFault { what: kind.fault(), cause: self.words }
    }
}

impl Line {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// Why there can be no client.
    pub(super) fn new(hook: &config::Hook, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, String> {
        let client = client(hook)?;
        Ok(Self { client, url: hook.url.clone(), key: hook.key.clone(), timeout: hook.timeout, clock, entropy })
    }

    /// A name for a call that nobody else has.
    pub(super) fn fresh_id(&self) -> Id {
        Id::new(self.clock.now(), self.entropy.as_ref())
    }

    /// Whether what is said can be overheard on its way.
    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Makes `call` until it is answered, [`PAUSES`] apart, but not beyond `deadline`.
    pub(super) async fn ask(&self, call: &Call, deadline: Instant) -> Result<Answer, NoAnswer> {
        let mut after_doubt = false;
        let mut pauses = PAUSES.into_iter();
        loop {
            let patience = self.timeout.min(deadline.saturating_duration_since(Instant::now()));
            let fault = match self.attempt(call, patience).await {
                Ok(value) => return Ok(Answer { value, after_doubt }),
                Err(fault) => fault,
            };
            after_doubt |= fault.may_have_worked;
            match pauses.next().filter(|pause| fault.is_passing && Instant::now() + *pause + ATTEMPT_MIN < deadline) {
                Some(pause) => sleep(pause).await,
                None => return Err(NoAnswer { may_have_worked: after_doubt, ..fault }),
            }
        }
    }

    /// The status of the answer to `call`, signed with `key` as if at `timestamp`, and made once.
    pub(super) async fn status_of(
        &self,
        call: &Call,
        key: &SigningKey,
        timestamp: i64,
    ) -> Result<StatusCode, NoAnswer> {
        let signature = key.sign(&call.id, timestamp, &call.body);
        self.send(call, timestamp, signature, self.timeout).await.map(|answer| answer.status())
    }

    /// What signs here.
    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A key that the back end cannot know.
    pub(super) fn unknown_key(&self) -> Option<SigningKey> {
        SigningKey::parse(&standard_webhooks::fresh_secret(self.entropy.as_ref()))
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_millis().div_euclid(1000)
    }

    /// Something in an answer is not as agreed; `wrong` says what, as a predicate.
    pub(super) fn not_as_agreed(&self, wrong: &str) -> NoAnswer {
        let words = format!("{}: its answer {wrong}; see docs/operate/hook.md", self.host());
        NoAnswer { words, may_have_worked: true, is_passing: false }
    }

    /// A call that may have had its effect.
    pub(super) fn in_doubt(&self, why: &str) -> NoAnswer {
        NoAnswer { words: format!("{}: {why}", self.host()), may_have_worked: true, is_passing: false }
    }

    async fn attempt(&self, call: &Call, patience: Duration) -> Result<Value, NoAnswer> {
        let (until, now) = (Instant::now() + patience, self.now());
        let signature = self.key.sign(&call.id, now, &call.body);
        let response = self.send(call, now, signature, patience).await?;
        if response.status() != StatusCode::OK {
            return Err(self.refused(response.status()));
        }
        let body = tokio::time::timeout_at(until, read(response));
        let body = body.await.unwrap_or_else(|_| Err(Unread::Broken)).map_err(|unread| match unread {
            Unread::Broken => NoAnswer { is_passing: true, ..self.in_doubt("its answer broke off") },
            Unread::TooLong => self.not_as_agreed(&format!("is longer than {ANSWER_BYTES_MAX} octets")),
        })?;
        serde_json::from_slice(&body).map_err(|_| self.not_as_agreed("is no JSON"))
    }

    async fn send(
        &self,
        call: &Call,
        timestamp: i64,
        signature: String,
        patience: Duration,
    ) -> Result<Response, NoAnswer> {
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", call.id.as_str())
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .timeout(patience)
            .body(call.body.clone());
        request.send().await.map_err(|error| {
            let was_connected = !error.is_connect();
            let words = if error.is_timeout() && was_connected {
                format!("no answer within {} s", patience.as_secs_f32().ceil())
            } else {
                innermost(error)
            };
            NoAnswer { words: format!("{}: {words}", self.host()), may_have_worked: was_connected, is_passing: true }
        })
    }

    /// What a status other than 200 means. Nobody knows how far a back end had come that answers 5xx.
    fn refused(&self, status: StatusCode) -> NoAnswer {
        let advice = match status.as_u16() {
            300..=399 => "redirects are not followed: name the place itself in users.url",
            401 | 403 => {
                "it does not accept the signature: is users.hook.secret the same there, and are both clocks right?"
            }
            404 | 405 => "nothing is there that takes the call: is users.url right?",
            413 => "the call is too large for it: let it take 128 KiB",
            500.. => "its own log says why",
            _ => "200 is the one answer that is agreed; see docs/operate/hook.md",
        };
        let code = status.as_u16();
        NoAnswer {
            words: format!("{} answers {code}; {advice}", self.host()),
            may_have_worked: code >= 500 || status.is_success(),
            is_passing: code >= 500 || matches!(code, 408 | 425 | 429),
        }
    }

    /// As it may stand in a log: the path may be nobody's business.
    pub(super) fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }
}

/// Why there is no whole body.
enum Unread {
    Broken,
    TooLong,
}

async fn read(mut response: Response) -> Result<Zeroizing<Vec<u8>>, Unread> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|_| Unread::Broken)? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Private addresses are allowed, other than for webhooks: the back end is the operator's own, and nobody else decides
/// where the calls go, since redirects are not followed. No proxy is asked: passwords are in them. HTTP/1.1, so that what
/// happens to a connection happens to one call.
fn client(hook: &config::Hook) -> Result<Client, String> {
    let is_encrypted = hook.url.scheme() == "https";
    let believed = match &hook.ca_file {
        Some(path) => {
            roots::in_file(path).map_err(|fault| format!("users.hook.ca_file {}: {fault}", path.display()))?
        }
        None => roots::native(),
    };
    if is_encrypted && believed.is_empty() {
        return Err("no trusted certificates were found on this machine; install ca-certificates or set \
                    users.hook.ca_file"
            .to_owned());
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(believed)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(is_encrypted)
        .http1_only()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT_MAX)
        .pool_idle_timeout(IDLE_MAX)
        .user_agent(concat!("regain/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(innermost)
}

/// What went wrong at the bottom of it. Never where: a URL may hold credentials.
pub(super) fn innermost(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut innermost: &dyn Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Between attempts: a restart of a back end takes longer, a connection that was just closed does not.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];
/// With less time left than this, another attempt is not worth it.
const ATTEMPT_MIN: Duration = Duration::from_millis(500);
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Less than servers keep connections, so that few are found closed.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// Some 20,000 accounts; a back end that has more of them for one batch of addresses has something else in mind.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
