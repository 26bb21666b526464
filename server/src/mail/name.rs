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
    if line.is_empty() || leads_somewhere(&line) {
        return None;
    }
    Some(match line.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    })
}

/// Whether a program that shows mail could make a link of it, or a reader: what stands in addresses and in no name, or a dot
/// with a letter before it and two after it. Initials have a space or another dot there.
fn leads_somewhere(line: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '-';
    let is_domain = |(before, after): (&str, &str)| {
        before.ends_with(is_of_name) && after.chars().take_while(|c| c.is_alphabetic()).take(2).count() == 2
    };
    let mut dots = line.match_indices(is_dot).map(|(at, dot)| (&line[..at], &line[at + dot.len()..]));
    line.contains(['/', '\\', '@', ':']) || dots.any(is_domain)
}

/// Browsers take any of these for the dot in a domain (UTS 46).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
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
            | '\u{3164}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in [
            "Ada",
            "Anne-Marie O’Neill",
            "José",
            "李 明",
            "محمد",
            "J. R. Smith",
            "J.R. Smith",
            "J.R.R. Tolkien",
            "Sammy Davis Jr.",
            "Mr. Smith",
            "<b>Ada<b>",
            "{{ 7*7 }}",
        ] {
            assert_eq!(greeting_name(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_name_is_one_visible_line() {
        assert_eq!(greeting_name("Ada\r\n.\r\nBcc eve").as_deref(), Some("Ada . Bcc eve"));
        assert_eq!(greeting_name("\u{202E}adA\u{200B}\0").as_deref(), Some("adA"));
        assert_eq!(greeting_name("\u{FDD1}A\u{FDEF}d\u{1FFFE}a\u{10FFFF}").as_deref(), Some("Ada"));
        assert_eq!(greeting_name(" \r\n\u{2028}\u{FEFF} "), None);
    }

    #[test]
    fn a_name_has_an_end() {
        let cut = greeting_name(&"ä".repeat(10_000)).unwrap();
        assert_eq!(cut.chars().count(), NAME_CHARS_MAX + 1);
    }

    #[test]
    fn an_advertisement_is_no_name() {
        for name in [
            "You won! https://evil.example/",
            "Visit WWW.evil.example",
            "Locked? Unlock at evil.example.com/unlock",
            "Unlock at evil.example",
            "Unlock at 192.0.2.1:8080",
            "evil。example",
            "b\u{fc}cher.\u{43c}\u{43e}\u{441}\u{43a}\u{432}\u{430}",
            "eve@evil",
            "tel:0900",
            "\\\\evil\\share",
            "evil\u{200B}.\u{200B}example",
        ] {
            assert_eq!(greeting_name(name), None, "{name}");
        }
    }
}
