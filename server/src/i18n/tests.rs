use super::*;
use std::collections::BTreeSet;
use std::path::Path;

fn words() -> Words {
    Words::built_in().unwrap()
}

fn wanting(tags: &[&str]) -> String {
    let wanted: Vec<_> = tags.iter().filter_map(|tag| Locale::parse(tag)).collect();
    two_languages().choose(&wanted).tag().to_owned()
}

fn two_languages() -> Words {
    let parse = |tag| Arc::new(Language::parse(tag, "hello = Hello").unwrap());
    Words { languages: vec![parse("en"), parse("pt-BR"), parse("pt-PT"), parse("ar")] }
}

#[test]
fn a_language_is_chosen_by_its_tag_then_by_its_primary_language_then_the_default() {
    assert_eq!(wanting(&["pt-pt"]), "pt-PT");
    assert_eq!(wanting(&["pt_AO"]), "pt-BR");
    assert_eq!(wanting(&["tlh", "ar-EG", "pt-PT"]), "ar");
    assert_eq!(wanting(&["tlh"]), "en");
    assert_eq!(wanting(&[]), "en");
}

#[test]
fn arabic_runs_from_right_to_left() {
    let words = two_languages();
    assert_eq!(words.choose(&[Locale::parse("ar").unwrap()]).direction(), "rtl");
    assert_eq!(words.choose(&[]).direction(), "ltr");
}

#[test]
fn spans_are_told_in_their_largest_whole_unit() {
    let words = words();
    let spans = [(1, "1 second"), (600, "10 minutes"), (3600, "1 hour"), (5400, "90 minutes"), (86_400, "24 hours")];
    for (seconds, told) in spans {
        assert_eq!(words.choose(&[]).span(Duration::from_secs(seconds)), told);
    }
    assert_eq!(words.choose(&[]).span(Duration::from_secs(7 * 86_400)), "7 days");
}

#[test]
fn moments_are_told_in_utc() {
    let words = words();
    let at = Timestamp::from_millis(1_795_286_889_123);
    assert_eq!(words.choose(&[]).moment(at), "21 November 2026, 18:48 UTC");
    assert_eq!(words.choose(&[]).moment(Timestamp::from_millis(0)), "1 January 1970, 00:00 UTC");
    assert!(words.choose(&[]).moment(Timestamp::from_millis(i64::MAX)).ends_with("UTC"));
}

#[test]
fn what_fills_a_gap_is_taken_literally_and_nothing_is_added() {
    let words = words();
    let text = words.choose(&[]).text("mail-greeting-named", &[("name", Arg::Text("{ $x } {{ 7*7 }}"))]);
    assert_eq!(text, "Hello { $x } {{ 7*7 }},");
}

#[test]
fn a_missing_text_shows_its_key() {
    assert_eq!(words().choose(&[]).text("no-such-key", &[]), "{no-such-key}");
}

#[test]
fn every_language_has_the_same_keys() {
    let [(_, first), rest @ ..] = LANGUAGES else { panic!("there is a default language") };
    for (tag, source) in rest {
        assert_eq!(keys(source), keys(first), "locales/{tag}.ftl");
    }
}

#[test]
fn every_key_that_a_template_asks_for_exists() {
    let keys = keys(LANGUAGES[0].1);
    for (path, source) in sources() {
        for asked in source.split("words(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(path.ends_with("tests.rs") || keys.contains(asked), "{path} asks for {asked:?}");
        }
    }
}

#[test]
fn every_key_is_asked_for_somewhere() {
    let all: String = sources().into_iter().filter(|(path, _)| !path.ends_with("tests.rs")).map(|(_, s)| s).collect();
    for key in keys(LANGUAGES[0].1) {
        // Whole, or put together: "page-done" and "-title", "page-password-{rule}".
        let starts = key.match_indices('-').skip(1).map(|(at, _)| &key[..at]);
        let mut spellings = starts.flat_map(|start| [format!("\"{start}\""), format!("\"{start}-{{")]);
        let is_asked = all.contains(&format!("\"{key}\"")) || spellings.any(|it| all.contains(&it));
        assert!(is_asked, "nothing asks for {key:?}");
    }
}

fn keys(source: &str) -> BTreeSet<&str> {
    let starts_a_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    source.lines().filter(starts_a_message).filter_map(|line| line.split(" =").next()).collect()
}

/// Path and text of every template and every file of the server.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("../templates"), root.join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}
