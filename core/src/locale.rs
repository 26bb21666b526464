//! Languages, as tags.

/// A language tag in the shape of BCP 47: ASCII letters, digits and hyphens, at most [`TAG_OCTETS_MAX`] of them.
/// Whether the language is known is decided where the words are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locale(String);

/// RFC 5646 §4.4.1 asks for room for 35 characters.
pub const TAG_OCTETS_MAX: usize = 35;

impl Locale {
    /// Reads a tag; an underscore, as in `pt_BR`, is taken for a hyphen.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.len() <= TAG_OCTETS_MAX
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && text.starts_with(|c: char| c.is_ascii_alphabetic());
        fits.then(|| Self(text.replace('_', "-")))
    }

    /// The tags of an `Accept-Language` header (RFC 9110 §12.5.4), best first, at most eight.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Vec<Self> {
        let mut ranked: Vec<(u32, Self)> = accept_language
            .split(',')
            .take(8)
            .filter_map(|range| {
                let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
                let quality = match parameters.trim().strip_prefix("q=") {
                    Some(q) => q.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q))?,
                    None => 1.0,
                };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
                let thousandths = (quality * 1000.0) as u32;
                (thousandths > 0).then_some((thousandths, Self::parse(tag.trim())?))
            })
            .collect();
        ranked.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        ranked.into_iter().map(|(_, locale)| locale).collect()
    }

    /// The tag, hyphenated.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(header: &str) -> Vec<String> {
        Locale::preferred(header).iter().map(|locale| locale.as_str().to_owned()).collect()
    }

    #[test]
    fn accept_language_is_ranked_by_quality() {
        assert_eq!(tags("de;q=0.5, pt_BR, en;q=0.9, *, fr;q=0"), ["pt-BR", "en", "de"]);
    }

    #[test]
    fn a_tag_begins_with_a_letter_and_has_at_most_35_characters() {
        let longest = "a".repeat(TAG_OCTETS_MAX);
        for tag in ["de", "zh-Hant-TW", "sl-1994", longest.as_str()] {
            assert_eq!(Locale::parse(tag).unwrap().as_str(), tag);
        }
        for text in ["", "1a", "-de", "_de", "de.UTF-8", "dé", &format!("{longest}a")] {
            assert_eq!(Locale::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn of_a_header_eight_languages_are_read() {
        assert_eq!(tags("a, b, c, d, e, f, g, h, i").len(), 8);
        assert_eq!(tags("de; q=0.001, en; q=0.0009, fr;q=1.001"), ["de"]);
    }

    #[test]
    fn nonsense_is_passed_over() {
        assert!(tags("\r\nBcc: x, ;;;, 1, en;q=7").is_empty());
    }
}
