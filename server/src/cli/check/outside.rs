//! How the world gets here: the public address, and what stands before it.

use crate::config::Config;
use crate::finding::Finding;
use crate::notify::{Poster, SystemLookup};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use std::sync::Arc;
use std::time::Duration;

const ADDRESS: &str = "public URL";
const PROXIES: &str = "proxies";
const WEBHOOKS: &str = "webhooks";

/// Whether Regain answers at its public address. Before the first start nobody does, so that is advice and no more.
pub(super) async fn public_url(config: &Config) -> Finding {
    let origin = &config.public_url.origin;
    let asked = format!("{origin}/.well-known/change-password");
    let client = match Client::builder().redirect(Policy::none()).timeout(PATIENCE).no_proxy().build() {
        Ok(client) => client,
        Err(error) => return Finding::fails(ADDRESS, error.to_string()),
    };
    match client.get(&asked).send().await {
        Ok(answer) if answer.status() == StatusCode::FOUND && leads_here(&answer) => {
            Finding::holds(ADDRESS, format!("a Regain answers at {origin}"))
        }
        Ok(answer) => Finding::advice(
            ADDRESS,
            format!("somebody else answers at {asked} ({}); have the proxy pass Regain's paths on", answer.status()),
        ),
        Err(error) => {
            let cause = innermost(&error);
            Finding::advice(
                ADDRESS,
                format!("nobody answers at {origin} ({cause}); all is well if it is not started yet"),
            )
        }
    }
}

fn leads_here(answer: &reqwest::Response) -> bool {
    let location = answer.headers().get(reqwest::header::LOCATION);
    location.and_then(|to| to.to_str().ok()).is_some_and(|to| to.ends_with("/forgot-password"))
}

fn innermost(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

/// Behind a proxy that is not trusted everybody is one network, and shares its limit.
pub(super) fn proxies(config: &Config) -> Finding {
    let trusted = config.server.trusted_proxies.len();
    let behind_a_proxy = config.public_url.https && config.server.tls.is_none();
    match (trusted, behind_a_proxy) {
        (0, true) => Finding::advice(
            PROXIES,
            "public_url is https and Regain does no TLS, so a proxy stands before it; name that in \
             server.trusted_proxies, or everybody shares one network's limit",
        ),
        (0, false) => Finding::holds(PROXIES, "none is trusted; X-Forwarded-For is ignored"),
        (trusted, _) => Finding::holds(PROXIES, format!("X-Forwarded-For is believed from {trusted} of them")),
    }
}

/// Whether somebody answers where webhooks are posted to, if they are. Nothing is posted. Nobody's reset waits for it.
pub(super) async fn webhooks(config: &Config) -> Option<Finding> {
    let target = config.notify.webhook.as_ref()?;
    let poster = match Poster::new(target, crate::roots::native(), Arc::new(SystemLookup)) {
        Ok(poster) => poster,
        Err(fault) => return Some(Finding::fails(WEBHOOKS, fault.to_string())),
    };
    Some(match poster.probe().await {
        Ok(status) => Finding::holds(WEBHOOKS, format!("the receiver is there, and answers HEAD with {status}")),
        Err(cause) => Finding::advice(
            WEBHOOKS,
            format!("the receiver at notify.webhook_url cannot be reached ({cause}); webhooks wait"),
        ),
    })
}

/// For connecting, TLS and the answer.
const PATIENCE: Duration = Duration::from_secs(10);
