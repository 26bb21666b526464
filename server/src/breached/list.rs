//! Lists of breached passwords as Have I Been Pwned publishes them: a SHA-1 in hexadecimal and how often it was seen,
//! `21BD12DC183F740EE76F27B78EB39C8AD972A757:52256179`, one a line.

use std::io::{self, BufRead, Read};
use thiserror::Error;

/// Why a line is none of a list. Says nothing of what stands there, which may be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WrongLine {
    /// An NTLM or MD5 hash, by its length.
    #[error("has 32 hexadecimal digits, as NTLM hashes have; take the list of SHA-1 hashes, which have 40")]
    OtherHash,
    /// Anything else.
    #[error("is no SHA-1 hash: expected are 40 hexadecimal digits, and perhaps a colon and a number")]
    NoHash,
}

/// Reads the lines of a list, holding one at a time.
pub(super) struct Lines<R> {
    list: R,
    line: Vec<u8>,
    /// How many lines were read.
    pub(super) lines: u64,
    /// How many octets were read.
    pub(super) octets: u64,
}

/// Longer than any line of such a list.
const LINE_OCTETS_MAX: u64 = 256;

impl<R: BufRead> Lines<R> {
    pub(super) fn new(list: R) -> Self {
        Self { list, line: Vec::new(), lines: 0, octets: 0 }
    }

    /// The key of the next line that has one, or none at the end.
    ///
    /// # Errors
    /// What cannot be read, and what is no hash.
    pub(super) fn next_key(&mut self) -> io::Result<Result<Option<u64>, WrongLine>> {
        loop {
            self.line.clear();
            let read = self.list.by_ref().take(LINE_OCTETS_MAX).read_until(b'\n', &mut self.line)? as u64;
            if read == 0 {
                return Ok(Ok(None));
            }
            self.lines += 1;
            self.octets += read;
            if read == LINE_OCTETS_MAX {
                return Ok(Err(WrongLine::NoHash));
            }
            match key_in(self.line.trim_ascii()) {
                Ok(None) => {}
                found => return Ok(found),
            }
        }
    }
}

/// The first 64 bits of the hash in a line. None in an empty line, and none where the hash was seen zero times: with such
/// lines Have I Been Pwned pads its answers.
fn key_in(line: &[u8]) -> Result<Option<u64>, WrongLine> {
    let colon = line.iter().position(|octet| *octet == b':');
    let (hash, count) = line.split_at(colon.unwrap_or(line.len()));
    let count = count.get(1..).unwrap_or(b"1").trim_ascii();
    let is_hash = hash.iter().all(u8::is_ascii_hexdigit) && !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    match hash.len() {
        0 if line.is_empty() => Ok(None),
        40 if is_hash && count.iter().all(|digit| *digit == b'0') => Ok(None),
        40 if is_hash => Ok(Some(hash[..16].iter().fold(0, |key, digit| key << 4 | nibble(*digit)))),
        32 if is_hash => Err(WrongLine::OtherHash),
        _ => Err(WrongLine::NoHash),
    }
}

/// What a hexadecimal digit is worth.
fn nibble(digit: u8) -> u64 {
    let value = if digit.is_ascii_digit() { digit - b'0' } else { (digit | 0x20) - b'a' + 10 };
    u64::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "21BD12DC183F740EE76F27B78EB39C8AD972A757";
    const KEY: u64 = 0x21BD_12DC_183F_740E;

    #[test]
    fn a_line_has_a_hash_and_perhaps_a_count() {
        for line in [HASH, &HASH.to_lowercase(), &format!("{HASH}:1"), &format!("{HASH}: 52256179")] {
            assert_eq!(key_in(line.as_bytes()), Ok(Some(KEY)), "{line}");
        }
    }

    #[test]
    fn padding_and_empty_lines_have_none() {
        assert_eq!(key_in(b""), Ok(None));
        assert_eq!(key_in(format!("{HASH}:0").as_bytes()), Ok(None));
    }

    #[test]
    fn what_is_no_sha_1_is_refused() {
        assert_eq!(key_in(&HASH.as_bytes()[..32]), Err(WrongLine::OtherHash));
        let long = format!("{HASH}0");
        let count = format!("{HASH}:x");
        let colon = format!("{HASH}:");
        for line in [":", ":5", "hunter2", &HASH[1..], &long, &count, &colon, &HASH.replace('1', "g")] {
            assert_eq!(key_in(line.as_bytes()), Err(WrongLine::NoHash), "{line}");
        }
    }

    #[test]
    fn lines_end_as_they_do_on_any_system_and_the_last_need_not() {
        let list = format!("{HASH}:3\r\n\r\n\n{HASH}:0\n{HASH}:7");
        let mut lines = Lines::new(list.as_bytes());
        assert_eq!(lines.next_key().unwrap(), Ok(Some(KEY)));
        assert_eq!(lines.next_key().unwrap(), Ok(Some(KEY)));
        assert_eq!(lines.next_key().unwrap(), Ok(None));
        assert_eq!((lines.lines, lines.octets), (5, list.len() as u64));
    }

    #[test]
    fn an_endless_line_is_not_collected() {
        let mut lines = Lines::new(io::BufReader::new(io::repeat(b'A')));
        assert_eq!(lines.next_key().unwrap(), Err(WrongLine::NoHash));
        assert_eq!(lines.octets, LINE_OCTETS_MAX);
    }
}
