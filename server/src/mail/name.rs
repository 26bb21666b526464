//! The owner's name, which is whatever somebody once typed into another application.

use crate::weakness::{self, Weakness};

/// What of `name` is fit to greet with: one line, no control or invisible characters, at most [`NAME_CHARS_MAX`]
/// characters. Nothing, if nothing is left, or if it is an advertisement: whoever signs up with another's address
/// could otherwise have us mail a link of their own.
pub(super) fn greeting_name(name: &str) -> Option<String> {
    if weakness::is(Weakness::NamesNotCleaned) {
        return Some(name.to_owned());
    }
    let visible: String = name.chars().map(|c| if is_break(c) { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = line.to_ascii_lowercase();
    if line.is_empty() || lower.contains("://") || lower.contains("www.") {
        return None;
    }
    Some(match line.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    })
}

/// Names on passports have at most 64 characters with some room to spare (ICAO Doc 9303 prints 39).
const NAME_CHARS_MAX: usize = 64;

fn is_break(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0B' | '\x0C' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, and those that change how others are shown (Unicode's bidirectional controls, zero-width
/// characters but the joiners that scripts need, tags, variation fillers, noncharacters).
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["Ada", "Anne-Marie O’Neill", "José", "李 明", "محمد", "J. R. Smith", "<b>Ada</b>", "{{ 7*7 }}"]
        {
            assert_eq!(greeting_name(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(greeting_name("Ada\r\n.\r\nBcc: eve@example.com").as_deref(), Some("Ada . Bcc: eve@example.com"));
        assert_eq!(greeting_name("\u{202E}adA\u{200B}\0").as_deref(), Some("adA"));
        assert_eq!(greeting_name(" \r\n\u{2028}\u{FEFF} "), None);
    }

    #[test]
    fn a_name_has_an_end() {
        let cut = greeting_name(&"ä".repeat(10_000)).unwrap();
        assert_eq!(cut.chars().count(), NAME_CHARS_MAX + 1);
    }

    #[test]
    fn an_advertisement_is_no_name() {
        assert_eq!(greeting_name("You won! https://evil.example/"), None);
        assert_eq!(greeting_name("Visit WWW.evil.example"), None);
    }
}
