//! How many calls a client network may make: a bucket per IPv4 address or IPv6 /64, in memory, bounded.

use super::api_token::Caller;
use super::client_address::ClientAddress;
use crate::config;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};
use regain_core::time::{Clock, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What was found out about a call before an endpoint sees it; endpoints read it from the request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// From where.
    pub client: ClientAddress,
    /// By whom.
    pub caller: Caller,
    /// Set if the client's network has used up its calls: how long to wait. The endpoint refuses, because an unknown
    /// path, a wrong method and a wrong API token are answered first.
    pub limited: Option<Duration>,
}

/// The buckets.
pub struct NetworkLimit {
    limiter: RateLimiter<Network, Buckets, WallClock, StateInformationMiddleware>,
    clock: WallClock,
    per_minute: NonZeroU32,
    policy: HeaderValue,
    /// When full buckets were forgotten last, in milliseconds since 1970.
    swept_at: AtomicI64,
}

/// How full a bucket is after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    limit: u32,
    remaining: u32,
    /// Until the bucket is as new.
    reset: Duration,
    /// Set if the call is over the limit.
    retry_after: Option<Duration>,
}

impl NetworkLimit {
    /// Empty buckets.
    #[must_use]
    pub fn new(limits: &config::Limits, clock: Arc<dyn Clock>) -> Self {
        let per_minute = NonZeroU32::new(limits.requests_per_network_per_minute).unwrap_or(NonZeroU32::MIN);
        let clock = WallClock(clock);
        let limiter = RateLimiter::new(Quota::per_minute(per_minute), Buckets::default(), clock.clone());
        // Digits and `;w=60`.
        let policy = HeaderValue::try_from(format!("{per_minute};w=60")).unwrap_or(HeaderValue::from_static("60"));
        Self { limiter, swept_at: AtomicI64::new(clock.0.now().as_millis()), clock, per_minute, policy }
    }

    /// Counts one call from `client`.
    pub fn count(&self, client: IpAddr) -> Level {
        self.sweep_now_and_then();
        let limit = self.per_minute.get();
        let (remaining, retry_after) = match self.limiter.check_key(&Network::of(client)) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(until) => (0, Some(until.wait_time_from(self.clock.now()))),
        };
        let reset = Duration::from_secs(60).mul_f64(f64::from(limit - remaining.min(limit)) / f64::from(limit));
        Level { limit, remaining, reset, retry_after }
    }

    /// The fields that Unleash sends, by their names in draft-ietf-httpapi-ratelimit-headers-06.
    pub fn write(&self, level: Level, headers: &mut HeaderMap) {
        headers.insert(HeaderName::from_static("ratelimit-policy"), self.policy.clone());
        headers.insert(HeaderName::from_static("ratelimit-limit"), level.limit.into());
        headers.insert(HeaderName::from_static("ratelimit-remaining"), level.remaining.into());
        headers.insert(HeaderName::from_static("ratelimit-reset"), whole_seconds(level.reset).into());
    }

    /// Forgets full buckets: each minute, and each second while newcomers have to share.
    fn sweep_now_and_then(&self) {
        let now = self.clock.0.now();
        let swept_at = self.swept_at.load(Ordering::Relaxed);
        let swept = Timestamp::from_millis(swept_at);
        let is_time = match now.since(swept) {
            _ if now < swept => true,
            span if span < SWEPT_APART_MIN => false,
            span => span >= SWEPT_APART_MAX || self.limiter.len() >= OWN_BUCKETS_MAX,
        };
        let takes_turn =
            || self.swept_at.compare_exchange(swept_at, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
        if is_time && takes_turn().is_ok() {
            self.limiter.retain_recent();
        }
    }
}

impl Level {
    /// Set if the call is over the limit: how long to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// Rounded up, so that nobody who waits so long comes too early; at least one.
#[must_use]
pub fn whole_seconds(span: Duration) -> u64 {
    (span.as_secs() + u64::from(span.subsec_nanos() > 0)).max(1)
}

/// Who shares a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Network {
    /// One IPv4 address.
    V4([u8; 4]),
    /// An IPv6 /64.
    V6([u8; 8]),
    /// An IPv4 /16, for newcomers when there are too many buckets.
    WideV4([u8; 2]),
    /// An IPv6 /32, likewise.
    WideV6([u8; 4]),
    /// Everybody else.
    Rest,
}

impl Network {
    fn of(client: IpAddr) -> Self {
        match client.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6([a, b, c, d, e, f, g, h])
            }
        }
    }

    fn widened(self) -> Self {
        match self {
            Self::V4([a, b, ..]) => Self::WideV4([a, b]),
            Self::V6([a, b, c, d, ..]) => Self::WideV6([a, b, c, d]),
            _ => Self::Rest,
        }
    }
}

/// Beyond it newcomers share: governor's own store bounds nothing.
const OWN_BUCKETS_MAX: usize = 100_000;
/// Beyond it newcomers share one bucket. There are 65,536 IPv4 /16.
const BUCKETS_MAX: usize = OWN_BUCKETS_MAX + 70_000;

/// Between two rounds of forgetting: as long as newcomers have to share, and otherwise.
const SWEPT_APART_MIN: Duration = Duration::from_secs(1);
const SWEPT_APART_MAX: Duration = Duration::from_secs(60);

/// A minute, and as much again for a call that was let in last.
const FULL_AGAIN_MAX: Duration = Duration::from_secs(120);

/// When each bucket will be full again, in governor's nanoseconds.
#[derive(Default)]
struct Buckets(Mutex<HashMap<Network, Nanos>>);

impl StateStore for Buckets {
    type Key = Network;

    fn measure_and_replace<T, F, E>(&self, network: &Network, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut buckets = lock(&self.0);
        let mut key = *network;
        for bound in [OWN_BUCKETS_MAX, BUCKETS_MAX] {
            if buckets.len() >= bound && !buckets.contains_key(&key) {
                key = key.widened();
            }
        }
        let (verdict, full_again) = measure(buckets.get(&key).copied())?;
        buckets.insert(key, full_again);
        Ok(verdict)
    }
}

impl ShrinkableKeyedStateStore<Network> for Buckets {
    /// No bucket takes so long to fill as those from before the clock was set back: they would lock everybody out.
    fn retain_recent(&self, drop_below: Nanos) {
        let drop_above = drop_below + Nanos::from(FULL_AGAIN_MAX);
        lock(&self.0).retain(|_, full_again| *full_again > drop_below && *full_again <= drop_above);
    }

    fn len(&self) -> usize {
        lock(&self.0).len()
    }

    fn is_empty(&self) -> bool {
        lock(&self.0).is_empty()
    }
}

/// The maps stay whole even if a thread died holding one.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Our clock in governor's terms.
#[derive(Clone)]
struct WallClock(Arc<dyn Clock>);

impl governor::clock::Clock for WallClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let millis = u64::try_from(self.0.now().as_millis()).unwrap_or(0);
        Nanos::new(millis.saturating_mul(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::test_app::{HandClock, config};
    use std::net::Ipv4Addr;

    fn limit(per_minute: u32) -> (NetworkLimit, Arc<HandClock>) {
        let clock = Arc::new(HandClock::default());
        let limits = config::Limits { requests_per_network_per_minute: per_minute, ..config().limits };
        (NetworkLimit::new(&limits, clock.clone()), clock)
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
        assert_eq!(limit.limiter.len(), OWN_BUCKETS_MAX);
        for newcomer in ["203.0.113.1", "203.0.7.7", "2001:db8:1::1", "2001:db8:2::1"] {
            assert!(limit.count(ip(newcomer)).retry_after.is_none(), "{newcomer}");
        }
        assert!(limit.count(ip("203.0.200.9")).retry_after.is_some());
        assert!(limit.count(ip("2001:db8:3::1")).retry_after.is_some());
        assert!(limit.count(address(5)).retry_after.is_none());
        assert_eq!(limit.limiter.len(), OWN_BUCKETS_MAX + 2);
        clock.advance(Duration::from_secs(120));
        assert!(limit.count(ip("203.0.200.9")).retry_after.is_none());
        assert_eq!(limit.limiter.len(), 1, "idle buckets are forgotten");
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
}
