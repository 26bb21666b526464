//! A file of words, looked through for what it has.

use std::collections::BTreeSet;

/// One text of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text<'a> {
    pub(super) key: &'a str,
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    /// The names of what is filled in.
    pub(super) gaps: BTreeSet<&'a str>,
}

/// Every text, in the order of the file.
pub(super) fn texts(source: &str) -> Vec<Text<'_>> {
    let mut texts: Vec<Text<'_>> = Vec::new();
    for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let head = line.split_once('=').map(|(key, _)| key.trim_end());
        if let Some(key) = head.filter(|key| is_key(key)) {
            texts.push(Text { key, line: number + 1, gaps: BTreeSet::new() });
        }
        if let Some(text) = texts.last_mut() {
            let gaps = line.split('$').skip(1);
            text.gaps.extend(gaps.filter_map(|rest| rest.split(|c: char| !is_of_name(c)).next()));
        }
    }
    texts
}

/// At the beginning of a line a key is a message's; a term's starts with a hyphen, and an attribute is indented.
fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_of_name)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_with_their_gaps() {
        let source = "# a = { $no }\na = { $x } and { $y_z }\nb=B\n-term = T\nc =\n    { $count ->\n       *[other] { $count } = { $d }\n    }\n";
        let found = texts(source);
        let short: Vec<_> =
            found.iter().map(|text| (text.key, text.line, text.gaps.iter().copied().collect())).collect();
        let expected: Vec<(&str, usize, Vec<&str>)> =
            vec![("a", 2, vec!["x", "y_z"]), ("b", 3, vec![]), ("c", 5, vec!["count", "d"])];
        assert_eq!(short, expected);
    }
}
