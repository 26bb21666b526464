use super::*;
use crate::ledger::Event;
use regain_core::request::Id;

const HOUR_MILLIS: i64 = 3_600_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

fn request() -> Request {
    Request {
        id: Id::from_bytes([7; 16]),
        message: MessageKind::Reset,
        about: None,
        origin: "page".into(),
        network: Some("192.0.2.1".into()),
        locales: "en".into(),
        identifier: "ada@example.com".into(),
        account: None,
        accepted_at: at(0),
        due_at: at(0),
        state: State::Accepted,
        reason: None,
        ended_at: None,
        deliveries: vec![],
        events: vec![],
    }
}

fn mail(millis: i64, outcome: &str, reply: &str) -> Delivery {
    Delivery {
        id: Id::from_bytes([8; 16]),
        address: "ada@on-file.example".into(),
        minted_at: at(millis),
        expires_at: at(millis + HOUR_MILLIS),
        link_state: "live".into(),
        link_reason: None,
        code_expires_at: Some(at(millis + 600_000)),
        codes_in_vain: 0,
        outcome: Some(outcome.into()),
        outcome_at: Some(at(millis)),
        transport: Some("smtp".into()),
        reply: Some(reply.into()),
    }
}

fn mailed() -> Request {
    Request {
        state: State::Mailed,
        ended_at: Some(at(1000)),
        deliveries: vec![mail(1000, "delivered", "250 ok")],
        ..request()
    }
}

fn event(what: Happening, millis: i64, network: &str, times: u64) -> Event {
    Event { at: at(millis), what, detail: Some(network.into()), times, last_at: at(millis + 1000) }
}

fn lines(request: &Request) -> Vec<String> {
    tell(request, at(60_000)).lines.into_iter().map(|line| line.what).collect()
}

#[test]
fn a_scanner_is_told_from_a_browser_and_from_a_scanner_in_a_browser() {
    let events = vec![
        event(Happening::Scanned, 2000, "203.0.113.5", 3),
        event(Happening::Opened, 3000, "203.0.113.6", 1),
        event(Happening::Opened, 4000, "192.0.2.1", 2),
        event(Happening::Opened, 400_000, "198.51.100.1", 1),
        event(Happening::Scanned, 5000, crate::ledger::ELSEWHERE, 9),
    ];
    assert_eq!(
        lines(&Request { events, ..mailed() })[3..],
        [
            "looked at by what seems to be a mail scanner (from 203.0.113.5, 3 times, the last time at 2027-01-15T08:00:03Z)",
            "opened in a browser (from 203.0.113.6, once; seconds after the mail, and not from where it was asked for: \
             perhaps a mail scanner that runs a browser)",
            "opened in a browser (from 192.0.2.1, twice, the last time at 2027-01-15T08:00:05Z)",
            "looked at by what seems to be a mail scanner (from yet other networks, 9 times, the last time at \
             2027-01-15T08:00:06Z)",
            "opened in a browser (from 198.51.100.1, once)",
        ]
    );
}

#[test]
fn many_attempts_that_came_to_the_same_are_told_in_two_lines() {
    let mut deliveries: Vec<_> = (1..=40).map(|n| mail(n * 1000, "retry", "451 later")).collect();
    deliveries.push(mail(41_000, "retry", "452 full"));
    deliveries.push(mail(42_000, "delivered", "250 ok"));
    assert_eq!(
        lines(&Request { state: State::Mailed, ended_at: Some(at(42_000)), deliveries, ..request() })[1..],
        [
            "found the account; writing to ada@on-file.example",
            "not mailed yet, smtp says: 451 later",
            "the same answer, 39 times more",
            "not mailed yet, smtp says: 452 full",
            "mailed by smtp: 250 ok",
        ]
    );
}

#[test]
fn what_one_transport_said_stands_before_what_the_next_one_did() {
    let events = vec![event(Happening::PassedOver, 1000, "postmark says: 503 Try again", 2)];
    assert_eq!(
        lines(&Request { events, ..mailed() })[1..],
        [
            "found the account; writing to ada@on-file.example",
            "passed on to the next transport (twice, the last time at 2027-01-15T08:00:02Z), postmark says: 503 Try again",
            "mailed by smtp: 250 ok",
        ]
    );
}

#[test]
fn the_answer_says_where_it_stands() {
    let waits = |deliveries| Request { due_at: at(90_000), deliveries, ..request() };
    for (request, answer) in [
        (request(), "nobody has looked the account up"),
        (Request { accepted_at: at(59_000), ..request() }, "asked for a moment ago"),
        (
            Request { events: vec![event(Happening::StoreAway, 1, "the user store is locked", 1)], ..request() },
            "No mail yet: the user store is locked. It is asked again every second.",
        ),
        (
            waits(vec![mail(0, "retry", "451 later"), mail(1, "retry", "451 later")]),
            "No mail yet: smtp did not take it, twice so far. It is tried again at 2027-01-15T08:01:30Z. smtp says: 451 later",
        ),
        (waits(vec![mail(0, "unknown", "timed out")]), "It is sent once more at 2027-01-15T08:01:30Z."),
        (
            mailed(),
            "Nobody opened it in a browser yet; its link works until 2027-01-15T09:00:01Z, its code until 2027-01-15T08:10:01Z.",
        ),
        (
            Request {
                deliveries: vec![Delivery { codes_in_vain: 5, ..mail(1000, "delivered", "250 ok") }],
                ..mailed()
            },
            ". A code was typed in vain 5 times; after [reset] code_attempts_max times its code is dead, its link is not.",
        ),
        (
            Request {
                deliveries: vec![Delivery { transport: Some("file".into()), ..mail(1000, "delivered", "") }],
                ..mailed()
            },
            "A mail to ada@on-file.example was written to a file at 2027-01-15T08:00:01Z, from which nothing sends it.",
        ),
        (
            Request { events: vec![event(Happening::Redeemed, 5000, "", 1)], ..mailed() },
            "It was used: a new password was set at 2027-01-15T08:00:05Z.",
        ),
        (
            Request { state: State::Failed, reason: Some(Reason::NoAccount), ended_at: Some(at(1)), ..request() },
            "No mail: no account has this address",
        ),
    ] {
        let told = tell(&request, at(60_000)).answer;
        assert!(told.contains(answer), "{told}");
    }
    let without_code = tell(&mailed(), at(700_000)).answer;
    assert!(
        without_code.ends_with("until 2027-01-15T09:00:01Z, its code worked until 2027-01-15T08:10:01Z."),
        "{without_code}"
    );
    let late = tell(&mailed(), at(2 * HOUR_MILLIS)).answer;
    assert!(late.ends_with("its link ran out at 2027-01-15T09:00:01Z."), "{late}");
}

#[test]
fn a_mail_that_cannot_be_put_into_words_says_which_template_is_to_blame() {
    let reply =
        "the mail could not be composed: the mail \"reset/body.html\" cannot be composed: undefined value in line 3";
    let refused = Delivery { transport: Some("none".into()), ..mail(1000, "refused", reply) };
    let request = Request {
        state: State::Failed,
        reason: Some(Reason::Refused),
        ended_at: Some(at(1000)),
        deliveries: vec![refused],
        ..request()
    };
    assert_eq!(tell(&request, at(60_000)).answer, format!("No mail: refused for good. Nothing was tried: {reply}"));
    assert_eq!(lines(&request)[2], format!("cannot be mailed: {reply}"));
}

#[test]
fn what_came_from_outside_stays_on_its_line() {
    let hostile = "x\u{1b}[2J\n2027-01-15T08:00:00Z  a new password was set\u{202e}";
    let request = Request {
        identifier: hostile.into(),
        network: Some(hostile.into()),
        origin: hostile.into(),
        deliveries: vec![Delivery { address: hostile.into(), ..mail(0, "retry", hostile) }],
        events: vec![event(Happening::Unheard, 1, hostile, 1), event(Happening::StoreAway, 2, hostile, 1)],
        ..request()
    };
    let text = tell(&request, at(60_000)).as_text();
    assert_eq!(text.lines().count(), 2 + tell(&request, at(60_000)).lines.len());
    assert!(!text.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
}

#[test]
fn what_stands_in_place_of_an_account_is_not_told() {
    let account = format!("{STAND_IN}00ff");
    let json = as_json(&Request { account: Some(account), ..mailed() }, at(0)).to_string();
    assert!(!json.contains("00ff") && json.contains("found no account; telling so to"), "{json}");
}

#[test]
fn what_to_look_at_is_said_where_nothing_is_known() {
    let text = nothing_known("ada@example.com\u{1b}", Duration::from_secs(30 * 86_400)).join("\n");
    for words in ["ada@example.com\\u{1b}", "30 days", "regain_refused_total"] {
        assert!(text.contains(words), "{text}");
    }
}
