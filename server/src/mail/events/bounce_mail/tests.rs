use super::*;
use proptest::prelude::*;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// As Postfix writes it.
const POSTFIX: &str = "Return-Path: <>
Date: Fri, 15 Jan 2027 08:00:05 +0000 (UTC)
From: MAILER-DAEMON@relay.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: no-reply@example.com
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary=\"B0C9A1F.1800000005/relay.example.com\"

This is a MIME-encapsulated message.

--B0C9A1F.1800000005/relay.example.com
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

--B0C9A1F.1800000005/relay.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.com
Original-Envelope-Id: ENVELOPE
X-Postfix-Queue-ID: B0C9A1F
X-Postfix-Sender: rfc822; no-reply@example.com
Arrival-Date: Fri, 15 Jan 2027 08:00:01 +0000 (UTC)

Final-Recipient: rfc822; nobody@example.net
Original-Recipient: rfc822;nobody@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.net>: Recipient address
    rejected: User unknown in virtual mailbox table

--B0C9A1F.1800000005/relay.example.com
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Example <no-reply@example.com>
To: nobody@example.net
Message-ID: <MESSAGE@accounts.example.com>
Subject: Reset your password

--B0C9A1F.1800000005/relay.example.com--
";

fn report(envelope: &str, message: &str) -> String {
    POSTFIX.replace("ENVELOPE", envelope).replace("MESSAGE", message).replace('\n', "\r\n")
}

#[test]
fn a_report_of_postfix_is_read_by_the_name_of_its_envelope_or_of_its_message() {
    for (envelope, message) in [(ID, "x"), ("x", ID)] {
        let heard = read_bounce_mail(report(envelope, message).as_bytes()).unwrap();
        let [event] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(event.delivery.to_string(), ID);
        assert_eq!((event.fate, event.status.as_deref()), (Fate::HardBounce, Some("5.1.1")));
        assert_eq!(event.at, Some(Timestamp::from_millis(1_800_000_005_000)));
        assert_eq!(
            event.reply,
            "550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown in virtual mailbox table"
        );
    }
}

#[test]
fn a_mail_that_came_back_whole_names_itself() {
    let whole = report("x", ID).replace("text/rfc822-headers", "message/rfc822");
    assert_eq!(read_bounce_mail(whole.as_bytes()).unwrap()[0].delivery.to_string(), ID);
}

#[test]
fn each_action_has_its_fate() {
    let fate = |from: &str, to: &str| {
        read_bounce_mail(report(ID, "x").replace(from, to).as_bytes()).unwrap().first().map(|event| event.fate)
    };
    assert_eq!(fate("Action: failed", "Action: Delayed"), Some(Fate::Delayed));
    assert_eq!(fate("Action: failed", "action: delivered"), Some(Fate::Arrived));
    assert_eq!(fate("Action: failed", "Action: relayed"), None);
    assert_eq!(fate("Status: 5.1.1", "Status: 5.2.2"), Some(Fate::SoftBounce));
    assert_eq!(fate("Status: 5.1.1", "Status: ?"), Some(Fate::HardBounce), "by the server's words");
}

#[test]
fn what_is_no_report_or_none_of_ours_is_said_to_be_so() {
    let read = |message: &str| read_bounce_mail(message.as_bytes());
    assert_eq!(read(""), Err(BounceMailFault::NoReport));
    assert_eq!(read("Subject: I am away\r\n\r\nUntil Monday."), Err(BounceMailFault::NoReport));
    assert_eq!(read(&report("x", "y")), Err(BounceMailFault::NotOurs));
}

proptest! {
    #[test]
    fn whatever_comes_back_is_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read_bounce_mail(&octets);
    }

    #[test]
    fn a_mangled_report_is_read_or_refused_and_what_is_kept_is_bounded(
        cuts in proptest::collection::vec((0.0..1.0f64, 0usize..40, "[ -~\r\n\t;:=<>é]{0,30}"), 1..8)
    ) {
        let mut mangled = report(ID, ID);
        for (at, octets, put) in cuts {
            let from = mangled.floor_char_boundary((mangled.len() as f64 * at) as usize);
            let to = mangled.floor_char_boundary((from + octets).min(mangled.len())).max(from);
            mangled.replace_range(from..to, &put);
        }
        for event in read_bounce_mail(mangled.as_bytes()).unwrap_or_default() {
            prop_assert!(!event.reply.contains(char::is_control) && event.reply.chars().count() <= 520);
            prop_assert!(event.status.is_none_or(|status| status.len() <= 9));
        }
    }
}
