//! Several transports: which is tried, and which rests.

use super::vendors::{ALL, KEY};
use super::*;
use crate::support::server::HandClock;
use crate::support::vendor::{Behaviour, Reply, Vendor};
use regain::mail::{Mail, Sent};

/// Two providers in this order, and the time.
struct Two {
    mail: Mail,
    clock: Arc<HandClock>,
    vendors: [Vendor; 2],
}

impl Two {
    async fn start() -> Self {
        let clock = HandClock::new();
        let [(first, _), (second, _)] = [vendors::start(ALL[1]).await, vendors::start(ALL[2]).await];
        let transports: Vec<Arc<dyn Transport>> =
            vec![Arc::new(ALL[1].transport(&first.url(), KEY)), Arc::new(ALL[2].transport(&second.url(), KEY))];
        let mail = Mail::from_parts(composer(), transports, Arc::clone(&clock) as _);
        Self { mail, clock, vendors: [first, second] }
    }

    /// Sends a mail, and says by whom.
    async fn sent_by(&self) -> &'static str {
        self.mail.send(&composed("ada@example.com")).await.transport
    }

    /// How often each was asked.
    fn asked(&self) -> [usize; 2] {
        [self.vendors[0].asked().len(), self.vendors[1].asked().len()]
    }

    fn up(&self) -> Vec<bool> {
        self.mail.standings().map(|(_, up)| up).collect()
    }
}

fn out_of_order() -> Behaviour {
    Behaviour::Answer(Reply::json(503, ""))
}

#[tokio::test]
async fn a_transport_that_is_down_costs_three_mails_a_try_and_is_tried_again_after_its_rest() {
    let two = Two::start().await;
    two.vendors[0].does(out_of_order());
    for _ in 0..10 {
        assert_eq!(two.sent_by().await, "sendgrid");
    }
    assert_eq!((two.asked(), two.up()), ([3, 10], vec![false, true]));
    two.clock.advance(Duration::from_secs(5));
    assert_eq!((two.sent_by().await, two.sent_by().await), ("sendgrid", "sendgrid"));
    assert_eq!(two.asked(), [4, 12], "one of them tried");
    two.vendors[0].behaves();
    two.clock.advance(Duration::from_secs(9));
    assert_eq!(two.sent_by().await, "sendgrid", "the second rest is twice as long");
    two.clock.advance(Duration::from_secs(1));
    assert_eq!((two.sent_by().await, two.sent_by().await), ("postmark", "postmark"));
    assert_eq!(two.up(), [true, true]);
}

#[tokio::test]
async fn with_everything_down_each_mail_is_still_tried() {
    let two = Two::start().await;
    for vendor in &two.vendors {
        vendor.does(out_of_order());
    }
    for _ in 0..10 {
        let Sent { outcome, .. } = two.mail.send(&composed("ada@example.com")).await;
        assert!(is_retry(&outcome), "{outcome:?}");
    }
    let [first, second] = two.asked();
    assert_eq!((first + second, two.up()), (3 + 3 + 7, vec![false, false]));
    two.vendors[0].behaves();
    assert_eq!(two.sent_by().await, "postmark", "it is noticed at once");
    assert_eq!(two.up(), [true, false]);
}

#[tokio::test]
async fn addresses_that_are_refused_let_nothing_rest() {
    let two = Two::start().await;
    two.vendors[0].does(Behaviour::Answer(ALL[1].refusal()));
    for _ in 0..10 {
        let Sent { outcome, transport: by, .. } = two.mail.send(&composed("ada@example.com")).await;
        assert!(matches!(outcome, Outcome::Refused(_)) && by == "postmark", "{outcome:?}");
    }
    assert_eq!((two.asked(), two.up()), ([10, 0], vec![true, true]));
}

#[tokio::test]
async fn a_mail_that_may_have_gone_is_not_given_to_the_next() {
    let two = Two::start().await;
    two.vendors[0].does(Behaviour::CloseAfter);
    for _ in 0..3 {
        let Sent { outcome, transport: by, .. } = two.mail.send(&composed("ada@example.com")).await;
        assert!(matches!(outcome, Outcome::Unknown(_)) && by == "postmark", "{outcome:?}");
    }
    assert_eq!((two.asked(), two.sent_by().await), ([3, 0], "sendgrid"), "the fourth mail need not find out anew");
}
