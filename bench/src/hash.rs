//! argon2id at the cost that OWASP names first for little memory: 19 MiB, two passes, one lane.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::time::{Duration, Instant};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// How the accounts' passwords are stored. Nobody ever signs in with them, so any salt and any output will do.
pub(crate) fn stored() -> String {
    let (salt, output) = ("c2FsdHNhbHRzYWx0c2FsdA", "A".repeat(43));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${output}")
}

/// Hashes a second that `threads` reach together, each with a block of memory that it keeps.
pub(crate) fn rate(threads: usize, lasts: Duration) -> f64 {
    let counted: f64 = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| rate_of_one(lasts))).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
    });
    counted
}

fn rate_of_one(lasts: Duration) -> f64 {
    let Ok(params) = Params::new(MEMORY_KIB, PASSES, 1, Some(32)) else { return 0.0 };
    let mut memory = vec![Block::default(); params.block_count()];
    let function = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (began, mut done, mut output) = (Instant::now(), 0_u32, [0; 32]);
    while began.elapsed() < lasts {
        let salt = u128::from(done).to_le_bytes();
        if function.hash_password_into_with_memory(b"New-Violin-Harbour-82", &salt, &mut output, &mut memory).is_err() {
            return 0.0;
        }
        std::hint::black_box(output);
        done += 1;
    }
    f64::from(done) / began.elapsed().as_secs_f64()
}
