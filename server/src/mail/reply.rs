//! What the other side said, as the ledger and a terminal can show it.

use super::name::is_hidden;

/// On one line, without control characters, at most [`REPLY_CHARS_MAX`].
pub(super) fn reply_line(reply: &str) -> String {
    // As most replies are already.
    let is_plain = reply.bytes().all(|octet| matches!(octet, b' '..=b'~')) && !reply.contains("  ");
    if is_plain && reply.len() <= REPLY_CHARS_MAX {
        return reply.trim().to_owned();
    }
    let visible = |c: char| if c.is_control() || is_hidden(c) { ' ' } else { c };
    let line: String = reply.chars().map(visible).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(REPLY_CHARS_MAX).collect()
}

/// RFC 5321 §4.5.3.1.5 allows a reply line 512 octets.
const REPLY_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_line_that_hides_nothing() {
        for (said, line) in [
            ("", ""),
            ("  ", ""),
            ("250 2.0.0 Ok", "250 2.0.0 Ok"),
            (" 250 2.0.0 Ok: queued as 4Zk1yQ ", "250 2.0.0 Ok: queued as 4Zk1yQ"),
            ("550  two\r\nlines\tand a tab\u{7f}", "550 two lines and a tab"),
            ("550 \u{202e}backwards\u{200b}", "550 backwards"),
            ("550 schön", "550 schön"),
        ] {
            assert_eq!(reply_line(said), line, "{said:?}");
        }
    }

    #[test]
    fn a_reply_is_cut_off_where_it_gets_too_long_whatever_is_in_it() {
        for letter in ["a", "ä"] {
            assert_eq!(reply_line(&letter.repeat(REPLY_CHARS_MAX)), letter.repeat(REPLY_CHARS_MAX));
            assert_eq!(reply_line(&letter.repeat(REPLY_CHARS_MAX + 1)), letter.repeat(REPLY_CHARS_MAX));
        }
    }
}
