//! `regain mail preview`: every mail in every language, in the browser or in files.

use super::page::{self, View};
use crate::cli::{beside, serve};
use crate::config::Config;
use crate::mail::compose::Composer;
use crate::mail::sample::Sample;
use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use clap::Args;
use regain_core::email::EmailAddress;
use regain_core::message::MessageKind;
use regain_core::request::Id;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, Args)]
pub(in crate::cli) struct PreviewArgs {
    /// Where the page is served; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Write `<message>.<language>.html`, `.txt` and `.eml` into this directory instead, and end.
    #[arg(long, value_name = "DIR", conflicts_with = "listen")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &PreviewArgs, config: Config, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.out {
        Some(folder) => write_all(&config, folder, out),
        None => crate::cli::runtime()?.block_on(show(args.listen, config, out)),
    }
}

/// One mail as it would be sent, and what is in it.
struct Specimen {
    subject: String,
    text: String,
    html: String,
    whole: Vec<u8>,
}

fn specimen(config: &Config, composer: &Composer, kind: MessageKind, tag: &str) -> anyhow::Result<Specimen> {
    let message = Sample::of(config).message(kind, tag);
    let bodies = composer.bodies(&message)?;
    let to = EmailAddress::parse("ada@example.com")?;
    let whole = composer.compose(&message, &to, Id::new(message.at, &NoEntropy))?.content;
    Ok(Specimen { subject: bodies.subject, text: bodies.text, html: page::alone(&bodies.html, composer), whole })
}

/// The same mail has the same name each time.
struct NoEntropy;

impl regain_core::entropy::Entropy for NoEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn write_all(config: &Config, folder: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let composer = super::composer(config)?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut mails = 0;
    for kind in MessageKind::ALL {
        for language in composer.languages() {
            let Specimen { text, html, whole, .. } = specimen(config, &composer, kind, language.tag())?;
            for (ending, content) in [("html", html.as_bytes()), ("txt", text.as_bytes()), ("eml", &whole)] {
                let path = folder.join(format!("{}.{}.{ending}", kind.as_str(), language.tag()));
                fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))?;
            }
            mails += 1;
        }
    }
    Ok(writeln!(out, "{mails} mails are in {}", folder.display())?)
}

async fn show(address: SocketAddr, config: Config, out: &mut dyn Write) -> anyhow::Result<()> {
    // A template that cannot be used is told on the page, and may be mended there.
    let listener = serve::bind(address, "--listen")?;
    writeln!(out, "preview http://{}/", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(listener, router(config)).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

async fn interrupted() {
    // Without signals, whoever started it has other means.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn router(config: Config) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/mail.html", get(html))
        .route("/mail.eml", get(whole))
        .with_state(Arc::new(config))
}

type Configured = State<Arc<Config>>;

/// Templates and texts are read anew for each page, so that a change to them is a reload away.
fn looked_at(config: &Config, uri: &Uri) -> anyhow::Result<(Composer, View)> {
    let composer = super::composer(config)?;
    let view = View::read(uri.query().unwrap_or_default(), &composer);
    Ok((composer, view))
}

async fn index(State(config): Configured, uri: Uri) -> Response {
    let shown = looked_at(&config, &uri).and_then(|(composer, view)| {
        let Specimen { subject, text, whole, .. } = specimen(&config, &composer, view.kind, &view.language)?;
        page::index(&composer, &view, &subject, &text, &String::from_utf8_lossy(&whole))
    });
    match shown {
        Ok(shown) => secured(PAGE_POLICY, Html(shown).into_response()),
        Err(fault) => at_fault(&fault),
    }
}

async fn html(State(config): Configured, uri: Uri) -> Response {
    let shown = looked_at(&config, &uri).and_then(|(composer, view)| {
        Ok(page::in_frame(&specimen(&config, &composer, view.kind, &view.language)?.html, view.is_dark))
    });
    match shown {
        Ok(html) => secured(MAIL_POLICY, Html(html).into_response()),
        Err(fault) => at_fault(&fault),
    }
}

async fn whole(State(config): Configured, uri: Uri) -> Response {
    let shown = looked_at(&config, &uri)
        .and_then(|(composer, view)| Ok(specimen(&config, &composer, view.kind, &view.language)?.whole));
    let kind =
        [(header::CONTENT_TYPE, "message/rfc822"), (header::CONTENT_DISPOSITION, "attachment; filename=mail.eml")];
    match shown {
        Ok(mail) => secured(MAIL_POLICY, (kind, mail).into_response()),
        Err(fault) => at_fault(&fault),
    }
}

fn at_fault(fault: &anyhow::Error) -> Response {
    let fault: String = format!("{fault:#}").lines().map(|line| beside::one_line(line) + "\n").collect();
    let page = page::fault(&fault).unwrap_or(fault);
    secured(PAGE_POLICY, (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response())
}

fn secured(policy: &'static str, response: Response) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, response).into_response()
}

const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; \
                           form-action 'none'; frame-ancestors 'none'";
/// A mail runs nothing, fetches nothing, and its links lead nowhere: they want a window, and there are none.
const MAIL_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; \
                           frame-ancestors 'self'";

#[cfg(test)]
mod tests;
