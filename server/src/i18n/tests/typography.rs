//! What is printed: it fits, and has the marks of its language.

use super::super::*;
use super::words;

/// Every text of a language with ordinary words in its gaps, by key. A count is 8.
fn printed(language: &Language) -> Vec<(&'static str, String)> {
    let span = language.text("span-hours", &[("count", Arg::Number(1))]);
    let months = [("day", Arg::Number(21)), ("month", Arg::Number(9)), ("year", Arg::Text("2026"))];
    let moment = language.text("moment", &[months.as_slice(), &[("time", Arg::Text("18:48"))]].concat());
    let gaps = [
        ("count", Arg::Number(8)),
        ("product", Arg::Text("Example")),
        ("name", Arg::Text("Ada")),
        ("span", Arg::Text(&span)),
        ("moment", Arg::Text(&moment)),
        ("browser", Arg::Text("Firefox")),
        ("system", Arg::Text("Windows")),
        ("network", Arg::Text("192.0.2.x")),
    ];
    let keys = LANGUAGES[0].1.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let keys = keys.filter_map(|line| line.split(" =").next()).filter(|key| *key != "moment");
    keys.map(|key| (key, language.text(key, &gaps).replace(['\u{2068}', '\u{2069}'], ""))).collect()
}

/// Asserts of every text in the given languages that `is_wrong` finds nothing.
fn never(tags: &[&str], why: &str, is_wrong: impl Fn(&str) -> bool) {
    for language in words().all().into_iter().filter(|language| tags.is_empty() || tags.contains(&language.tag())) {
        for (key, text) in printed(&language) {
            assert!(!is_wrong(&text), "{} {key}: {why}: {text}", language.tag());
        }
    }
}

#[test]
fn subjects_titles_and_buttons_fit() {
    const ALSO_BUTTONS: [&str; 4] = ["page-refused-ask", "page-forgot-title", "page-done-back", "page-ask-again"];
    for language in words().all() {
        for (key, text) in printed(&language) {
            let columns_max = match key {
                key if key.ends_with("-subject") => 78,
                key if key.ends_with("-button") || ALSO_BUTTONS.contains(&key) => 40,
                key if key.ends_with("-title") => 60,
                _ => continue,
            };
            let columns: usize = text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum();
            assert!(columns <= columns_max, "{} {key}: {columns} columns: {text}", language.tag());
        }
    }
}

/// Takes two columns: Chinese characters, kana, hangul, full-width forms.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}')
}

#[test]
fn quotation_marks_dots_and_blanks_are_those_of_print() {
    never(&[], "a typewriter's mark", |text| text.contains(['"', '\'', '`']) || text.contains("..."));
    never(&[], "a blank too many", |text| text.contains("  ") || text.trim() != text);
    never(
        &["en", "de", "es", "fr", "it", "pt-BR", "nl", "pl", "tr", "ru", "uk", "ar", "he", "hi", "ko"],
        "a blank before a mark",
        |text| [" ,", " .", " ;", " :", " ?", " !", " …", " ،", " ؟", " ।"].iter().any(|mark| text.contains(mark)),
    );
}

#[test]
fn french_marks_stand_apart_and_are_not_torn_off() {
    let is_bare = |text: &str, marks: &[char], blank: char| {
        text.match_indices(marks).any(|(at, _)| !text[..at].ends_with(blank) && !text[..at].ends_with("18"))
    };
    never(&["fr"], "no narrow blank that holds", |text| is_bare(text, &['?', '!', ';'], '\u{202F}'));
    never(&["fr"], "no blank that holds", |text| is_bare(text, &[':'], '\u{A0}'));
}

#[test]
fn spanish_questions_open() {
    never(&["es"], "a question that does not open", |text| text.matches('?').count() != text.matches('¿').count());
}

#[test]
fn arabic_has_marks_of_its_own() {
    never(&["ar"], "a Latin mark", |text| text.contains([',', ';', '?']));
}

#[test]
fn hindi_sentences_end_in_a_danda() {
    never(&["hi"], "a full stop", |text| text.ends_with('.') || text.contains(". "));
}

#[test]
fn chinese_and_japanese_have_full_width_marks() {
    let is_narrow = |text: &str| {
        let mut before = ' ';
        text.chars().any(|c| {
            let is_wrong = is_wide(before) && matches!(c, ',' | '.' | ';' | ':' | '?' | '!' | '(' | ')');
            before = c;
            is_wrong
        })
    };
    never(&["ja", "zh-Hans", "zh-Hant"], "a narrow mark", is_narrow);
}
