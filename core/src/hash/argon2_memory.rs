//! Argon2's memory, which each thread keeps from one hash to the next.
//!
//! Fresh memory costs a tenth of a hash or more: the system clears every page of it at the first touch. Whoever hashes
//! much does so on a few threads that end when there is nothing more to do, and the memory ends with them.

use ::argon2::Block;
use std::cell::Cell;
use std::collections::TryReserveError;
use zeroize::Zeroize;

thread_local! {
    static KEPT: Cell<Memory> = const { Cell::new(Memory(Vec::new())) };
}

/// Does `work` on `count` blocks, which hold whatever the last hash on this thread left in them: Argon2 writes each
/// block before it reads it. That is why they are not wiped between two hashes, which would cost some hundredths of
/// each.
///
/// # Errors
/// There is not so much memory. It is asked for, not taken: a shortage is an error instead of the end.
pub(super) fn with_blocks<T>(count: usize, work: impl FnOnce(&mut [Block]) -> T) -> Result<T, TryReserveError> {
    let mut memory = KEPT.take();
    if memory.0.len() < count {
        // The smaller memory goes first, wiped, so that the two are not held at once.
        memory = Memory::default();
        memory.0.try_reserve_exact(count.max(BLOCKS_RESERVED_MIN))?;
        memory.0.resize(count, Block::default());
    }
    let done = work(&mut memory.0[..count]);
    if memory.0.len() <= BLOCKS_KEPT_MAX {
        KEPT.set(memory);
    } else {
        memory.give_back();
    }
    Ok(done)
}

/// Blocks that are wiped before they are freed. Whoever reads what a hash left behind can try passwords on its first
/// blocks, at a millionth of the cost that Argon2 is there to impose.
#[derive(Default)]
struct Memory(Vec<Block>);

impl Memory {
    /// Frees without wiping: as much as this is unmapped at once, and the system clears it before anybody reads it.
    fn give_back(mut self) {
        drop(std::mem::take(&mut self.0));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().zeroize();
    }
}

/// 33 MiB, most of it never touched. glibc maps what is larger than 32 MiB for itself and unmaps it when it is freed; of
/// less it learns to keep, and a server that hashed twice would hold the memory for good.
const BLOCKS_RESERVED_MIN: usize = 33 * 1024;
/// 64 MiB, in blocks of 1 KiB: what PHP, Laravel and Symfony ask for. More is had anew for each hash.
const BLOCKS_KEPT_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::known_answers::all;

    fn kept() -> usize {
        let memory = KEPT.take();
        let blocks = memory.0.len();
        KEPT.set(memory);
        blocks
    }

    #[test]
    fn the_next_hash_finds_the_memory_of_the_last() {
        let address = |count| with_blocks(count, |blocks| (blocks.as_ptr(), blocks.len())).unwrap();
        let (first, _) = address(64);
        assert_eq!(address(64), (first, 64));
        assert_eq!(address(16), (first, 16), "less is a part of what is there");
        assert_eq!(address(128).1, 128);
        assert_eq!(kept(), 128);
    }

    #[test]
    fn what_the_last_hash_left_makes_no_difference() {
        let is_argon2 = |name: &str| name.starts_with("argon2");
        let answers: Vec<_> = all().filter(|answer| is_argon2(answer.format.name())).collect();
        assert!(answers.len() > 1);
        with_blocks(256, |blocks| blocks.iter_mut().for_each(|block| block.as_mut().fill(u64::MAX))).unwrap();
        for answer in answers.iter().chain(answers.iter().rev()) {
            assert_eq!(answer.holds(), Ok(true), "{answer:?}");
        }
    }

    #[test]
    fn much_memory_is_not_kept() {
        with_blocks(BLOCKS_KEPT_MAX + 1, |_| ()).unwrap();
        assert_eq!(kept(), 0);
    }

    #[test]
    fn memory_that_is_not_to_be_had_is_an_error() {
        assert!(with_blocks(usize::MAX / 2048, |_| ()).is_err());
    }
}
