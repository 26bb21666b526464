//! Passwords with what was stored for them, made by the applications' own libraries.
//!
//! They are part of the program, not of its tests alone: before the first use in a deployment they show that this
//! build, on this machine, computes what the application computes.

use super::{Format, recognise, text};

/// Passwords of that format and what was stored for each.
pub fn known_answers(format: Format) -> impl Iterator<Item = (Vec<u8>, &'static str)> {
    all().filter(move |(other, ..)| *other == format).map(|(_, password, stored)| (password, stored))
}

/// A format, a password's bytes, and what was stored for it. A line that cannot be read is left out; a test reads all.
pub(super) fn all() -> impl Iterator<Item = (Format, Vec<u8>, &'static str)> {
    lines().filter_map(read)
}

/// Where they come from, the password in hexadecimal, what was stored; and the format's name, if the text does not
/// show it.
fn lines() -> impl Iterator<Item = &'static str> {
    FILES.iter().flat_map(|file| file.lines())
}

fn read(line: &'static str) -> Option<(Format, Vec<u8>, &'static str)> {
    let mut columns = line.split('\t').skip(1);
    let (hex, stored) = (columns.next()?, columns.next()?);
    let format = match columns.next() {
        Some(name) => Format::named(name)?,
        None => recognise(stored).ok()?,
    };
    Some((format, text::unhex(hex)?, stored))
}

/// Made as the scripts beside them tell; `published.tsv` cites its sources.
const FILES: [&str; 7] = [
    include_str!("../../tests/vectors/passwords.tsv"),
    include_str!("../../tests/vectors/frameworks.tsv"),
    include_str!("../../tests/vectors/php.tsv"),
    include_str!("../../tests/vectors/node.tsv"),
    include_str!("../../tests/vectors/crypt.tsv"),
    include_str!("../../tests/vectors/composed.tsv"),
    include_str!("../../tests/vectors/published.tsv"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for line in lines() {
            assert!(read(line).is_some(), "{line}");
        }
    }
}
