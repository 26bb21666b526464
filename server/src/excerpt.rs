//! One line of an operator's own file, underlined if it is known, with what is wrong with it and what to do.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// A fault in a file, as a compiler would show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault<'a> {
    /// The file, as the operator knows it.
    pub(crate) path: &'a str,
    /// All that it holds.
    pub(crate) text: &'a str,
    /// Where in it, if that is known: bytes of `text`. Only the first line of them is shown.
    pub(crate) place: Option<Range<usize>>,
    /// What is wrong, in a sentence without a full stop.
    pub(crate) title: &'a str,
    /// What to do about it.
    pub(crate) help: &'a str,
}

impl Fault<'_> {
    /// Several lines, without one break at the end.
    pub(crate) fn render(&self) -> String {
        let group = Group::with_title(Level::ERROR.primary_title(self.title));
        let group = match &self.place {
            Some(place) => group.element(self.snippet(place)),
            None => group.element(Origin::path(self.path)),
        };
        Renderer::plain().render(&[group.element(Level::HELP.message(self.help))])
    }

    /// The line in which `place` begins.
    fn snippet(&self, place: &Range<usize>) -> Snippet<'_, Annotation<'_>> {
        let start = self.text.floor_char_boundary(place.start.min(self.text.len()));
        let line = line_around(self.text, start);
        let end = self.text.floor_char_boundary(place.end.min(line.end)).max(start);
        let number = 1 + self.text[..line.start].bytes().filter(|&b| b == b'\n').count();
        // A terminal shall show this, not obey it.
        let shown: String = self.text[line.clone()].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let place = (start - line.start).min(shown.len())..(end - line.start).min(shown.len());
        let mark = AnnotationKind::Primary.span(place);
        Snippet::source(shown).line_start(number).path(self.path).annotation(mark)
    }
}

/// The bytes of the line with this number, counted from 1, without the blanks around it.
pub(crate) fn line(text: &str, number: usize) -> Range<usize> {
    let start = match number {
        0 | 1 => 0,
        number => text.match_indices('\n').nth(number - 2).map_or(text.len(), |(at, _)| at + 1),
    };
    let line = line_around(text, start);
    let (whole, start) = (&text[line.clone()], line.start);
    let indented = whole.len() - whole.trim_start().len();
    start + indented.min(whole.trim_end().len())..start + whole.trim_end().len()
}

/// The line that holds the byte at `offset`, without its end.
fn line_around(text: &str, offset: usize) -> Range<usize> {
    let start = text[..offset].rfind('\n').map_or(0, |n| n + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |n| offset + n);
    start..start + text[start..end].trim_end_matches('\r').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_shown_where_it_is() {
        let text = "one\n  two {{ three\nfour\n";
        let place = Some(line(text, 2));
        let fault = Fault { path: "mail/a.txt", text, place, title: "it does not end", help: "end it" };
        let shown = fault.render();
        assert!(
            shown.contains("mail/a.txt:2:3") && shown.contains("  two {{ three") && shown.contains("end it"),
            "{shown}"
        );
        assert!(!shown.contains("four"), "{shown}");
        let shown = Fault { place: None, ..fault }.render();
        assert!(shown.contains("mail/a.txt") && !shown.contains(":1") && shown.contains("end it"), "{shown}");
    }

    #[test]
    fn there_is_always_something_to_show() {
        for (text, place) in [("", 0..0), ("", 5..9), ("ä", 1..1), ("a\r\n", 2..3), ("a\u{1B}[2J", 0..6)] {
            let shown = Fault { path: "p", text, place: Some(place), title: "t", help: "h" }.render();
            assert!(shown.contains("error: t") && !shown.contains('\u{1B}'), "{shown:?}");
        }
        for number in 0..9 {
            let place = line("a\n\n b", number);
            assert!(place.start <= place.end && place.end <= 5, "{place:?}");
        }
    }
}
