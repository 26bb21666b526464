//! What somebody may have meant who wrote a key that does not exist.

use super::key;

/// The key, twin or section most like `path`, if one is like it at all.
pub(super) fn nearest(path: &str) -> Option<String> {
    if path.len() > PATH_OCTETS_MAX {
        return None;
    }
    if let Some(key) = key::all().find(|key| key.name() == path) {
        return Some(key.path.to_owned());
    }
    let known = key::all().flat_map(|key| [Some(key.path.to_owned()), key.twin(), Some(key.section().to_owned())]);
    known
        .flatten()
        .filter(|candidate| !candidate.is_empty())
        .map(|candidate| (distance(path, &candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// No key is half as long; what is longer is not compared.
const PATH_OCTETS_MAX: usize = 100;

/// How many characters must be put in, taken out or replaced to make one text the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_key_that_was_meant() {
        assert_eq!(nearest("reset.token_ttl_second").as_deref(), Some("reset.token_ttl_seconds"));
        assert_eq!(nearest("mail.smpt.url").as_deref(), Some("mail.smtp.url"));
        assert_eq!(nearest("servr").as_deref(), Some("server"));
    }

    #[test]
    fn a_key_outside_its_section_finds_its_way_home() {
        assert_eq!(nearest("body_bytes_max").as_deref(), Some("limits.body_bytes_max"));
    }

    #[test]
    fn something_else_altogether_finds_nothing() {
        assert_eq!(nearest("colour_of_the_sky"), None);
        assert_eq!(nearest(&"x".repeat(10_000)), None);
    }
}
