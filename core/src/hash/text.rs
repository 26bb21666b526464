//! How formats spell bytes and salts, where a library's base64 will not do.

use crate::entropy::{Entropy, random};
use base64::alphabet::Alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// passlib's base64: `.` for `+`, no padding.
pub(super) const AB64: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
        Ok(alphabet) => alphabet,
        Err(_) => base64::alphabet::STANDARD,
    },
    NO_PAD,
);

/// A salt of so many letters and digits, 5.95 bits each.
pub(super) fn letters_and_digits(chars: usize, entropy: &dyn Entropy) -> String {
    (0..chars).map(|_| letter_or_digit(entropy)).collect()
}

/// One of 62. The remainder of 64 random bits favours none of them by more than 2⁻⁵⁸.
fn letter_or_digit(entropy: &dyn Entropy) -> char {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let place = u64::from_le_bytes(random(entropy)) % ALPHABET.len() as u64;
    char::from(ALPHABET[place as usize])
}

/// So many random bytes.
pub(super) fn random_bytes(bytes: usize, entropy: &dyn Entropy) -> Vec<u8> {
    let mut salt = vec![0; bytes];
    entropy.fill(&mut salt);
    salt
}

/// In lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// From either case.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let octet = |pair: &[u8]| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok();
    text.len().is_multiple_of(2).then(|| text.as_bytes().chunks_exact(2).map(octet).collect()).flatten()
}

/// The base64 of crypt(3): in each group of three bytes the low bits come first.
pub(super) fn crypt64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().rev().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let chars = (0..=group.len()).map(|place| CRYPT64[(bits >> (6 * place) & 63) as usize]);
        text.extend(chars.map(char::from));
    }
    text
}

/// Undoes [`crypt64`]; none for another character, an impossible length, or bits that belong to no byte.
pub(super) fn uncrypt64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let values: Vec<u32> = group.iter().map(|letter| crypt64_value(*letter)).collect::<Option<_>>()?;
        let bits = values.iter().rev().fold(0, |bits, value| bits << 6 | value);
        let octets = group.len() - 1;
        if octets == 0 || bits >> (8 * octets) != 0 {
            return None;
        }
        bytes.extend_from_slice(&bits.to_le_bytes()[..octets]);
    }
    Some(bytes)
}

/// The place of a letter in the alphabet of [`crypt64`].
pub(super) fn crypt64_value(letter: u8) -> Option<u32> {
    CRYPT64.iter().position(|other| *other == letter).map(|place| place as u32)
}

/// The letter at a place, if there are so many.
pub(super) fn crypt64_letter(value: u32) -> char {
    char::from(CRYPT64[(value & 63) as usize])
}

/// `password` without what PHP's `trim` takes off both ends.
pub(super) fn php_trim(password: &[u8]) -> &[u8] {
    let kept = |byte: &u8| !b" \t\n\r\0\x0B".contains(byte);
    let Some(start) = password.iter().position(kept) else { return &[] };
    let end = password.iter().rposition(kept).map_or(start, |last| last + 1);
    &password[start..end]
}

const CRYPT64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_of_any_number_are_spelled_and_read_again() {
        for bytes in
            [&b""[..], b"\0", b"\xFF", b"\x01\x80", b"\xFF\xFF", b"\x01\x02\x80", b"\xFF\xFF\xFF\xFE", b"abcdef"]
        {
            assert_eq!(uncrypt64(&crypt64(bytes)).as_deref(), Some(bytes));
            assert_eq!(unhex(&hex(bytes)).as_deref(), Some(bytes));
        }
        // Low bits first: 1 is the second letter, and 64 a first and a second.
        assert_eq!((crypt64(&[1]), crypt64(&[64]), crypt64(&[0, 0, 1])), ("/.".into(), "./".into(), "..E.".into()));
    }

    #[test]
    fn letters_with_bits_that_belong_to_no_octet_are_refused() {
        // 255 and 256 in two letters; 2^16 - 1 and 2^16 in three.
        assert_eq!((uncrypt64("z1"), uncrypt64(".2")), (Some(vec![255]), None));
        assert_eq!((uncrypt64("zzD"), uncrypt64("..E")), (Some(vec![255, 255]), None));
        for wrong in [".", ".....", "!.", "é"] {
            assert_eq!(uncrypt64(wrong), None, "{wrong}");
        }
        assert_eq!((unhex("0"), unhex("0g"), unhex("Af")), (None, None, Some(vec![0xAF])));
    }

    #[test]
    fn phps_blanks_are_taken_off_both_ends_alone() {
        for (password, kept) in
            [("", ""), (" \t\n\r\0\u{B}", ""), ("a", "a"), (" a b\n", "a b"), ("a ", "a"), ("\u{C}a", "\u{C}a")]
        {
            assert_eq!(php_trim(password.as_bytes()), kept.as_bytes(), "{password:?}");
        }
    }
}
