//! Paragraphs of a text part.

/// Breaks a paragraph into lines; a word longer than a line stays whole, and so does what a non-breaking space joins.
/// Chinese and Japanese, which have no blanks, break between characters, but not where a line would begin or end with a
/// mark that does not stand there.
pub(super) fn wrap(paragraph: &str) -> String {
    let mut text = String::with_capacity(paragraph.len() + 8);
    let mut column = 0;
    for word in paragraph.split_ascii_whitespace() {
        let mut blank = usize::from(column > 0);
        for part in Parts(word) {
            let width = part.chars().map(columns).sum::<usize>();
            if column > 0 && column + blank + width > TEXT_COLUMNS {
                text.push('\n');
                column = 0;
            } else if blank == 1 {
                text.push(' ');
                column += 1;
            }
            text.push_str(part);
            column += width;
            blank = 0;
        }
    }
    text
}

/// Lines of mail are best kept under 78 characters (RFC 5322 §2.1.1), less room for being quoted in an answer.
pub(super) const TEXT_COLUMNS: usize = 72;

/// A word, in parts between which a line may end.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut chars = self.0.char_indices().peekable();
        while let Some((_, c)) = chars.next() {
            if let Some(&(at, next)) = chars.peek()
                && may_break(c, next)
            {
                let (part, rest) = self.0.split_at(at);
                self.0 = rest;
                return Some(part);
            }
        }
        let part = std::mem::take(&mut self.0);
        (!part.is_empty()).then_some(part)
    }
}

fn may_break(before: char, after: char) -> bool {
    (is_ideographic(before) || is_ideographic(after)) && !NEVER_LAST.contains(before) && !NEVER_FIRST.contains(after)
}

/// Of the marks that Japanese and Chinese use (JIS X 4051, GB/T 15834). Small kana may begin a line where there is little
/// room, and 72 columns are little.
const NEVER_FIRST: &str = "、。，．：；！？）］｝」』】〉》〕ー…‥・%％";
const NEVER_LAST: &str = "（［｛「『【〈《〔";

/// Chinese characters, kana, and full-width marks. Hangul has blanks between words.
fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}')
}

fn columns(c: char) -> usize {
    if is_ideographic(c) || matches!(c, '\u{1100}'..='\u{115F}' | '\u{AC00}'..='\u{D7A3}') { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_is_never_broken() {
        let link = "https://accounts.example.com/reset-password#AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        assert_eq!(wrap(&format!("see {link} now")), format!("see\n{link}\nnow"));
    }

    #[test]
    fn what_a_space_holds_together_is_not_torn_apart() {
        let line = "x".repeat(TEXT_COLUMNS - 2);
        assert_eq!(wrap(&format!("{line} b\u{202F}? c")), format!("{line}\nb\u{202F}? c"));
    }

    #[test]
    fn chinese_breaks_between_characters_and_not_before_a_mark() {
        let full = "字".repeat(TEXT_COLUMNS / 2);
        assert_eq!(wrap(&format!("{full}字")), format!("{full}\n字"));
        assert_eq!(wrap(&format!("{full}。字")), format!("{}\n字。字", "字".repeat(TEXT_COLUMNS / 2 - 1)));
        let almost = "字".repeat(TEXT_COLUMNS / 2 - 1);
        assert_eq!(wrap(&format!("{almost}（字）")), format!("{almost}\n（字）"));
    }

    #[test]
    fn korean_breaks_at_blanks() {
        let word = "비밀번호를".to_owned();
        let line = [word.as_str(); 6].join(" ");
        assert_eq!(wrap(&format!("{line} {word}")), format!("{line}\n{word}"));
    }
}
