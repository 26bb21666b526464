//! The system's clock and randomness: the one place where either is asked for.

use regain_core::entropy::Entropy;
use regain_core::time::{Clock, Timestamp};
use std::cell::RefCell;

/// The system's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random number generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// If the operating system has no randomness to give; nothing safe can be done without.
    #[expect(clippy::disallowed_methods, clippy::expect_used, reason = "this is where randomness comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system's random number generator failed");
    }

    /// From this thread's stock, so that the operating system is asked once for some hundred names.
    fn fill_name(&self, bytes: &mut [u8]) {
        STOCK.with_borrow_mut(|stock| {
            if bytes.len() > stock.left {
                if bytes.len() > STOCK_OCTETS {
                    return self.fill(bytes);
                }
                self.fill(&mut stock.octets);
                stock.left = STOCK_OCTETS;
            }
            let rest = stock.left - bytes.len();
            bytes.copy_from_slice(&stock.octets[rest..stock.left]);
            stock.left = rest;
        });
    }
}

/// Random octets that no name has had yet: the first `left` of them.
struct Stock {
    octets: [u8; STOCK_OCTETS],
    left: usize,
}

const STOCK_OCTETS: usize = 4096;

thread_local! {
    static STOCK: RefCell<Stock> = const { RefCell::new(Stock { octets: [0; STOCK_OCTETS], left: 0 }) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_octet_of_the_stock_is_given_out_twice() {
        let mut seen = HashSet::new();
        for _ in 0..3 * STOCK_OCTETS / 10 {
            let mut name = [0; 10];
            SystemEntropy.fill_name(&mut name);
            assert!(seen.insert(name));
        }
        let mut long = [0; 2 * STOCK_OCTETS];
        SystemEntropy.fill_name(&mut long);
        assert!(long[STOCK_OCTETS..] != long[..STOCK_OCTETS]);
    }
}
