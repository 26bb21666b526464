//! Every series, in words.

use super::Metrics;
use super::exposition::{Page, Unit};
use crate::app::App;
use regain_core::request::Reason;
use std::time::Duration;

pub use super::exposition::CONTENT_TYPE;

/// The page as it is now. `docs/operate/metrics.md` says what each series is good for.
#[must_use]
pub fn page(app: &App) -> String {
    let mut page = Page::default();
    about_the_process(&mut page, &app.metrics);
    about_answers(&mut page, &app.metrics);
    about_abuse(&mut page, &app.metrics);
    about_requests(&mut page, app);
    about_mails(&mut page, app);
    about_webhooks(&mut page, &app.metrics);
    about_redeemings(&mut page, app);
    about_the_ledger(&mut page, &app.metrics);
    about_the_user_store(&mut page, &app.metrics);
    page.into_text()
}

fn about_the_process(page: &mut Page, metrics: &Metrics) {
    let version = env!("CARGO_PKG_VERSION");
    page.gauge("regain_build_info", "Always 1; which version this is.").is(&[("version", version)], 1);
    let started_at = metrics.started_at.as_millis();
    page.gauge("regain_start_time_seconds", "When the server was started, in seconds since 1970.")
        .is(&[], format_args!("{}.{:03}", started_at / 1000, started_at % 1000));
    let mut open = page.gauge("regain_connections_open", "Connections open.");
    for (role, connections) in metrics.connections.iter() {
        open.is(&[("port", role.as_str())], connections.open.value());
    }
    let mut cut = page.counter("regain_connections_cut_total", "Connections closed on whoever made them, by cause.");
    for (role, connections) in metrics.connections.iter() {
        for (cause, counter) in connections.cut.iter() {
            cut.is(&[("port", role.as_str()), ("cause", cause.as_str())], counter.value());
        }
    }
    let mut certificates = page.counter("regain_certificate_changes_total", "Changed TLS files, taken or refused.");
    for (outcome, counter) in metrics.certificates.iter() {
        certificates.is(&[("outcome", outcome)], counter.value());
    }
}

fn about_answers(page: &mut Page, metrics: &Metrics) {
    let mut total = page.counter("regain_answers_total", "Calls answered, by path and class of status.");
    for (path, answers) in metrics.answers.iter() {
        for (class, counter) in answers.by_class.iter() {
            total.is(&[("path", path), ("status", class)], counter.value());
        }
    }
    let mut duration = page.histogram("regain_answer_duration_seconds", "From a call's header to its answer.");
    for (path, answers) in metrics.answers.iter() {
        duration.shows(&[("path", path)], &answers.duration, Unit::Microseconds);
    }
}

fn about_abuse(page: &mut Page, metrics: &Metrics) {
    page.gauge("regain_siege", "1 while the whole server is under siege.").is(&[], metrics.siege.value());
    page.gauge("regain_networks_limited", "Client networks that have no call left.")
        .is(&[], metrics.networks_limited.value());
    let mut guesses = page.counter("regain_guesses_total", "Links, codes and API tokens that opened nothing.");
    for (what, counter) in metrics.guesses.iter() {
        guesses.is(&[("what", what.as_str())], counter.value());
    }
}

fn about_requests(page: &mut Page, app: &App) {
    let metrics = &app.metrics;
    let mut accepted =
        page.counter("regain_requests_accepted_total", "Requests made durable, by the door they came in.");
    for (origin, counter) in metrics.accepted.iter() {
        accepted.is(&[("origin", origin.as_str())], counter.value());
    }
    let mut refused = page.counter("regain_refused_total", "Calls turned away, by cause.");
    for (cause, counter) in metrics.refused.iter() {
        refused.is(&[("cause", cause.as_str())], counter.value());
    }
    page.gauge("regain_queue_waiting", "Requests and notices that have not ended.").is(&[], app.ledger.waiting());
    page.gauge("regain_queue_max", "Beyond so many waiting, requests are refused.")
        .is(&[], app.config.limits.queue_max);
    page.gauge("regain_queue_in_flight", "Those of them that this server works on.").is(&[], metrics.in_flight.value());
    let oldest = app.ledger.oldest_waiting().map_or(Duration::ZERO, |oldest| app.clock.now().since(oldest));
    page.gauge("regain_queue_oldest_seconds", "How long the oldest of them has waited; 0 if none waits.")
        .is(&[], oldest.as_secs_f64());
    let mut ended =
        page.counter("regain_requests_ended_total", "Requests and notices that this server ended, and why.");
    for ((state, reason), counter) in metrics.ended.iter() {
        ended.is(&[("state", state.as_str()), ("reason", reason.map_or("", Reason::as_str))], counter.value());
    }
}

fn about_mails(page: &mut Page, app: &App) {
    let metrics = &app.metrics;
    let mut mails = page.counter("regain_mails_total", "Attempts to hand a mail over, by transport and outcome.");
    for ((transport, outcome), counter) in metrics.mails.iter() {
        mails.is(&[("transport", transport), ("outcome", outcome)], counter.value());
    }
    let mut up =
        page.gauge("regain_transport_up", "0 while a transport rests because it failed several times in a row.");
    for (transport, is_up) in app.mail.standings() {
        up.is(&[("transport", transport)], u8::from(is_up));
    }
    let mut heard =
        page.counter("regain_mails_heard_total", "What was heard of mails after they were handed over, by who told.");
    for ((transport, fate), counter) in metrics.heard.iter() {
        heard.is(&[("transport", transport), ("fate", fate.as_str())], counter.value());
    }
    let mut refused = page.counter("regain_mail_events_refused_total", "Calls that a provider of mail did not sign.");
    for (provider, counter) in metrics.events_refused.iter() {
        refused.is(&[("provider", provider)], counter.value());
    }
    page.histogram("regain_courier_tick_duration_seconds", "One turn of the courier.").shows(
        &[],
        &metrics.ticks,
        Unit::Microseconds,
    );
}

fn about_webhooks(page: &mut Page, metrics: &Metrics) {
    page.gauge("regain_webhooks_waiting", "Webhooks that were not taken yet.")
        .is(&[], metrics.webhooks_waiting.value());
    let mut posted = page.counter("regain_webhooks_total", "Attempts to post a webhook, by outcome.");
    for (outcome, counter) in metrics.webhooks.iter() {
        posted.is(&[("outcome", outcome)], counter.value());
    }
}

fn about_redeemings(page: &mut Page, app: &App) {
    let mut redeemings = page.counter("regain_redeemings_total", "Attempts to set a password, by outcome.");
    for (outcome, counter) in app.metrics.redeemings.iter() {
        redeemings.is(&[("outcome", outcome)], counter.value());
    }
    let load = app.hashing.load();
    page.gauge("regain_hashing_busy", "Threads that hash a password.").is(&[], load.busy);
    page.gauge("regain_hashing_waiting", "Passwords that wait for such a thread.").is(&[], load.waiting);
}

fn about_the_ledger(page: &mut Page, metrics: &Metrics) {
    let commits = &metrics.commits;
    page.histogram("regain_ledger_commit_duration_seconds", "One commit of the ledger, with the writes in it.").shows(
        &[],
        &commits.duration,
        Unit::Microseconds,
    );
    page.histogram("regain_ledger_commit_writes", "Writes that shared one commit.").shows(
        &[],
        &commits.writes,
        Unit::Pieces,
    );
    page.counter("regain_ledger_commit_faults_total", "Commits that failed and were rolled back.")
        .is(&[], commits.failed.value());
}

fn about_the_user_store(page: &mut Page, metrics: &Metrics) {
    let mut duration = page.histogram("regain_user_store_duration_seconds", "Calls of the user store, by kind.");
    for (call, calls) in metrics.store.iter() {
        duration.shows(&[("call", call)], &calls.duration, Unit::Microseconds);
    }
    let mut faults = page.counter("regain_user_store_faults_total", "Calls of the user store that failed, by kind.");
    for (call, calls) in metrics.store.iter() {
        faults.is(&[("call", call)], calls.faults.value());
    }
}
