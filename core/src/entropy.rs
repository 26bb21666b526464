//! Randomness, handed in from outside.

/// A source of cryptographically secure random bytes.
///
/// The server's reads the operating system; tests may count instead, to get the same secrets every time.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` entirely.
    fn fill(&self, bytes: &mut [u8]);

    /// Fills `bytes` for a name, which must be unlike any other but is no secret: it may come from a stock that was drawn
    /// in advance. Tokens, codes and keys never do.
    fn fill_name(&self, bytes: &mut [u8]) {
        self.fill(bytes);
    }
}

/// `N` fresh random bytes.
#[must_use]
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Entropy;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn a_name_is_filled_like_anything_else_where_there_is_no_stock() {
        let mut name = [0; 16];
        Counting(AtomicU64::new(7)).fill_name(&mut name);
        assert_ne!(name, [0; 16]);
    }

    /// Not random at all: counts, so that a test knows what comes.
    #[derive(Default)]
    pub(crate) struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for chunk in bytes.chunks_mut(8) {
                let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
            }
        }
    }
}
