//! What is tried as a password.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::ops::RangeInclusive;

/// Those that some library treats in its own way, and a few by chance.
pub(super) fn tried() -> Vec<String> {
    let chosen = [
        "correct horse battery staple",
        "",
        " spaces and\ttabs \n",
        "quo'te \"and\\ back",
        "ﬁne Ａngstro\u{308}m \u{212B}",
        "пароль 🔑",
        "nul\0in the middle",
    ];
    let long = [72, 73, 200].map(|bytes| "x".repeat(bytes));
    let mut runner = TestRunner::default();
    let mut by_chance = |strategy: &BoxedStrategy<String>| strategy.new_tree(&mut runner).unwrap().current();
    let ascii = "[ -~]{1,72}".boxed();
    let unicode = proptest::collection::vec(character(), 1..40).prop_map(String::from_iter).boxed();
    let random = [by_chance(&ascii), by_chance(&ascii), by_chance(&unicode), by_chance(&unicode)];
    chosen.map(str::to_owned).into_iter().chain(long).chain(random).collect()
}

/// From blocks that no new edition of Unicode adds to, so that normalising them is the same everywhere.
fn character() -> impl Strategy<Value = char> {
    const BLOCKS: &[RangeInclusive<char>] = &[
        '\u{0}'..='\u{24F}',
        '\u{300}'..='\u{36F}',
        '\u{400}'..='\u{4FF}',
        '\u{1E00}'..='\u{1EFF}',
        '\u{AC00}'..='\u{D7A3}',
        '\u{FB00}'..='\u{FB06}',
        '\u{FF01}'..='\u{FF9D}',
        '\u{1F300}'..='\u{1F5FF}',
    ];
    proptest::char::ranges(BLOCKS.into())
}

/// One that differs in its last character, within any library's sight for what it takes at all.
pub(super) fn another(password: &str) -> String {
    let mut another = password.to_owned();
    let last = another.pop();
    another.push(if last == Some('?') { '!' } else { '?' });
    another
}
