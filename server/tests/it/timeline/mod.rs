//! "Why did no mail come?": what `regain explain` and the admin port tell of a request.

mod admin_api;
mod admin_page;
mod full_disk;
mod scanners;
mod stories;
mod template_error;

use crate::support::Server;
use regain::plain::moment;
use regain::timeline::tell;
use std::time::Duration;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";
const NOBODY: &str = "nobody@example.com";
/// The longest pause between two attempts: after it, each that failed is due, once.
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Lets time go by, and what is due be done.
async fn passes(server: &Server, span: Duration) {
    server.clock.advance(span);
    server.run_until_idle().await;
}

/// What `regain explain` tells of an address, with what differs from run to run blotted out, once it is seen to be what it
/// has to be: ids are those of the requests told of, and the next attempt comes within the longest pause.
async fn story(server: &Server, address: &str) -> String {
    let now = server.now();
    let mut text = String::new();
    for request in server.history_of(address).await {
        let mut told = tell(&request, now).as_text().replace(&request.id.to_string(), "[id]");
        if let Some(about) = request.about {
            told = told.replace(&about.to_string(), "[id of the request]");
        }
        if request.ended_at.is_none() {
            assert!(now <= request.due_at && now.until(request.due_at) <= PAUSE_MAX, "{told}");
            told = told.replace(&moment(request.due_at), "[within five minutes]");
        }
        text.push_str(&told);
    }
    let relay = server.inbox.url().replace("smtp://", "");
    without_numbers(&text.replace(&relay, "localhost:[port]"))
}

/// Mails that leave at the same time arrive in either order, and the relay numbers them so.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("queued as ");
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        assert!(rest.len() < part.len(), "{text}");
        told.push_str("queued as [number]");
        told.push_str(rest);
    }
    told
}

/// Grace asks in the midst of what happens to Ada, and has her mail at once.
async fn nobody_else_waits(server: &Server) {
    server.ask_for(GRACE).await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(GRACE).len(), 1);
}
