//! What the courier makes of relays and user stores that fail: nothing is lost, nobody gets more than they should, and
//! the timeline says why.

use crate::support::Server;
use crate::support::process::{DEADLINE, Site, eventually};
use crate::support::server::NEW_PASSWORD;
use crate::support::smtp::{Behaviour, Options, Phase, SmtpServer};
use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use regain::courier::Courier;
use regain::finding::Finding;
use regain::ledger::Request;
use regain::mail::SENDERS;
use regain::users::{PasswordChange, StoreFault, UserStore, Written};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::request::{Reason, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const ADA: &str = "ada@example.com";
const NOBODY: &str = "nobody@example.com";
const TEMPORARY: Behaviour = Behaviour::Reply("451 4.3.0 try again later");
/// The longest pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_secs(300);

async fn passes(server: &Server, span: Duration) {
    server.clock.advance(span);
    server.run_until_idle().await;
}

async fn only_request(server: &Server) -> Request {
    let mut found = server.history_of(ADA).await;
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn ended(request: &Request) -> (State, Option<Reason>) {
    (request.state, request.reason)
}

#[tokio::test]
async fn a_temporary_failure_is_retried_ever_more_rarely_until_it_works() {
    let server = Server::start().await;
    server.inbox.at(Phase::Rcpt, TEMPORARY);
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let before = only_request(&server).await;
        let pause = before.deliveries.last().unwrap().outcome_at.unwrap().until(before.due_at);
        passes(&server, pause - Duration::from_millis(1)).await;
        assert_eq!(only_request(&server).await.deliveries.len(), before.deliveries.len(), "not before its time");
        passes(&server, Duration::from_millis(1)).await;
        assert_eq!(only_request(&server).await.deliveries.len(), before.deliveries.len() + 1);
        pauses.push(pause);
    }
    assert!(pauses[0] <= Duration::from_secs(5) && pauses[7] >= PAUSE_MAX / 2, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= PAUSE_MAX), "{pauses:?}");

    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.is_live(&server.last_token_for(ADA)).await);
    assert_eq!(ended(&only_request(&server).await), (State::Mailed, None));
}

#[tokio::test]
async fn a_permanent_refusal_ends_it_with_the_relays_own_words() {
    let server = Server::start().await;
    server.inbox.at(Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox here"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert!(server.inbox.mails().is_empty());
    let request = only_request(&server).await;
    assert_eq!(ended(&request), (State::Failed, Some(Reason::Refused)));
    let delivery = &request.deliveries[0];
    assert_eq!(request.deliveries.len(), 1);
    assert!(delivery.reply.as_deref().unwrap().contains("5.1.1 no such mailbox here"), "{delivery:?}");
    assert_eq!((delivery.outcome.as_deref(), delivery.link_state.as_str()), (Some("refused"), "revoked"));
}

#[tokio::test]
async fn what_was_mailed_is_told_with_the_relays_own_words() {
    let server = Server::start().await;
    server.token_for(ADA).await;
    let request = only_request(&server).await;
    assert_eq!(ended(&request), (State::Mailed, None));
    assert!(request.deliveries[0].reply.as_deref().unwrap().contains("queued as 1"));
    assert_eq!(request.deliveries[0].address, ADA);
}

#[tokio::test]
async fn an_unknown_outcome_makes_two_mails_at_most() {
    let server = Server::start().await;
    server.inbox.at(Phase::Dot, Behaviour::KeepAndDrop);
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    for _ in 0..5 {
        passes(&server, PAUSE_MAX).await;
    }
    assert_eq!(server.inbox.mails_to(ADA).len(), 2);
    assert_eq!(ended(&only_request(&server).await), (State::Mailed, Some(Reason::Unanswered)));
}

#[tokio::test]
async fn a_mail_whose_turn_comes_when_its_lease_is_about_to_lapse_is_sent_later_and_once() {
    let server = Server::start().await;
    server.ask_for(ADA).await;
    let mut courier = Courier::new(Arc::clone(server.app()));
    courier.tick().await.unwrap();
    // The mail is minted, and no sender has run yet: nothing else runs on this thread.
    server.clock.advance(Duration::from_secs(91));
    courier.run_until_idle().await.unwrap();
    assert!(server.inbox.mails().is_empty());
    passes(&server, Duration::from_secs(5)).await;
    passes(&server, PAUSE_MAX).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.is_live(&server.last_token_for(ADA)).await);
}

#[tokio::test]
async fn a_mail_in_flight_whose_lease_has_lapsed_is_not_sent_again_from_here() {
    let server = Server::start().await;
    server.inbox.once(Phase::Dot, Behaviour::Hang);
    server.ask_for(ADA).await;
    server.tick().await;
    eventually("a relay that hangs", DEADLINE, async || server.inbox.has_done_it().then_some(())).await;
    server.clock.advance(Duration::from_secs(121));
    server.tick().await;
    assert_eq!(only_request(&server).await.deliveries.len(), 1);
    // From here on nothing but time has to go by, until the relay is given up.
    tokio::time::pause();
    server.run_until_idle().await;
    tokio::time::resume();
    let [mail] = &only_request(&server).await.deliveries[..] else { panic!("sent again") };
    assert_eq!(mail.outcome.as_deref(), Some("unknown"));
    passes(&server, PAUSE_MAX).await;
    assert_eq!(ended(&only_request(&server).await), (State::Mailed, None));
}

/// The relay hangs up on whoever announces a mail ahead, so each that was is sent over a connection more.
#[tokio::test]
async fn a_mail_whose_lease_may_lapse_before_its_turn_is_not_announced_ahead() {
    for (seconds_leased, connections) in [(59, SENDERS + 1), (61, SENDERS)] {
        let hasty = Options { dislikes_haste: true, ..Options::default() };
        let relay = SmtpServer::start_with(hasty).await;
        let server = Server::with(&format!("[mail.smtp]\nurl = {:?}", relay.url())).await;
        for n in 0..=SENDERS {
            server.add_account(&format!("owner-{n}@example.com"));
            server.ask_for(&format!("owner-{n}@example.com")).await;
        }
        let mut courier = Courier::new(Arc::clone(server.app()));
        courier.tick().await.unwrap();
        // The mails are minted, and no sender has run yet: nothing else runs on this thread.
        server.clock.advance(Duration::from_secs(seconds_leased));
        courier.run_until_idle().await.unwrap();
        assert_eq!((relay.mails().len(), relay.connections()), (SENDERS + 1, connections), "{seconds_leased} s");
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_is_given_up_in_time() {
    let server = Server::with("[reset]\ngive_up_seconds = 3600").await;
    server.inbox.at(Phase::Connect, Behaviour::Drop);
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    for _ in 0..11 {
        passes(&server, PAUSE_MAX).await;
    }
    passes(&server, PAUSE_MAX - Duration::from_millis(1)).await;
    assert_eq!(only_request(&server).await.ended_at, None, "it is tried to the last");
    passes(&server, Duration::from_millis(1)).await;
    assert_eq!(ended(&only_request(&server).await), (State::Failed, Some(Reason::GaveUp)));
    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert!(server.inbox.mails().is_empty());
}

#[tokio::test]
async fn a_store_that_never_comes_back_does_not_keep_requests_for_ever() {
    let server = Server::with("[reset]\ngive_up_seconds = 3600").await;
    server.ask_for(ADA).await;
    server.store_goes_down();
    passes(&server, Duration::from_millis(3_599_999)).await;
    assert_eq!(only_request(&server).await.ended_at, None);
    passes(&server, Duration::from_secs(2)).await;
    assert_eq!(ended(&only_request(&server).await), (State::Failed, Some(Reason::GaveUp)));
}

#[tokio::test]
async fn requests_wait_for_a_store_that_is_down_and_nobody_outside_can_tell() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for down in [false, true] {
        if down {
            server.store_goes_down();
        }
        for address in ["grace@example.com", NOBODY] {
            let ask = serde_json::json!({ "email": address });
            let answer = server.post_json("/auth/password-reset/request", ask).await;
            answers.push((answer.status(), answer.bytes().await.unwrap()));
        }
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    assert!(server.inbox.mails().is_empty());
    assert_eq!(only_request(&server).await.ended_at, None);
    server.store_comes_back();
    passes(&server, Duration::from_secs(1)).await;
    assert_eq!((server.inbox.mails_to(ADA).len(), server.inbox.mails().len()), (1, 2));
}

/// Counts how often it is asked.
struct Counted {
    store: Arc<dyn UserStore>,
    finds: Arc<AtomicUsize>,
}

#[async_trait]
impl UserStore for Counted {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        self.finds.fetch_add(1, Ordering::SeqCst);
        self.store.find(addresses).await
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        self.store.load(id).await
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.store.set_password(change).await
    }

    async fn examine(&self) -> Vec<Finding> {
        self.store.examine().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_are_looked_up_at_once_and_each_leaves_one_row_known_or_not() {
    let finds = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&finds);
    let server = Server::with_store("", |store| Arc::new(Counted { store, finds: counter })).await;
    for n in 0..150 {
        server.add_account(&format!("known-{n}@example.com"));
        server.ask_for(&format!("known-{n}@example.com")).await;
        server.ask_for(&format!("unknown-{n}@example.com")).await;
    }
    assert_eq!(finds.load(Ordering::SeqCst), 0, "the door does not look anybody up");
    server.run_until_idle().await;
    assert_eq!(finds.load(Ordering::SeqCst), 1);
    assert_eq!(server.inbox.mails().len(), 150);
    let rows = "SELECT count(*) FROM (SELECT entry FROM deliveries GROUP BY entry HAVING count(*) = 1)";
    assert_eq!(server.ledger_says(rows), 300);
}

/// More than may be under way at once, twice over, and all due at the same moment: the user store was away.
#[tokio::test(flavor = "multi_thread")]
async fn however_many_wait_each_owner_gets_one_mail() {
    const OWNERS: usize = 1_700;
    let owners: Vec<String> = (0..OWNERS).map(|n| format!("owner-{n}@example.com")).collect();
    let site = Site::with_accounts(&owners.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut server = site.serve(&[]);
    site.run_sql("ALTER TABLE accounts RENAME TO away");
    stream::iter(&owners).for_each_concurrent(64, |owner| server.request(owner)).await;
    assert!(site.smtp.mails().is_empty());
    site.run_sql("ALTER TABLE away RENAME TO accounts");

    let all_mailed = async || (site.smtp.mails().len() >= OWNERS).then_some(());
    eventually("mail for every owner", DEADLINE, all_mailed).await;
    assert!(server.terminate().success());
    let mut mailed: Vec<String> = site.smtp.mails().into_iter().map(|mail| mail.to.concat()).collect();
    mailed.sort();
    mailed.dedup();
    assert_eq!((mailed.len(), site.smtp.mails().len()), (OWNERS, OWNERS), "to each, and one");
    let ledger = rusqlite::Connection::open(site.path().join("regain.db")).unwrap();
    let delivered = "SELECT count(DISTINCT entry) FROM deliveries WHERE outcome = 'delivered'";
    assert_eq!(ledger.query_row(delivered, (), |row| row.get(0)), Ok(OWNERS as i64));
}

#[tokio::test]
async fn a_full_queue_refuses_everybody_alike_until_there_is_room() {
    let server = Server::with("[limits]\nqueue_max = 2").await;
    server.ask_for(ADA).await;
    server.ask_for(NOBODY).await;
    let mut refusals = Vec::new();
    for address in ["grace@example.com", NOBODY, "disabled@example.com"] {
        let ask = serde_json::json!({ "email": address });
        let answer = server.post_json("/auth/password-reset/request", ask).await;
        assert_eq!(answer.status(), 503);
        let names: Vec<_> = answer.headers().keys().cloned().collect();
        refusals.push((names, answer.headers()["retry-after"].clone(), answer.bytes().await.unwrap()));
    }
    assert!(refusals.windows(2).all(|pair| pair[0] == pair[1]), "{refusals:?}");
    server.run_until_idle().await;
    passes(&server, Duration::from_secs(1)).await;
    server.ask_for("grace@example.com").await;
    assert_eq!(server.inbox.mails().len(), 1, "what was refused is not mailed");
}

#[tokio::test]
async fn the_notice_goes_out_while_others_wait_for_the_user_store() {
    let server = Server::start().await;
    let token = server.token_for("ada@example.com").await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.store_goes_down();
    server.ask_for("grace@example.com").await;
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to("ada@example.com").len(), 2, "the link, and the notice");
    assert!(server.inbox.mails_to("grace@example.com").is_empty());
    server.store_comes_back();
    server.clock.advance(Duration::from_secs(2));
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to("grace@example.com").len(), 1);
}
