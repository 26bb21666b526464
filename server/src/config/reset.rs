//! `[reset]`: links, codes and how often an account gets mail.

use super::key::{Key, keys};
use super::public::PublicUrl;
use super::settings::{Refusal, Settings, refusal};
use super::{url, value::Value};
use regain_core::limit::AccountLimit;
use regain_core::link::LinkTemplate;
use std::time::Duration;

/// `[reset]`
#[derive(Debug, Clone)]
pub struct Reset {
    /// How long a link lives.
    pub token_ttl: Duration,
    /// How long a code lives.
    pub code_ttl: Duration,
    /// Wrong codes before a code is dead.
    pub code_attempts_max: u32,
    /// How often an account gets mail.
    pub account_limit: AccountLimit,
    /// How long an undelivered mail is tried.
    pub give_up: Duration,
    /// The form of the link.
    pub link: LinkTemplate,
    /// Where "done" leads back to.
    pub done_url: Option<String>,
}

keys! {
    TOKEN_TTL_SECONDS = Key::number(
        "reset.token_ttl_seconds", "seconds", (1, 7 * 86_400),
        "How long a link lives. An hour outlasts a slow mail server and is gone before the mailbox is read by others; \
         more than a week is refused.",
    ).or("3600");
    CODE_TTL_SECONDS = Key::number(
        "reset.code_ttl_seconds", "seconds", (1, 3600),
        "How long a code lives, at most as long as the link. OWASP ASVS 5.0 (6.5.5) allows mailed codes ten minutes; \
         an hour is the most that is accepted, for slow mail.",
    ).or("600");
    CODE_ATTEMPTS_MAX = Key::number(
        "reset.code_attempts_max", "attempts", (1, 100),
        "Wrong codes before a code is dead. Five forgive a typing error and leave 40 random bits out of reach; NIST \
         SP 800-63B allows no more than a hundred.",
    ).or("5");
    COOLDOWN_SECONDS = Key::number(
        "reset.cooldown_seconds", "seconds", (0, 86_400),
        "An account asked for again within it gets no second mail; 0 turns it off. A minute stops the impatient \
         second click, not the honest second try.",
    ).or("60");
    MAILS_PER_HOUR_MAX = Key::number(
        "reset.mails_per_hour_max", "mails", (1, 1_000_000),
        "Most mails per account in an hour, from however many networks they were asked for. Five are more than a \
         person needs and too few to bury a mailbox.",
    ).or("5");
    GIVE_UP_SECONDS = Key::number(
        "reset.give_up_seconds", "seconds", (1, 7 * 86_400),
        "A mail undelivered for so long is ended, and the operator told. After a day nobody waits for it any more.",
    ).or("86400");
    LINK = Key::text(
        "reset.link",
        "The form of the link: `{public_url}` or an application page of one's own, with `{token}` exactly once. In \
         the fragment, because that part never reaches a server's log.",
    ).or("{public_url}/reset-password#{token}");
    DONE_URL = Key::url("reset.done_url", "Where the last page leads back to. Without it that page has no such link.");
}

/// Reads the section; the link needs the public URL.
pub(super) fn read(settings: &mut Settings, public_url: Option<&PublicUrl>) -> Option<Reset> {
    let token_ttl = settings.seconds(&TOKEN_TTL_SECONDS);
    let code_ttl = code_ttl(settings, token_ttl);
    let cooldown = settings.seconds(&COOLDOWN_SECONDS);
    let mails_per_hour_max = settings.number(&MAILS_PER_HOUR_MAX);
    let origin = public_url.map_or(ANY_ORIGIN, |public| &public.origin);
    let link = settings.parsed(&LINK, |text| link(text, origin));
    let done_url = settings.parsed(&DONE_URL, |text| url::web(text).map(String::from));
    Some(Reset {
        token_ttl: token_ttl?,
        code_ttl: code_ttl?,
        code_attempts_max: settings.number(&CODE_ATTEMPTS_MAX)?,
        account_limit: AccountLimit { cooldown: cooldown?, mails_per_hour_max: mails_per_hour_max? },
        give_up: settings.seconds(&GIVE_UP_SECONDS)?,
        link: link?,
        done_url,
    })
}

/// A code never outlives its link.
fn code_ttl(settings: &mut Settings, token_ttl: Option<Duration>) -> Option<Duration> {
    let code_ttl = settings.seconds(&CODE_TTL_SECONDS)?;
    match token_ttl.filter(|token_ttl| code_ttl > *token_ttl) {
        None => Some(code_ttl),
        Some(token_ttl) => {
            settings.derive(&CODE_TTL_SECONDS, Value::Number(token_ttl.as_secs()));
            Some(token_ttl)
        }
    }
}

/// Stands for a public URL that is wrong itself, so that the rest of the link is checked all the same.
const ANY_ORIGIN: &str = "https://public-url.invalid";

fn link(text: &str, origin: &str) -> Result<LinkTemplate, Refusal> {
    let accepted = "a URL with `{token}` exactly once, after the host, and `{public_url}` or an https origin before it";
    let link = LinkTemplate::parse(text, origin).map_err(|error| refusal(format!("will not do: {error}"), accepted))?;
    let whole = text.replace("{public_url}", origin).replace("{token}", "TOKEN");
    if whole.contains(['{', '}']) {
        return Err(refusal("holds a placeholder other than `{public_url}` and `{token}`", accepted));
    }
    url::web(&whole)?;
    let after_scheme = link.before_token().split_once("://").map_or("", |(_, rest)| rest);
    if !after_scheme.contains(['/', '?', '#']) {
        return Err(refusal("has `{token}` in its host", accepted));
    }
    Ok(link)
}
