//! How a filter lies in its file.
//!
//! ```text
//! header   72 octets, see Header
//! index    for each bucket a u64: where it ends, counted from the start of the data
//! data     the buckets, one behind the other
//! ```
//!
//! All numbers are little-endian. A SHA-1 hash becomes a *place*: its first 64 bits, scaled down to a range of 65,536
//! places for each hash of the list. Scaling keeps the order. A bucket holds the places of one stretch of 2²⁴, 256 on
//! average, ascending, each as the gap to the one before in Rice's code: the gap's upper bits as so many ones and a zero,
//! then its lower 16 bits. Lowest bits come first; what is left of a bucket's last octet is ones.
//!
//! That is 17.6 bits a place and a quarter of a bit for the index. A password that is not on the list shares its place
//! with one that is in at most one of 65,536 cases, as SHA-1 spreads evenly; nothing can lie on the list and be missed.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// One password in so many that are not on the list is taken for one that is, at most.
pub const FALSE_POSITIVES: u64 = 1 << GAP_BITS;

/// How much of a gap is written as it is.
const GAP_BITS: u32 = 16;
/// How many places a bucket spans, as a power of two: 256 times [`FALSE_POSITIVES`].
const BUCKET_BITS: u32 = 24;
/// What a bucket holds on average.
const BUCKET_PLACES: u64 = 1 << (BUCKET_BITS - GAP_BITS);
/// A hundred times what a bucket takes: no list of real hashes comes near, so nobody has to read more for one password.
pub(super) const BUCKET_OCTETS_MAX: u64 = 1 << 16;

/// What a filter says of itself first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// How many hashes the list had. Both the range of places and the number of buckets follow from it.
    pub(super) listed: u64,
    /// How many different places they have.
    pub(super) kept: u64,
    /// How long the data is.
    pub(super) data_octets: u64,
    /// SHA-256 of all of the file but itself.
    pub(super) digest: [u8; 32],
}

/// Why octets are no header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// They begin otherwise.
    Foreign,
    /// They have another version.
    Version(u32),
    /// Their numbers cannot be.
    Impossible,
}

impl Header {
    pub(super) const OCTETS: usize = 72;
    /// Where the digest stands, which is not part of what is digested.
    pub(super) const DIGEST_AT: usize = 40;
    const VERSION: u32 = 1;
    /// Far more than there are people's passwords, and few enough that no sum below overflows.
    const LISTED_MAX: u64 = 1 << 40;

    /// # Errors
    /// [`NoHeader`].
    pub(super) fn read(octets: &[u8; Self::OCTETS]) -> Result<Self, NoHeader> {
        if octets[..8] != MAGIC {
            return Err(NoHeader::Foreign);
        }
        let version = u32::from_le_bytes(part(octets, 8));
        if version != Self::VERSION {
            return Err(NoHeader::Version(version));
        }
        let [listed, kept, data_octets] = [16, 24, 32].map(|at| u64::from_le_bytes(part(octets, at)));
        let header = Self { listed, kept, data_octets, digest: part(octets, Self::DIGEST_AT) };
        let parameters: [u8; 4] = part(octets, 12);
        let possible = parameters == PARAMETERS
            && (1..=Self::LISTED_MAX).contains(&listed)
            && (1..=listed).contains(&kept)
            && data_octets <= header.buckets() * BUCKET_OCTETS_MAX;
        if possible { Ok(header) } else { Err(NoHeader::Impossible) }
    }

    pub(super) fn to_octets(&self) -> [u8; Self::OCTETS] {
        let mut octets = [0; Self::OCTETS];
        octets[..8].copy_from_slice(&MAGIC);
        octets[8..12].copy_from_slice(&Self::VERSION.to_le_bytes());
        octets[12..16].copy_from_slice(&PARAMETERS);
        for (at, number) in [(16, self.listed), (24, self.kept), (32, self.data_octets)] {
            octets[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        octets[Self::DIGEST_AT..].copy_from_slice(&self.digest);
        octets
    }

    /// How many buckets there are.
    pub(super) fn buckets(&self) -> u64 {
        self.listed.div_ceil(BUCKET_PLACES)
    }

    /// Where in the file the data starts.
    pub(super) fn data_at(&self) -> u64 {
        Self::OCTETS as u64 + self.buckets() * 8
    }

    /// How long the file is.
    pub(super) fn file_octets(&self) -> u64 {
        self.data_at() + self.data_octets
    }

    /// Where among the places a key belongs.
    pub(super) fn place(&self, key: u64) -> Place {
        let places = u128::from(self.listed) << GAP_BITS;
        let scaled = ((u128::from(key) * places) >> 64) as u64;
        Place { bucket: scaled >> BUCKET_BITS, within: (scaled & ((1 << BUCKET_BITS) - 1)) as u32 }
    }
}

/// A hash, scaled to the range of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) bucket: u64,
    /// Less than 2²⁴.
    pub(super) within: u32,
}

/// The first 64 bits of a password's SHA-1.
pub(super) fn key_of(password: &[u8]) -> u64 {
    u64::from_be_bytes(part(&Sha1::digest(password).into(), 0))
}

/// Starts the digest of a file; the index and the data are to follow.
pub(super) fn digest_from(header: &[u8; Header::OCTETS]) -> Sha256 {
    Sha256::new_with_prefix(&header[..Header::DIGEST_AT])
}

/// `N` octets from `at` on, which the caller knows to be there.
fn part<const LENGTH: usize, const N: usize>(octets: &[u8; LENGTH], at: usize) -> [u8; N] {
    std::array::from_fn(|n| octets[at + n])
}

/// The places of one bucket, being written.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    octets: Vec<u8>,
    /// Bits that fill no octet yet, and how many they are.
    pending: u32,
    bits: u32,
    last: u32,
}

impl Bucket {
    /// Adds a place, which must not be before the last one.
    pub(super) fn push(&mut self, within: u32) {
        let gap = within - self.last;
        self.last = within;
        for _ in 0..gap >> GAP_BITS {
            self.put(1, 1);
        }
        self.put(0, 1);
        self.put(gap & 0xFFFF, GAP_BITS);
    }

    fn put(&mut self, value: u32, bits: u32) {
        self.pending |= value << self.bits;
        self.bits += bits;
        while self.bits >= 8 {
            self.octets.push(self.pending as u8);
            self.pending >>= 8;
            self.bits -= 8;
        }
    }

    /// The octets of the bucket, which is empty afterwards.
    pub(super) fn take(&mut self) -> Vec<u8> {
        if self.bits > 0 {
            self.put((1 << (8 - self.bits)) - 1, 8 - self.bits);
        }
        std::mem::take(self).octets
    }
}

/// Whether a bucket has a place.
pub(super) fn bucket_has(octets: &[u8], within: u32) -> bool {
    let mut bits = Bits { octets, at: 0 };
    let mut place = 0_u32;
    while let Some(gap) = bits.gap() {
        place = place.saturating_add(gap);
        if place >= within {
            return place == within;
        }
    }
    false
}

/// Reads bits, lowest first.
struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next gap; none, if less is left than it takes.
    fn gap(&mut self) -> Option<u32> {
        let mut upper = 0;
        loop {
            let bits = self.peek();
            let ones = bits.trailing_ones().min(ONES_AT_ONCE);
            upper += ones;
            self.at += ones as usize;
            if ones < ONES_AT_ONCE {
                self.at += 1 + GAP_BITS as usize;
                let lower = (bits >> (ones + 1)) & 0xFFFF;
                return (self.at <= self.octets.len() * 8).then_some(upper << GAP_BITS | lower as u32);
            }
            if self.at >= self.octets.len() * 8 {
                return None;
            }
        }
    }

    /// At least 57 bits from here on; ones, beyond the end.
    fn peek(&self) -> u64 {
        let left = self.octets.get(self.at / 8..).unwrap_or_default();
        let mut eight = [0xFF; 8];
        let length = left.len().min(8);
        eight[..length].copy_from_slice(&left[..length]);
        u64::from_le_bytes(eight) >> (self.at % 8)
    }
}

/// So many that the zero after them and the lower bits of the gap are still among 57.
const ONES_AT_ONCE: u32 = 57 - 1 - GAP_BITS;

const MAGIC: [u8; 8] = *b"regain\xFFB";
/// What the two constants were that a file was made with, so that they can change one day.
const PARAMETERS: [u8; 4] = [GAP_BITS as u8, BUCKET_BITS as u8, 0, 0];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn header(listed: u64) -> Header {
        Header { listed, kept: 1, data_octets: 5, digest: [7; 32] }
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let header = header(1_300_000_000);
        assert_eq!(Header::read(&header.to_octets()), Ok(header));
    }

    #[test]
    fn what_is_no_header_is_told_apart() {
        let good = header(3).to_octets();
        let with = |at: usize, octet: u8| {
            let mut octets = good;
            octets[at] = octet;
            Header::read(&octets)
        };
        assert_eq!(with(0, b'R'), Err(NoHeader::Foreign));
        assert_eq!(with(8, 2), Err(NoHeader::Version(2)));
        for (at, octet) in [(12, 17), (13, 25), (15, 1), (16, 0), (22, 1), (24, 0), (24, 4), (36, 1)] {
            assert_eq!(with(at, octet), Err(NoHeader::Impossible), "octet {at}");
        }
    }

    #[test]
    fn places_keep_the_order_and_stay_within_the_buckets() {
        for listed in [1, 2, 255, 256, 257, 1_000_000, Header::LISTED_MAX] {
            let header = header(listed);
            let keys = [0, 1, u64::MAX / 3, u64::MAX / 2, u64::MAX - 1, u64::MAX];
            assert!(keys.map(|key| header.place(key)).is_sorted());
            assert!(header.place(u64::MAX).bucket < header.buckets(), "{listed}");
        }
    }

    #[test]
    fn a_key_is_the_start_of_the_sha_1() {
        // FIPS 180-2, appendix A.1: SHA-1 of "abc" is a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d.
        assert_eq!(key_of(b"abc"), 0xA999_3E36_4706_816A);
    }

    proptest! {
        #[test]
        fn a_bucket_has_what_was_put_in_and_nothing_else(
            places in prop::collection::btree_set(0_u32..1 << BUCKET_BITS, 0..600),
            others in prop::collection::vec(0_u32..1 << BUCKET_BITS, 50),
        ) {
            let mut bucket = Bucket::default();
            places.iter().for_each(|place| bucket.push(*place));
            let octets = bucket.take();
            prop_assert!(octets.len() as u64 <= BUCKET_OCTETS_MAX);
            prop_assert!(places.iter().all(|place| bucket_has(&octets, *place)));
            let others: BTreeSet<_> = others.into_iter().collect();
            prop_assert!(others.difference(&places).all(|place| !bucket_has(&octets, *place)));
            prop_assert!(bucket.take().is_empty());
        }

        #[test]
        fn any_octets_can_be_looked_through(octets in prop::collection::vec(any::<u8>(), 0..2000), within in 0_u32..1 << 24) {
            bucket_has(&octets, within);
        }
    }
}
