//! The operator's own style. The Content Security Policy of the pages is what keeps it from loading anything; here it
//! is read so that an operator learns at once what a browser would refuse in silence.

use super::Unfit;
use std::sync::Arc;

/// A style sheet that loads nothing from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Css(Arc<str>);

impl Css {
    /// Takes what a file holds.
    ///
    /// # Errors
    /// [`Unfit`], if it is too large, no UTF-8, or would load something from another origin.
    pub fn of(octets: &[u8]) -> Result<Self, Unfit> {
        if octets.len() > CSS_OCTETS_MAX {
            return Err(Unfit(format!("names a file of {} octets", octets.len())));
        }
        let text = std::str::from_utf8(octets).map_err(|_| Unfit("names a file that is not in UTF-8".into()))?;
        if text.contains('\0') {
            return Err(Unfit("names a file with a NUL character".into()));
        }
        match loaded_by(text) {
            Some(what) => Err(Unfit(format!("names a file that would load something: {what}"))),
            None => Ok(Self(text.into())),
        }
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// What in a style sheet would load something that is not part of it, if anything would. What stands in a comment
/// counts as well.
pub(super) fn loaded_by(text: &str) -> Option<String> {
    let plain = without_escapes(text).to_ascii_lowercase();
    if let Some(word) = ["@import", "image-set(", "src("].into_iter().find(|word| plain.contains(word)) {
        return Some(format!("`{word}`, which names other files"));
    }
    let mut addresses = plain.split("url(").skip(1);
    let other = addresses.find(|rest| !is_own(rest))?;
    let shown: String = other.chars().take_while(|c| *c != ')').take(60).collect();
    Some(format!("`url({shown})`; a `url()` may start with `data:`, `#` or `/brand/`"))
}

/// Whether the address that starts here is part of the file, or one of our own files.
fn is_own(rest: &str) -> bool {
    let address = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\''));
    ["data:", "#", "/brand/"].into_iter().any(|start| address.starts_with(start))
}

/// Undoes CSS escapes, with which `\75rl(` means `url(` (CSS Syntax Level 3 §4.3.7).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = after.bytes().take(ESCAPE_DIGITS_MAX).take_while(u8::is_ascii_hexdigit).count();
        let (hex, left) = after.split_at(digits);
        rest = left;
        if let Ok(code) = u32::from_str_radix(hex, 16) {
            plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = left
                .strip_prefix("\r\n")
                .or_else(|| left.strip_prefix([' ', '\t', '\n', '\r', '\u{c}']))
                .unwrap_or(left);
        }
    }
    plain.push_str(rest);
    plain
}

/// What bounds a page's weight; a style sheet by hand has a tenth.
pub const CSS_OCTETS_MAX: usize = 64 * 1024;
const ESCAPE_DIGITS_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn complaint(text: &str) -> String {
        Css::of(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_style_of_ones_own_is_taken() {
        for text in [
            "",
            ":root { --accent: #a00; } /* url */ main { border-radius: 0 }",
            "main { background: url(data:image/png;base64,AAAA) }",
            "main { background: URL( '/brand/logo' ); mask: url(#shape) }",
            "a::after { content: '\\2197' }",
        ] {
            assert_eq!(Css::of(text.as_bytes()).map(|css| css.text().to_owned()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_would_be_loaded_from_elsewhere_is_refused() {
        for text in [
            "@import 'https://evil.example/a.css';",
            "@IMPORT url(a.css)",
            "@\\69mport 'a.css'",
            "@\\000069 mport 'a.css'",
            "@i\\mport 'a.css'",
            "main { background: url(https://evil.example/?) }",
            "main { background: url( \"//evil.example/a.png\") }",
            "main { background: \\75 rl(//evil.example) }",
            "main { background: u\\72\r\nl(//evil.example) }",
            "main { background: url(/\\evil.example) }",
            "main { background: url(\t'\n//evil.example') }",
            "main { background: url(blob:x) }",
            "main { background: image-set('https://evil.example/a.png' 1x) }",
            "main { background: -webkit-image-set('https://evil.example/a.png' 1x) }",
            "@font-face { src: url(https://evil.example/a.woff2) }",
            "input[value^='a'] { background: url(https://evil.example/a) }",
        ] {
            assert!(complaint(text).starts_with("names a file that would load something: "), "{text}");
        }
    }

    #[test]
    fn what_is_too_large_or_no_text_is_refused() {
        assert_eq!(complaint(&"a".repeat(CSS_OCTETS_MAX + 1)), "names a file of 65537 octets");
        assert!(complaint("a\0").contains("NUL"));
        assert!(Css::of(b"\xff").is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[\\\\urlRL(/:'\" 0-9a-f@é\\n]{0,40}") {
            let _ = Css::of(text.as_bytes());
        }

        #[test]
        fn however_it_is_escaped_an_address_elsewhere_is_found(which in proptest::collection::vec(0..3_u8, 4)) {
            let spelt: String = "url(".chars().zip(which).map(|(c, how)| match (how, c) {
                (_, '(') | (0, _) => c.to_string(),
                (1, _) => format!("\\{:x} ", u32::from(c)),
                _ => format!("\\{:06X}", u32::from(c)),
            }).collect();
            let css = format!("a {{ background: {spelt}//evil.example) }}");
            prop_assert!(Css::of(css.as_bytes()).is_err(), "{}", css);
        }
    }
}
