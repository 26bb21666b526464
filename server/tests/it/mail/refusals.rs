//! What a relay refuses, when commands go out together and their replies come later.

use super::*;

#[tokio::test]
async fn a_refusal_does_not_spoil_the_connection() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    server.once(Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox"));
    assert_eq!(send(&transport, &parcel()).await, Outcome::Refused("550 5.1.1 no such mailbox".into()));
    assert!(matches!(send(&transport, &parcel_to("bob@example.com")).await, Outcome::Delivered(_)));
    assert_eq!(server.mails()[0].to, ["bob@example.com"]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_relay_that_wants_content_after_a_refusal_gets_none() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    server.once(Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox"));
    server.once(Phase::Data, Behaviour::Reply("354 go on"));
    assert_eq!(send(&transport, &parcel()).await, Outcome::Refused("550 5.1.1 no such mailbox".into()));
    assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
    assert_eq!((server.mails().len(), server.connections()), (1, 2));
}

#[tokio::test]
async fn a_status_beyond_255_is_told_as_it_came() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    for said in ["550 5.7.606 Access denied, banned sending IP", "550-5.7.509 Access denied,\r\n550 5.7.509 see DMARC"]
    {
        server.at(Phase::Rcpt, Behaviour::Reply(said));
        let outcome = send(&transport, &parcel()).await;
        let told = said.replace("550-", "550 ").replace("\r\n550 5.7.509", "");
        assert_eq!(outcome, Outcome::RetryAfter(told));
    }
}

#[tokio::test]
async fn of_several_refusals_the_first_counts() {
    let refused = |line: &str| Outcome::Refused(line.to_owned());
    let retried = |line: &str| Outcome::RetryAfter(line.to_owned());
    for one_by_one in [false, true] {
        let server = SmtpServer::start_with(Options { one_by_one, ..Options::default() }).await;
        let transport = transport(&server);
        for (first, second, expected) in [
            (
                (Phase::Mail, "550 5.7.1 not from you"),
                (Phase::Rcpt, "550 5.1.1 no such mailbox"),
                retried("the sender was not accepted: 550 5.7.1 not from you"),
            ),
            (
                (Phase::Rcpt, "450 4.2.0 greylisted"),
                (Phase::Data, "554 5.5.1 no valid recipients"),
                retried("450 4.2.0 greylisted"),
            ),
            (
                (Phase::Rcpt, "550 5.1.1 no such mailbox"),
                (Phase::Data, "451 4.5.0 later"),
                refused("550 5.1.1 no such mailbox"),
            ),
            (
                (Phase::Rcpt, "550 5.1.1 no such mailbox"),
                (Phase::Data, "354 go on"),
                refused("550 5.1.1 no such mailbox"),
            ),
        ] {
            server.behave();
            for (phase, line) in [first, second] {
                server.at(phase, Behaviour::Reply(line));
            }
            assert_eq!(send(&transport, &parcel()).await, expected, "{first:?}, {second:?}, one by one: {one_by_one}");
        }
        server.behave();
        assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
        assert_eq!(server.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_reply_too_many_is_not_taken_for_the_next_mail() {
    let server = SmtpServer::start().await;
    let transport = transport(&server);
    server.once(Phase::Dot, Behaviour::Reply("550 5.7.1 no\r\n250 2.1.0 a word\r\n250 2.1.5 too much"));
    assert_eq!(send(&transport, &parcel()).await, Outcome::Refused("550 5.7.1 no".into()));
    server.once(Phase::Rcpt, Behaviour::Reply("550 5.1.1 no such mailbox"));
    assert_eq!(send(&transport, &parcel()).await, Outcome::Refused("550 5.1.1 no such mailbox".into()));
    assert_eq!((server.mails().len(), server.connections()), (0, 2));
}
