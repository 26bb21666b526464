//! The files of all languages are held together, and to the templates and the code that ask for their texts.

use super::super::*;
use super::words;
use fluent_bundle::{FluentArgs, FluentValue};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every text of a file, with the names of its gaps.
fn texts(source: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut by_key = BTreeMap::new();
    for text in super::super::texts::texts(source) {
        assert!(by_key.insert(text.key, text.gaps).is_none(), "{} is there twice", text.key);
    }
    by_key
}

/// How `other` differs from `first`: a line for each key.
fn differences(first: &str, other: &str) -> Vec<String> {
    let (first, other) = (texts(first), texts(other));
    let missing = first.keys().filter(|key| !other.contains_key(*key)).map(|key| format!("{key} is missing"));
    let extra = other.keys().filter(|key| !first.contains_key(*key)).map(|key| format!("{key} is none of the first"));
    let gaps = first.iter().filter_map(|(key, gaps)| {
        let others = other.get(key).filter(|others| *others != gaps)?;
        Some(format!("{key} has the gaps {others:?}, not {gaps:?}"))
    });
    missing.chain(extra).chain(gaps).collect()
}

#[test]
fn every_language_has_the_texts_and_gaps_of_the_first() {
    for (tag, source) in LANGUAGES {
        assert_eq!(differences(LANGUAGES[0].1, source), [""; 0], "locales/{tag}.ftl");
    }
}

#[test]
fn a_difference_between_languages_is_named() {
    let first = "a = { $x }\nb = B\nc =\n    { $count ->\n       *[other] { $count }\n    }\n";
    assert_eq!(differences(first, first), [""; 0]);
    assert_eq!(differences(first, &first.replace("b = B\n", "")), ["b is missing"]);
    assert_eq!(differences(first, &format!("{first}d = D\n")), ["d is none of the first"]);
    assert_eq!(differences(first, &first.replace("$x", "$y")), [r#"a has the gaps {"y"}, not {"x"}"#]);
    assert_eq!(differences(first, &first.replace("= B", "= { $x }")), [r#"b has the gaps {"x"}, not {}"#]);
}

#[test]
fn every_language_in_the_folder_is_part_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../locales");
    let files: BTreeSet<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, LANGUAGES.iter().map(|(tag, _)| format!("{tag}.ftl")).collect());
}

#[test]
fn every_file_can_be_read() {
    for (tag, source) in LANGUAGES {
        Language::parse(tag, &[source]).unwrap();
    }
}

#[test]
fn every_text_takes_every_count() {
    for language in words().all() {
        for (key, gaps) in texts(LANGUAGES[0].1) {
            for count in [0, 1, 2, 3, 5, 11, 21, 100] {
                let mut args = FluentArgs::new();
                for gap in &gaps {
                    match *gap {
                        "count" | "day" | "month" => args.set(*gap, FluentValue::from(count)),
                        text => args.set(text, FluentValue::from(format!("<{text}>"))),
                    }
                }
                let (text, errors) = language.try_format(key, &args).unwrap();
                let tag = language.tag();
                assert!(errors.is_empty(), "{tag} {key} {count}: {errors:?}");
                assert!(!text.trim().is_empty() && !text.contains(['{', '}', '$']), "{tag} {key} {count}: {text}");
                // One and two may be words.
                let is_told = !gaps.contains("count") || (1..=2).contains(&count) || text.contains(&count.to_string());
                assert!(is_told, "{tag} {key} does not tell {count}: {text}");
            }
        }
    }
}

#[test]
fn every_key_that_a_template_asks_for_exists() {
    let texts = texts(LANGUAGES[0].1);
    for (path, source) in sources() {
        for asked in source.split("words(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(path.ends_with("tests.rs") || texts.contains_key(asked), "{path} asks for {asked:?}");
        }
    }
}

#[test]
fn every_key_is_asked_for_somewhere() {
    let all: String = sources().into_iter().filter(|(path, _)| !path.ends_with("tests.rs")).map(|(_, s)| s).collect();
    for key in texts(LANGUAGES[0].1).into_keys() {
        // Whole, or put together: "page-done" and "-title", "page-password-{rule}".
        let starts = key.match_indices('-').skip(1).map(|(at, _)| &key[..at]);
        let mut spellings = starts.flat_map(|start| [format!("\"{start}\""), format!("\"{start}-{{")]);
        let is_asked = all.contains(&format!("\"{key}\"")) || spellings.any(|it| all.contains(&it));
        assert!(is_asked, "nothing asks for {key:?}");
    }
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
