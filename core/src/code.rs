//! Reset codes: the short secret that is typed by hand.

use crate::entropy::{Entropy, random};
use crate::keys::{Digest, Keys};
use secrecy::{ExposeSecret, SecretString};

/// Eight characters of Crockford's base32: 40 random bits, printed `XXXX-XXXX`.
///
/// OWASP asks for 6 to 12 digits (at most 40 bits). It is safe because attempts are counted and its time is short.
#[derive(Clone)]
pub struct ResetCode(SecretString);

const CODE_CHARS: usize = 8;
/// Crockford's base32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl ResetCode {
    /// Makes a fresh one.
    #[must_use]
    pub fn mint(entropy: &dyn Entropy) -> Self {
        // 256 is a multiple of 32, so every character is equally likely.
        let chars = random::<CODE_CHARS>(entropy).map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        Self(chars.iter().collect::<String>().into())
    }

    /// Reads a code as people type it, or copy it from a mail: case, hyphens, white space and the invisible marks that
    /// keep it from being turned around among Arabic or Hebrew are ignored, O is 0, I and L are 1. Full-width letters and
    /// digits, which keyboards of East Asia produce, are what they stand for.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > TYPED_OCTETS_MAX {
            return None;
        }
        let mut text = String::with_capacity(CODE_CHARS);
        for c in typed.chars().map(narrow).filter(|c| !is_ignored(*c)) {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            if text.len() == CODE_CHARS || !c.is_ascii() || !ALPHABET.contains(&(c as u8)) {
                return None;
            }
            text.push(c);
        }
        (text.len() == CODE_CHARS).then(|| Self(text.into()))
    }

    /// The code as it is printed in a mail.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        let (head, tail) = self.0.expose_secret().split_at(CODE_CHARS / 2);
        format!("{head}-{tail}").into()
    }

    /// What is stored in its place: keyed, because 40 bits could be searched.
    #[must_use]
    pub fn digest(&self, keys: &Keys, delivery: &[u8]) -> Digest {
        keys.code_digest(delivery, self.0.expose_secret().as_bytes())
    }
}

/// What a full-width character of ASCII stands for.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// Of the hyphens, also the one that does not break: it is in the example on the page.
fn is_ignored(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}')
}

/// Generous for a code with blanks and hyphens.
const TYPED_OCTETS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counting;
    use crate::keys::KEY_BYTES;

    fn canonical(typed: &str) -> Option<String> {
        ResetCode::parse(typed).map(|code| code.to_text().expose_secret().to_owned())
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in [
            "01ab-cdef",
            "OIAB CDEF",
            " olabcdef ",
            "0 1 A B - C D E F",
            "\u{200E}    01AB\u{2011}CDEF",
            "０１ａｂ－ｃｄｅｆ",
            "０1AB\u{3000}CDEF",
        ] {
            assert_eq!(canonical(typed).as_deref(), Some("01AB-CDEF"), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for typed in ["", "01AB-CDE", "01AB-CDEF0", "01AB-CDEU", "01AB_CDEF", "01AB＿CDEF", "01AB-CD\u{141}"] {
            assert_eq!(canonical(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn what_is_longer_than_any_code_with_its_blanks_is_not_read() {
        let padded = |octets: usize| format!("01AB-CDEF{}", " ".repeat(octets - 9));
        assert_eq!(canonical(&padded(TYPED_OCTETS_MAX)).as_deref(), Some("01AB-CDEF"));
        assert_eq!(canonical(&padded(TYPED_OCTETS_MAX + 1)), None);
    }

    /// Every octet of the system's, so that no character is likelier than another.
    #[test]
    fn each_character_of_the_alphabet_is_minted_of_eight_octets() {
        struct Next(std::sync::atomic::AtomicU8);
        impl Entropy for Next {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            }
        }
        let next = Next(0.into());
        let minted: String = (0..32).map(|_| ResetCode::mint(&next).0.expose_secret().to_owned()).collect();
        for character in ALPHABET {
            assert_eq!(minted.bytes().filter(|minted| minted == character).count(), 8, "{}", char::from(*character));
        }
    }

    #[test]
    fn a_minted_code_reads_back() {
        let code = ResetCode::mint(&Counting::default());
        let keys = Keys::new([7; KEY_BYTES]);
        let back = ResetCode::parse(code.to_text().expose_secret()).unwrap();
        assert_eq!(back.digest(&keys, b"delivery"), code.digest(&keys, b"delivery"));
        assert_ne!(back.digest(&keys, b"another"), code.digest(&keys, b"delivery"));
    }
}
