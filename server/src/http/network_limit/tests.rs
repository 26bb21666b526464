use super::*;
use crate::http::test_app::HandClock;
use std::net::Ipv4Addr;

fn limit(per_minute: u32) -> (NetworkLimit, Arc<HandClock>) {
    let clock = Arc::new(HandClock::default());
    (NetworkLimit::new(per_minute, clock.clone()), clock)
}

/// How many there are.
fn buckets(limit: &NetworkLimit) -> usize {
    limit.own_v4.limiter.len() + limit.own_v6.limiter.len()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_network_has_its_calls_and_then_waits() {
    let (limit, clock) = limit(10);
    for used in 1..=10 {
        let level = limit.count(ip("192.0.2.1"));
        assert_eq!((level.remaining, level.retry_after), (10 - used, None));
        assert_eq!(level.reset, Duration::from_secs(6) * used);
    }
    let wait = limit.count(ip("192.0.2.1")).retry_after.unwrap();
    assert_eq!(wait, Duration::from_secs(6));
    assert_eq!(limit.count(ip("192.0.2.2")).retry_after, None);
    clock.advance(wait - Duration::from_millis(1));
    assert!(limit.count(ip("192.0.2.1")).retry_after.is_some());
    clock.advance(Duration::from_millis(1));
    assert_eq!(limit.count(ip("192.0.2.1")).retry_after, None);
}

#[test]
fn a_slash_64_is_one_network_and_a_mapped_address_is_ipv4() {
    let (limit, _) = limit(1);
    limit.count(ip("2001:db8:0:1::1"));
    assert!(limit.count(ip("2001:db8:0:1:ffff::2")).retry_after.is_some());
    assert!(limit.count(ip("2001:db8:0:2::1")).retry_after.is_none());
    limit.count(ip("192.0.2.1"));
    assert!(limit.count(ip("::ffff:192.0.2.1")).retry_after.is_some());
}

#[test]
fn newcomers_share_when_there_are_too_many_and_the_known_do_not() {
    let (limit, clock) = limit(2);
    let address = |n: u32| IpAddr::V4(Ipv4Addr::from(0x0A00_0000 + n));
    for n in 0..100_000 {
        limit.count(address(n));
    }
    assert_eq!(buckets(&limit), OWN_BUCKETS_MAX);
    for newcomer in ["203.0.113.1", "203.0.7.7"] {
        assert!(limit.count(ip(newcomer)).retry_after.is_none(), "{newcomer}");
    }
    assert!(limit.count(ip("203.0.200.9")).retry_after.is_some());
    assert!(limit.count(address(5)).retry_after.is_none());
    assert_eq!(buckets(&limit), OWN_BUCKETS_MAX + 1);
    clock.advance(Duration::from_secs(120));
    assert!(limit.count(ip("203.0.200.9")).retry_after.is_none());
    assert_eq!(buckets(&limit), 1, "idle buckets are forgotten");
}

#[test]
fn a_site_has_the_calls_of_256_networks() {
    let (limit, clock) = limit(2);
    let address = |n: u32| ip(&format!("2001:db8:1:{n:x}::1"));
    for n in 0..512 {
        assert_eq!(limit.count(address(n / 2)).retry_after, None, "{n}");
    }
    let refused = limit.count(address(512));
    assert_eq!((refused.remaining, refused.retry_after.map(|wait| wait.as_millis())), (0, Some(117)));
    assert_eq!(limit.count(ip("2001:db8:2::1")).retry_after, None, "the next site");
    clock.advance(Duration::from_millis(118));
    assert_eq!(limit.count(address(513)).retry_after, None);
}

#[test]
fn a_site_has_no_more_buckets_than_calls_nor_than_256_networks() {
    let (limit, clock) = limit(2);
    for n in 0..10_000 {
        limit.count(ip(&format!("2001:db8:1:{n:x}::1")));
    }
    assert!(buckets(&limit) <= 257, "{}", buckets(&limit));
    clock.advance(Duration::from_secs(120));
    limit.count(ip("2001:db8:1:ffff::1"));
    assert_eq!(buckets(&limit), 1, "they are counted anew");
}

#[test]
fn whoever_has_many_networks_of_ipv6_leaves_those_of_ipv4_alone() {
    let (limit, _) = limit(2);
    for n in 0..400 * 256 {
        limit.count(ip(&format!("2001:db8:{:x}:{:x}::1", n / 256, n % 256)));
    }
    assert!(buckets(&limit) >= OWN_BUCKETS_MAX);
    for newcomer in ["203.0.113.1", "203.0.113.1", "203.0.7.7", "203.0.200.9"] {
        assert!(limit.count(ip(newcomer)).retry_after.is_none(), "{newcomer}");
    }
}

#[test]
fn one_network_cannot_use_up_its_site() {
    let (limit, _) = limit(1);
    for _ in 0..1000 {
        limit.count(ip("2001:db8:1:1::1"));
    }
    assert_eq!(limit.count(ip("2001:db8:1:2::1")).retry_after, None);
}

#[test]
fn looking_costs_nothing_and_tells_who_has_no_call_left() {
    let (limit, clock) = limit(2);
    let client = ip("192.0.2.1");
    clock.advance(Duration::from_secs(1000));
    assert_eq!((limit.wait(client), limit.used_up()), (None, 0));
    limit.count(client);
    assert_eq!((limit.wait(client), limit.used_up()), (None, 0));
    limit.count(client);
    assert_eq!((limit.wait(client), limit.used_up()), (Some(Duration::from_secs(30)), 1));
    assert_eq!(limit.wait(ip("192.0.2.2")), None);
    assert_eq!(limit.count(client).retry_after, Some(Duration::from_secs(30)));
    clock.advance(Duration::from_secs(30));
    assert_eq!((limit.wait(client), limit.used_up()), (None, 0));
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let (limit, clock) = limit(1);
    clock.advance(Duration::from_secs(7200));
    limit.count(ip("192.0.2.1"));
    clock.set_back(Duration::from_secs(3600));
    assert!(limit.count(ip("192.0.2.1")).retry_after.is_none());
    assert!(limit.count(ip("192.0.2.1")).retry_after.is_some());
}

#[test]
fn the_fields_are_those_of_unleash() {
    let (limit, _) = limit(10);
    let mut headers = HeaderMap::new();
    limit.write(limit.count(ip("192.0.2.1")), &mut headers);
    let fields: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(
        fields,
        [
            ("ratelimit-policy", "10;w=60"),
            ("ratelimit-limit", "10"),
            ("ratelimit-remaining", "9"),
            ("ratelimit-reset", "6")
        ]
    );
}

#[test]
fn waits_are_rounded_up() {
    for (millis, seconds) in [(0, 1), (1, 1), (1000, 1), (1001, 2), (6000, 6)] {
        assert_eq!(whole_seconds(Duration::from_millis(millis)), seconds);
    }
}
