//! The bytes that are sent, made beforehand as far as they can be.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the answer must not give away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Unknown,
    Known,
}

/// Requests, each another one.
pub(crate) trait Requests: Send + Sync {
    /// Puts the next one in place of what `bytes` hold, which is empty or the last one; none when all have been sent.
    fn next(&self, bytes: &mut Vec<u8>) -> Option<Class>;
}

/// A POST, its bytes in one piece.
pub(crate) fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// [`post`], of JSON.
pub(crate) fn post_json(path: &str, body: &str) -> Vec<u8> {
    post(path, "Content-Type: application/json\r\n", body)
}

/// The address of account `number`, or of nobody from [`NOBODY`] on. All are equally long, and those of nobody lie among
/// the others in any index.
pub(crate) fn address(number: u64) -> String {
    format!("p{:012}@example.com", digits(number))
}

/// The first number that no account has.
const NOBODY: u64 = 1_000_000_000;

/// One to one, and never two neighbours in a row: the step is the golden ratio's, and no multiple of 2 or 5.
fn digits(number: u64) -> u64 {
    const STEP: u128 = 618_033_988_749;
    (u128::from(number) * STEP % 1_000_000_000_000) as u64
}

/// Requests for one address after the other, none twice before all have had their turn.
pub(crate) struct Addresses {
    request: Vec<u8>,
    /// Where the address is in it.
    at: usize,
    accounts: u64,
    /// Of 65,536 requests, how many are for accounts.
    known: u64,
    sent: AtomicU64,
    sent_known: AtomicU64,
    /// What both count from.
    first: u64,
    /// After so many there are no more.
    most: u64,
}

impl Addresses {
    /// `request` holds the [`address`] number 0; `share` of the requests are for one of `accounts`.
    pub(crate) fn new(request: Vec<u8>, accounts: u64, share: f64) -> Self {
        let sample = address(0).into_bytes();
        let at = request.windows(sample.len()).position(|window| window == sample).unwrap_or(0);
        let known = (share * 65_536.0) as u64;
        Self { request, at, accounts, known, sent: 0.into(), sent_known: 0.into(), first: 0, most: u64::MAX }
    }

    /// The endpoint of the public dialect.
    pub(crate) fn of_regain(accounts: u64, share: f64) -> Self {
        let body = format!(r#"{{"email":"{}"}}"#, address(0));
        Self::new(post_json("/auth/password-reset/request", &body), accounts, share)
    }

    /// No more than `most` of them.
    pub(crate) fn limited_to(mut self, most: u64) -> Self {
        self.most = most;
        self
    }

    /// Begins with number `first`, of accounts as of nobody's.
    pub(crate) fn counted_from(mut self, first: u64) -> Self {
        self.first = first;
        self
    }
}

impl Requests for Addresses {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<Class> {
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        if n >= self.most {
            return None;
        }
        let (class, number) = if scattered(n) & 0xffff < self.known {
            (Class::Known, (self.first + self.sent_known.fetch_add(1, Ordering::Relaxed)) % self.accounts)
        } else {
            (Class::Unknown, NOBODY + self.first + n)
        };
        if bytes.is_empty() {
            bytes.extend_from_slice(&self.request);
        }
        write_digits(&mut bytes[self.at + 1..self.at + 13], digits(number));
        Some(class)
    }
}

/// In no order that anything could learn (the finaliser of splitmix64, public domain).
fn scattered(n: u64) -> u64 {
    let n = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

fn write_digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Requests that were made beforehand, each sent once.
pub(crate) struct Prepared(Mutex<Vec<Vec<u8>>>);

impl Prepared {
    pub(crate) fn new(requests: Vec<Vec<u8>>) -> Self {
        Self(Mutex::new(requests))
    }
}

impl Requests for Prepared {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<Class> {
        *bytes = self.0.lock().ok()?.pop()?;
        Some(Class::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_address_is_asked_for_twice_and_the_share_is_as_wanted() {
        let addresses = Addresses::of_regain(100_000, 0.25).limited_to(20_000);
        let (mut bytes, mut seen, mut known) = (Vec::new(), HashSet::new(), 0);
        while let Some(class) = addresses.next(&mut bytes) {
            known += u32::from(class == Class::Known);
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.ends_with("@example.com\"}"), "{text}");
            assert!(seen.insert(text));
        }
        assert_eq!(seen.len(), 20_000);
        assert!((4_500..5_500).contains(&known), "{known}");
    }

    #[test]
    fn what_was_prepared_is_sent_once() {
        let prepared = Prepared::new(vec![b"one".to_vec()]);
        let mut bytes = Vec::new();
        assert!(prepared.next(&mut bytes).is_some());
        assert_eq!(bytes, b"one");
        assert!(prepared.next(&mut bytes).is_none());
    }
}
