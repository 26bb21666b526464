//! The stories of trouble. Each shows that nothing acknowledged is lost, that nobody else's mail waits, and that the
//! timeline tells it as it was.

use super::{ADA, GRACE, NOBODY, PAUSE_MAX, nobody_else_waits, passes, story};
use crate::support::Server;
use crate::support::process::{DEADLINE, eventually};
use crate::support::server::NEW_PASSWORD;
use crate::support::smtp::{Behaviour, Phase};
use std::time::Duration;

#[tokio::test]
async fn a_transport_is_down_for_ten_minutes() {
    let server = Server::start().await;
    server.inbox.at(Phase::Connect, Behaviour::Reply("421 4.3.2 closing for maintenance"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    server.ask_for(GRACE).await;
    passes(&server, PAUSE_MAX).await;
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (accepted)
      No mail yet: smtp did not take it, twice so far. It is tried again at [within five minutes]. smtp says: localhost:[port]: the relay does not greet: 421 4.3.2 closing for maintenance
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  not mailed yet, smtp says: localhost:[port]: the relay does not greet: 421 4.3.2 closing for maintenance
      2027-01-15T08:05:00Z  the same answer, once more
      [within five minutes]  is worked on next
    "#);
    passes(&server, PAUSE_MAX).await;
    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert_eq!((server.inbox.mails_to(ADA).len(), server.inbox.mails_to(GRACE).len()), (1, 1));
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:15:00Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:15:00Z, its code until 2027-01-15T08:25:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  not mailed yet, smtp says: localhost:[port]: the relay does not greet: 421 4.3.2 closing for maintenance
      2027-01-15T08:10:00Z  the same answer, twice more
      2027-01-15T08:15:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn a_transport_is_down_and_another_takes_its_mails() {
    let server = Server::with("[mail]\norder = [\"smtp\", \"file\"]\n[mail.file]\ndirectory = \"mails\"").await;
    server.inbox.at(Phase::Connect, Behaviour::Reply("421 4.3.2 closing for maintenance"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    let told = story(&server, ADA).await;
    let (told, file) = told.trim_end().rsplit_once("written to ").unwrap();
    assert!(std::fs::read_to_string(file).unwrap().contains("To: <ada@example.com>"), "{file}");
    insta::assert_snapshot!(told, @r#"
    request [id] (mailed)
      A mail to ada@example.com was written to a file at 2027-01-15T08:00:00Z, from which nothing sends it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:00:00Z, its code until 2027-01-15T08:10:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  passed on to the next transport, smtp says: localhost:[port]: the relay does not greet: 421 4.3.2 closing for maintenance
      2027-01-15T08:00:00Z  mailed by file:
    "#);
}

#[tokio::test]
async fn a_relay_hangs_after_the_mail_was_handed_over() {
    let server = Server::start().await;
    server.inbox.once(Phase::Dot, Behaviour::Hang);
    server.ask_for(ADA).await;
    {
        let working = server.run_until_idle();
        tokio::pin!(working);
        let hangs = eventually("a relay that hangs", DEADLINE, async || server.inbox.has_done_it().then_some(()));
        tokio::select! {
            () = hangs => {}
            () = &mut working => panic!("the relay hangs, and nobody waits for it"),
        }
        // From here on nothing but time has to go by.
        tokio::time::pause();
        working.await;
        tokio::time::resume();
    }
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (accepted)
      It may have been mailed: smtp never answered. It is sent once more at [within five minutes].
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  handed to smtp, whose answer never came: no reply in time after the whole mail was sent
      [within five minutes]  is worked on next
    "#);
    nobody_else_waits(&server).await;
    passes(&server, Duration::from_secs(5)).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.is_live(&server.last_token_for(ADA)).await);
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:00:05Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:00:05Z, its code until 2027-01-15T08:10:05Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  handed to smtp, whose answer never came: no reply in time after the whole mail was sent
      2027-01-15T08:00:05Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn a_relay_says_not_now_for_an_hour() {
    let server = Server::start().await;
    server.inbox.at_address(ADA, Behaviour::Reply("451 4.7.1 try again later"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    for _ in 0..12 {
        passes(&server, PAUSE_MAX).await;
    }
    nobody_else_waits(&server).await;
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (accepted)
      No mail yet: smtp did not take it, 13 times so far. It is tried again at [within five minutes]. smtp says: 451 4.7.1 try again later
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  not mailed yet, smtp says: 451 4.7.1 try again later
      2027-01-15T09:00:00Z  the same answer, 12 times more
      [within five minutes]  is worked on next
    "#);
    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T09:05:00Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T10:05:00Z, its code until 2027-01-15T09:15:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  not mailed yet, smtp says: 451 4.7.1 try again later
      2027-01-15T09:00:00Z  the same answer, 12 times more
      2027-01-15T09:05:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn a_relay_refuses_for_good() {
    let server = Server::start().await;
    server.inbox.at_address(ADA, Behaviour::Reply("550 5.1.1 no such mailbox here"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    nobody_else_waits(&server).await;
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (failed)
      No mail: refused for good. smtp says: 550 5.1.1 no such mailbox here
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  refused for good, smtp says: 550 5.1.1 no such mailbox here
      2027-01-15T08:00:00Z  no mail: refused for good
    "#);
}

#[tokio::test]
async fn a_relay_greylists() {
    let server = Server::start().await;
    server.inbox.at_address(ADA, Behaviour::Reply("450 4.2.0 greylisted, come back in five minutes"));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    nobody_else_waits(&server).await;
    server.inbox.behave();
    passes(&server, PAUSE_MAX).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:05:00Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:05:00Z, its code until 2027-01-15T08:15:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  not mailed yet, smtp says: 450 4.2.0 greylisted, come back in five minutes
      2027-01-15T08:05:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn the_user_store_is_away() {
    let server = Server::start().await;
    let token = server.token_for(GRACE).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.store_goes_down();
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    passes(&server, Duration::from_secs(60)).await;
    assert_eq!(server.inbox.mails_to(GRACE).len(), 2, "the notice needs no look-up");
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (accepted)
      No mail yet: the user store has not got the configured table: no table "accounts"; set users.table to one of: accounts_away, sessions. It is asked again every second.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  could not be looked up: the user store has not got the configured table: no table "accounts"; set users.table to one of: accounts_away, sessions
      [within five minutes]  is worked on next
    "#);
    server.store_comes_back();
    passes(&server, Duration::from_secs(60)).await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:02:00Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:02:00Z, its code until 2027-01-15T08:12:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  could not be looked up: the user store has not got the configured table: no table "accounts"; set users.table to one of: accounts_away, sessions
      2027-01-15T08:02:00Z  found the account; writing to ada@example.com
      2027-01-15T08:02:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn all_goes_well_and_the_sessions_end() {
    let server = Server::start().await;
    let token = server.token_for(ADA).await;
    server.clock.advance(Duration::from_secs(60));
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    server.run_until_idle().await;
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:00:00Z: smtp took responsibility for it. It was used: a new password was set at 2027-01-15T08:01:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  mailed by smtp: 250 2.0.0 queued as [number]
      2027-01-15T08:01:00Z  a new password was set; its sessions were ended by DELETE FROM sessions WHERE account_id = :id (1 row)
    notice [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:01:00Z: smtp took responsibility for it.
      2027-01-15T08:01:00Z  queued for ada@example.com after request [id of the request]
      2027-01-15T08:01:00Z  writing to ada@example.com
      2027-01-15T08:01:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    "#);
}

#[tokio::test]
async fn nobody_has_the_address_or_asked_twice_or_was_dropped() {
    let server = Server::start().await;
    server.ask_for(NOBODY).await;
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    server.clock.advance(Duration::from_secs(10));
    server.ask_for(ADA).await;
    server.run_until_idle().await;
    server.ask_for(GRACE).await;
    let waits = server.history_of(GRACE).await[0].id;
    assert!(server.app().ledger.drop_waiting(waits, server.now()).await.unwrap());
    insta::assert_snapshot!(story(&server, NOBODY).await, @r#"
    request [id] (failed)
      No mail: no account has this address, letter by letter but for ASCII case.
      2027-01-15T08:00:00Z  asked for nobody@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  no mail: no account has this address, letter by letter but for ASCII case
    "#);
    insta::assert_snapshot!(story(&server, ADA).await, @r#"
    request [id] (mailed)
      A mail to ada@example.com was handed over at 2027-01-15T08:00:00Z: smtp took responsibility for it. Nobody opened it in a browser yet; its link works until 2027-01-15T09:00:00Z, its code until 2027-01-15T08:10:00Z.
      2027-01-15T08:00:00Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:00Z  found the account; writing to ada@example.com
      2027-01-15T08:00:00Z  mailed by smtp: 250 2.0.0 queued as [number]
    request [id] (suppressed)
      No mail: the account was asked for moments before, or served since ([reset] cooldown_seconds). The request before it tells what became of its mail.
      2027-01-15T08:00:10Z  asked for ada@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:10Z  no mail: the account was asked for moments before, or served since ([reset] cooldown_seconds)
    "#);
    insta::assert_snapshot!(story(&server, GRACE).await, @r#"
    request [id] (failed)
      No mail: dropped by `regain outbox drop`.
      2027-01-15T08:00:10Z  asked for grace@example.com through Chaser's API from 127.0.0.1
      2027-01-15T08:00:10Z  no mail: dropped by `regain outbox drop`
    "#);
}
