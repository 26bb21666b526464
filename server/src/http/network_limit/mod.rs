//! How many calls a client network may make: a bucket per IPv4 address or IPv6 /64, in memory, bounded.
//!
//! Around the bucket of a /64 stands that of its /48. Somebody with one IPv4 address more has paid for it; somebody with
//! a /48 has 65,536 networks for nothing.

mod buckets;
#[cfg(test)]
mod tests;

use super::api_token::Caller;
use super::client_address::ClientAddress;
use super::network::Network;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use buckets::Buckets;
use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};
use regain_core::time::{Clock, Timestamp};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
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
    /// Of IPv4 addresses.
    own_v4: Tier,
    /// Of IPv6 /64, in a table of their own: there are so many that they would take everybody's.
    own_v6: Tier,
    /// Of IPv6 /48.
    sites: Tier,
    clock: WallClock,
    per_minute: NonZeroU32,
    policy: HeaderValue,
    /// When full buckets were forgotten last, in milliseconds since 1970.
    swept_at: AtomicI64,
}

/// Buckets of one size.
struct Tier {
    limiter: RateLimiter<Network, Buckets, WallClock, StateInformationMiddleware>,
    /// The limiter's.
    buckets: Buckets,
    /// What the buckets count from.
    started_at: Nanos,
    /// A bucket that needs longer to be full has no call left.
    tolerance: Nanos,
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
    /// Empty buckets, of so many calls in a minute.
    #[must_use]
    pub fn new(per_minute: u32, clock: Arc<dyn Clock>) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let clock = WallClock(clock);
        // Digits and `;w=60`.
        let policy = HeaderValue::try_from(format!("{per_minute};w=60")).unwrap_or(HeaderValue::from_static("60"));
        Self {
            own_v4: Tier::new(per_minute, OWN_BUCKETS_MAX, &clock),
            own_v6: Tier::new(per_minute, OWN_BUCKETS_MAX, &clock),
            sites: Tier::new(per_minute.saturating_mul(NETWORKS_OF_A_SITE), SITES_MAX, &clock),
            swept_at: AtomicI64::new(clock.0.now().as_millis()),
            clock,
            per_minute,
            policy,
        }
    }

    /// Counts one call from `client`. What is refused in a network's own bucket is not counted for its site, so that one
    /// network cannot use up its neighbours'; and what is refused for the site's sake takes no bucket.
    pub fn count(&self, client: IpAddr) -> Level {
        self.sweep_now_and_then();
        let (network, now, limit) = (Network::of(client), self.clock.now(), self.per_minute.get());
        let own = self.own(network);
        let refused = own.wait(network, now).or_else(|| self.count_in_site(network, now));
        match refused.map_or_else(|| own.count(network, now), Err) {
            Ok(remaining) => {
                let used = f64::from(limit - remaining.min(limit));
                let reset = Duration::from_secs(60).mul_f64(used / f64::from(limit));
                Level { limit, remaining, reset, retry_after: None }
            }
            Err(wait) => Level { limit, remaining: 0, reset: Duration::from_secs(60), retry_after: Some(wait) },
        }
    }

    fn own(&self, network: Network) -> &Tier {
        if matches!(network, Network::V4(_)) { &self.own_v4 } else { &self.own_v6 }
    }

    /// How long to wait, if the site has no call left.
    fn count_in_site(&self, network: Network, now: Nanos) -> Option<Duration> {
        match network.neighbourhood() {
            site @ Network::SiteV6(_) => self.sites.count(site, now).err(),
            _ => None,
        }
    }

    /// How long to wait if `client` has no call left. Counts nothing.
    #[must_use]
    pub fn wait(&self, client: IpAddr) -> Option<Duration> {
        let (network, now) = (Network::of(client), self.clock.now());
        let of_site = || self.sites.wait(network.neighbourhood(), now);
        self.own(network).wait(network, now).or_else(of_site)
    }

    /// How many networks have no call left at this moment.
    #[must_use]
    pub fn used_up(&self) -> usize {
        let now = self.clock.now();
        self.own_v4.used_up(now) + self.own_v6.used_up(now)
    }

    /// The fields that Unleash sends, by their names in draft-ietf-httpapi-ratelimit-headers-06. They tell of the
    /// network's own bucket, or that there is nothing left.
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
        let tiers = [&self.own_v4, &self.own_v6, &self.sites];
        let is_time = match now.since(swept) {
            _ if now < swept => true,
            span if span < SWEPT_APART_MIN => false,
            span => span >= SWEPT_APART_MAX || tiers.iter().any(|tier| tier.buckets.are_crowded()),
        };
        let takes_turn =
            || self.swept_at.compare_exchange(swept_at, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
        if is_time && takes_turn().is_ok() {
            tiers.iter().for_each(|tier| tier.limiter.retain_recent());
        }
    }
}

impl Tier {
    fn new(per_minute: NonZeroU32, own_max: usize, clock: &WallClock) -> Self {
        let (quota, buckets) = (Quota::per_minute(per_minute), Buckets::at_most(own_max));
        let tolerance = quota.replenish_interval() * (per_minute.get() - 1);
        Self {
            started_at: clock.now(),
            limiter: RateLimiter::new(quota, buckets.clone(), clock.clone()),
            buckets,
            tolerance: tolerance.into(),
        }
    }

    /// How many calls are left, or how long to wait for the next.
    fn count(&self, network: Network, now: Nanos) -> Result<u32, Duration> {
        let counted = self.limiter.check_key(&network);
        counted.map(|state| state.remaining_burst_capacity()).map_err(|until| until.wait_time_from(now))
    }

    fn wait(&self, network: Network, now: Nanos) -> Option<Duration> {
        let next = self.buckets.full_again(network)?.saturating_sub(self.tolerance);
        let wait = next.saturating_sub(now.saturating_sub(self.started_at));
        (wait > Nanos::new(0)).then(|| wait.into())
    }

    fn used_up(&self, now: Nanos) -> usize {
        self.buckets.full_after(now.saturating_sub(self.started_at) + self.tolerance)
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

/// Beyond it newcomers share with their wide network: so many of IPv4, and so many of IPv6.
const OWN_BUCKETS_MAX: usize = 100_000;
/// The same, of IPv6 /48.
const SITES_MAX: usize = 10_000;
/// A /48 may make as many calls as so many of its networks, and so many of them have a bucket of their own: enough for a
/// company or a town's telephones, and far from the 65,536 that it has.
const NETWORKS_OF_A_SITE: NonZeroU32 = NonZeroU32::new(256).unwrap();

/// Between two rounds of forgetting: as long as newcomers have to share, and otherwise.
const SWEPT_APART_MIN: Duration = Duration::from_secs(1);
const SWEPT_APART_MAX: Duration = Duration::from_secs(60);

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
