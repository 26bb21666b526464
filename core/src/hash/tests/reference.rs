//! `docs/reference/formats.md` says what the table does.

use super::*;
use crate::hash::known_answers::{FILES, read};
use crate::hash::pepper::Pepper;

#[test]
fn the_reference_has_a_row_for_each_format_that_says_what_it_does() {
    let rows: Vec<Vec<&str>> = REFERENCE.lines().filter(|line| line.starts_with("| `")).map(cells).collect();
    assert!(rows.iter().map(|cells| cells[0].trim_matches('`')).eq(Format::all().map(Format::name)));
    for (cells, format) in rows.iter().zip(Format::all()) {
        let usage = if format.is_writable() { "read, written" } else { "read" };
        let bytes_max = format.bytes_max().unwrap_or(PASSWORD_BYTES_MAX).to_string();
        let nul = if format.nul_allowed() { "yes" } else { "no" };
        let pepper = match format.0.pepper {
            Pepper::None => "no",
            Pepper::Appended => "appended",
            Pepper::Secret(_) => "secret",
        };
        assert_eq!(cells[3..8], [usage, &bytes_max, nul, pepper, &files_with(format)], "{format:?}");
        assert_eq!(cells[1].contains("no mark"), !format.has_mark(), "{format:?}");
    }
}

/// Those with a known answer of this format, by name.
fn files_with(format: Format) -> String {
    let holds = |lines: &'static str| lines.lines().filter_map(read).any(|answer| answer.format == format);
    let with = FILES.iter().filter(|(_, lines)| holds(lines));
    with.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn cells(row: &'static str) -> Vec<&'static str> {
    row.trim_matches('|').split(" | ").map(str::trim).collect()
}

const REFERENCE: &str = include_str!("../../../../docs/reference/formats.md");
