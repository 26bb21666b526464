//! Reset tokens, reset codes, and the tags of languages: short texts that strangers send.

use regain_core::code::ResetCode;
use regain_core::keys::{KEY_BYTES, Keys};
use regain_core::locale::Locale;
use regain_core::token::ResetToken;
use secrecy::ExposeSecret;

/// Takes one of them.
pub fn secrets(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(token) = ResetToken::parse(text) {
        assert_eq!(token.to_text().expose_secret(), text, "there is one spelling of a token");
    }
    if let Some(code) = ResetCode::parse(text) {
        let printed = code.to_text();
        let printed = printed.expose_secret();
        let (head, tail) = printed.split_once('-').expect("XXXX-XXXX");
        assert!(head.len() == 4 && tail.len() == 4, "{printed}");
        let is_crockford = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !"ILOU".contains(c));
        assert!(printed.chars().all(|c| c == '-' || is_crockford(c)), "{printed}");
        let again = ResetCode::parse(printed).expect("what is printed can be typed");
        let keys = Keys::new([7; KEY_BYTES]);
        assert!(again.digest(&keys, b"") == code.digest(&keys, b""), "{printed}");
    }
    let preferred = Locale::preferred(text);
    assert!(preferred.len() <= 8);
    if let Some(tag) = Locale::parse(text) {
        assert_eq!(Locale::parse(tag.as_str()), Some(tag));
    }
}
