//! Text from outside, shown to an operator: safe on a terminal and in a page.

use regain_core::time::Timestamp;

/// A moment as people and programs read it: RFC 3339, UTC, to the second.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(|_| at.to_string(), |at| format!("{at:.0}"))
}

/// On one line, with everything escaped that a terminal would obey or that a reader would not see.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().flat_map(|c| if is_hidden(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }).collect()
}

/// JSON on one line, the same to a program, and safe on a terminal.
#[must_use]
pub fn json_line(value: &serde_json::Value) -> String {
    let mut line = String::new();
    for c in value.to_string().chars() {
        if is_hidden(c) {
            // Outside ASCII, and so within a string, where RFC 8259 §7 lets it be escaped.
            let mut units = [0; 2];
            line.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            line.push(c);
        }
    }
    line
}

/// Control characters; line and paragraph separators; and what Unicode calls format characters (general category Cf),
/// those that change the direction of text among them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0001}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_or_a_reader_does_not_see_is_escaped() {
        for (text, shown) in [
            ("ada@example.com", "ada@example.com"),
            ("é 名 🦦", "é 名 🦦"),
            ("a\r\nb", "a\\u{d}\\u{a}b"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("moc.\u{202e}elpmaxe", "moc.\\u{202e}elpmaxe"),
            ("\u{61c}\u{2066}\u{feff}\u{e0041}", "\\u{61c}\\u{2066}\\u{feff}\\u{e0041}"),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }

    #[test]
    fn json_is_the_same_to_a_program() {
        let value = serde_json::json!({ "a": "\u{1b}\u{9b}\u{202e}\u{e0041}é\n\u{7f}" });
        let line = json_line(&value);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        assert!(!line.chars().any(is_hidden), "{line}");
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment(Timestamp::from_millis(1_800_000_000_999)), "2027-01-15T08:00:00Z");
    }
}
