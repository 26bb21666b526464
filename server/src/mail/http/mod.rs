//! Providers that take mail over HTTPS: what they have in common.
//!
//! One file each says how its provider is asked and what its refusals mean. Here is the rest: one request for one mail,
//! no redirects, an answer that is read as far as it is worth reading, and never a guess whether the mail was taken.

mod answer;
mod letter;
mod mailgun;
mod postmark;
mod resend;
mod sendgrid;
mod ses;
mod signature;
mod watched;

use super::{Attempt, Parcel, SENDERS, Transport, remaining, reply_line};
use crate::config;
use answer::Answer;
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use regain_core::time::Clock;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;
use watched::Watched;

/// Hands mail to one provider.
pub struct HttpTransport {
    client: Client,
    base: Url,
    /// What must not come back in an answer that is kept.
    secret: SecretString,
    provider: Box<dyn Provider>,
}

/// The settings cannot work.
#[derive(Debug, Error)]
#[error("mail.{provider}: {cause}")]
pub struct HttpFault {
    provider: &'static str,
    cause: String,
}

/// One provider's API.
trait Provider: Send + Sync {
    /// Its section in the configuration.
    fn name(&self) -> &'static str;

    /// The request that hands `parcel` over.
    ///
    /// # Errors
    /// Why this provider will never take it.
    fn request(&self, parcel: &Parcel, base: &Url) -> Result<Request, String>;

    /// What the provider calls a mail that it took.
    fn id(&self, answer: &Answer) -> Option<String>;

    /// What a refusal (400 to 499, but not 408 and 429) means.
    fn judge(&self, answer: &Answer) -> Judgement;

    /// A request that needs the credentials and sends nothing.
    fn probe(&self, base: &Url) -> Request;

    /// What the answer to it says.
    ///
    /// # Errors
    /// A sentence for the operator.
    fn probed(&self, answer: &Answer) -> Result<String, String>;

    /// Whether the same request twice is one mail.
    fn may_repeat(&self) -> bool {
        false
    }
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    /// The provider will never send to this address.
    Refused,
    /// This mail is not taken now; it may be later, or by another transport.
    Later,
    /// Other mails fare the same until the operator does this.
    Mend(&'static str),
    /// The same request is being worked on.
    Underway,
}

/// A request, less the host that it goes to.
struct Request {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl HttpTransport {
    /// Amazon SES. Its signatures need the time.
    ///
    /// # Errors
    /// [`HttpFault`], as for the others.
    pub fn ses(settings: &config::Ses, clock: Arc<dyn Clock>) -> Result<Self, HttpFault> {
        let provider = ses::Ses::new(settings, clock);
        Self::new(Box::new(provider), settings.url.clone(), settings.secret_access_key.clone())
    }

    /// Postmark.
    ///
    /// # Errors
    /// [`HttpFault`].
    pub fn postmark(settings: &config::Postmark) -> Result<Self, HttpFault> {
        let provider = postmark::Postmark(settings.clone());
        Self::new(Box::new(provider), settings.url.clone(), settings.server_token.clone())
    }

    /// SendGrid.
    ///
    /// # Errors
    /// [`HttpFault`].
    pub fn sendgrid(settings: &config::Sendgrid) -> Result<Self, HttpFault> {
        let provider = sendgrid::Sendgrid(settings.clone());
        Self::new(Box::new(provider), settings.url.clone(), settings.api_key.clone())
    }

    /// Mailgun.
    ///
    /// # Errors
    /// [`HttpFault`].
    pub fn mailgun(settings: &config::Mailgun) -> Result<Self, HttpFault> {
        let provider = mailgun::Mailgun(settings.clone());
        Self::new(Box::new(provider), settings.url.clone(), settings.api_key.clone())
    }

    /// Resend.
    ///
    /// # Errors
    /// [`HttpFault`].
    pub fn resend(settings: &config::Resend) -> Result<Self, HttpFault> {
        let provider = resend::Resend(settings.clone());
        Self::new(Box::new(provider), settings.url.clone(), settings.api_key.clone())
    }

    fn new(provider: Box<dyn Provider>, base: Url, secret: SecretString) -> Result<Self, HttpFault> {
        let name = provider.name();
        let client = client(base.scheme() == "https").map_err(|cause| HttpFault { provider: name, cause })?;
        Ok(Self { client, base, secret, provider })
    }

    /// One request, and what its answer means.
    async fn hand_over(&self, parcel: &Parcel, deadline: Instant) -> Attempt {
        let request = match self.provider.request(parcel, &self.base) {
            Ok(request) => request,
            Err(reason) => return Outcome::Refused(reason).into(),
        };
        match self.ask(request, deadline).await {
            Ok(answer) => self.judged(&answer),
            Err(Unanswered { reason, sent: false }) => Attempt::down(Outcome::RetryAfter(reason)),
            Err(Unanswered { reason, sent: true }) => {
                Attempt::down(Outcome::Unknown(format!("{reason} after the whole mail was sent")))
            }
        }
    }

    async fn ask(&self, request: Request, deadline: Instant) -> Result<Answer, Unanswered> {
        let Request { method, path, headers, body } = request;
        let (body, sent) = Watched::body(body);
        let asked = self.client.request(method, url(&self.base, &path)).headers(headers).timeout(remaining(deadline));
        match asked.body(body).send().await {
            Ok(response) => Ok(Answer::read(response).await),
            Err(error) => {
                let reason = if error.is_timeout() { "no answer in time".to_owned() } else { innermost(&error) };
                let host = self.base.host_str().unwrap_or_default();
                let reason = reply_line(&format!("{host}: {reason}"));
                Err(Unanswered { reason, sent: sent.is_sent() && !error.is_connect() })
            }
        }
    }

    fn judged(&self, answer: &Answer) -> Attempt {
        let said = self.said(answer);
        let name = self.provider.name();
        match answer.status.as_u16() {
            200..300 if answer.is_readable() => {
                let id = self.provider.id(answer).map(|id| format!(" id={id}")).unwrap_or_default();
                Outcome::Delivered(format!("{said}{id}")).into()
            }
            200..300 => {
                Attempt::down(Outcome::Unknown(format!("{said}: not an answer of {name}'s; see mail.{name}.url")))
            }
            300..400 => {
                let advice = format!("{said}: redirects are not followed; see mail.{name}.url");
                Attempt::down(Outcome::RetryAfter(advice))
            }
            400..500 if !matches!(answer.status.as_u16(), 408 | 429) => match self.provider.judge(answer) {
                Judgement::Refused => Outcome::Refused(said).into(),
                Judgement::Later => Outcome::RetryAfter(said).into(),
                Judgement::Mend(advice) => Attempt::down(Outcome::RetryAfter(format!("{said}; {advice}"))),
                Judgement::Underway => Outcome::Unknown(said).into(),
            },
            _ => Attempt::down(Outcome::RetryAfter(said)),
        }
    }

    /// Status and words, as they may be kept and shown.
    fn said(&self, answer: &Answer) -> String {
        let words = reply_line(&answer.words().replace(self.secret.expose_secret(), "…"));
        let words: String = words.chars().take(WORDS_CHARS_MAX).collect();
        format!("{} {words}", answer.status.as_u16()).trim_end().to_owned()
    }
}

#[async_trait]
impl Transport for HttpTransport {
    fn name(&self) -> &'static str {
        self.provider.name()
    }

    async fn send(&self, parcel: &Parcel, deadline: Instant) -> Attempt {
        let first = self.hand_over(parcel, deadline).await;
        let is_unknown = matches!(first.outcome, Outcome::Unknown(_));
        if !is_unknown || !self.provider.may_repeat() || remaining(deadline) < REPEAT_MIN {
            return first;
        }
        // Whatever keeps the second from being taken says nothing of the first.
        let second = self.hand_over(parcel, deadline).await;
        if matches!(second.outcome, Outcome::Delivered(_)) { second } else { first }
    }

    /// Asks for something that needs the credentials.
    async fn probe(&self) -> Result<String, String> {
        let deadline = Instant::now() + PROBE_MAX;
        let answer =
            self.ask(self.provider.probe(&self.base), deadline).await.map_err(|unanswered| unanswered.reason)?;
        let name = self.provider.name();
        match answer.status.as_u16() {
            300..400 => Err(format!("{}: redirects are not followed; see mail.{name}.url", self.said(&answer))),
            500.. | 429 => Err(self.said(&answer)),
            _ => self.provider.probed(&answer).map_err(|advice| format!("{}; {advice}", self.said(&answer))),
        }
    }
}

/// No answer came.
struct Unanswered {
    reason: String,
    /// The whole request may have arrived.
    sent: bool,
}

/// `path` under `base`, which may have a path of its own.
fn url(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

/// HTTP/1.1, so that what happens to a connection happens to one mail.
fn client(https: bool) -> Result<Client, String> {
    let roots = crate::roots::native();
    if https && roots.is_empty() {
        return Err("no trusted certificates were found on this machine; install ca-certificates or set SSL_CERT_FILE"
            .to_owned());
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(https)
        .http1_only()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_MAX)
        .pool_idle_timeout(IDLE_MAX)
        .pool_max_idle_per_host(SENDERS)
        .user_agent(concat!("regain/", env!("CARGO_PKG_VERSION")));
    // Plain HTTP stays on this machine.
    let client = if https { client } else { client.no_proxy() };
    client.build().map_err(|error| innermost(&error))
}

/// A header that no log shows. The configuration takes no secret that does not fit one.
fn secret_header(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

/// By this name a provider's events tell which mail they are about.
const DELIVERY: &str = "regain-delivery";
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Of what a provider says; its name for the mail must fit behind it.
const WORDS_CHARS_MAX: usize = 240;
/// Leaves time for another transport.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Less than load balancers keep connections: to use one that is being closed makes an outcome unknown.
const IDLE_MAX: Duration = Duration::from_secs(15);
const REPEAT_MIN: Duration = Duration::from_secs(5);
const PROBE_MAX: Duration = Duration::from_secs(15);
