//! Words of the operator's own: in the folder that `locales_dir` names, `<tag>.ftl` each. A text there takes the place of
//! the built-in one with its key; a language that there is not yet has to have all of them.

use super::texts::{Text, texts};
use super::{LANGUAGES, WordsFault, same};
use crate::excerpt::{Fault, line};
use fluent_bundle::FluentResource;
use regain_core::locale::Locale;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use unic_langid::LanguageIdentifier;

/// Tag and words of every file in `folder`, each looked through.
///
/// # Errors
/// [`WordsFault::Own`].
pub(super) fn read(folder: &Path) -> Result<Vec<(String, String)>, WordsFault> {
    let unreadable =
        |path: &Path, cause: &dyn Display| WordsFault::Own(format!("{}: {cause}; see locales_dir", path.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.extension().is_some_and(|ending| ending == "ftl") {
            paths.push(path);
        }
    }
    if paths.len() > FILES_MAX {
        return Err(unreadable(folder, &format_args!("it holds more than {FILES_MAX} files of words")));
    }
    paths.sort();
    let mut own = Vec::new();
    for path in &paths {
        let octets = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
        if octets > FILE_OCTETS_MAX {
            return Err(unreadable(path, &format_args!("it has more than {FILE_OCTETS_MAX} octets")));
        }
        let source = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_tag = name.parse::<LanguageIdentifier>().is_ok();
        let tag = Locale::parse(name).filter(|_| is_tag).ok_or_else(|| {
            unreadable(path, &"its name is no language tag; call it as `sv.ftl` or `pt-BR.ftl` are called")
        })?;
        look_through(&path.display().to_string(), tag.as_str(), &source)?;
        own.push((tag.as_str().to_owned(), source));
    }
    Ok(own)
}

/// Refuses what would not be found, or would come out with holes.
fn look_through(path: &str, tag: &str, source: &str) -> Result<(), WordsFault> {
    let fault = |place, title: &str, help: &str| {
        Err(WordsFault::Own(Fault { path, text: source, place: Some(place), title, help }.render()))
    };
    if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
        let (place, kind) = errors.first().map_or((0..0, String::new()), |it| (it.pos.clone(), it.kind.to_string()));
        return fault(place, &format!("this is not Fluent: {kind}"), SYNTAX);
    }
    let known = built_in();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for Text { key, line: number, gaps } in texts(source) {
        let place = line(source, number);
        if let Some(first) = seen.insert(key, number) {
            return fault(
                place,
                &format!("`{key}` is there twice"),
                &format!("keep one; the other is in line {first}"),
            );
        }
        let Some(text) = known.get(key) else {
            return fault(
                place,
                &format!("there is no text called `{key}`"),
                "`regain mail eject` writes those there are",
            );
        };
        if let Some(gap) = gaps.difference(&text.gaps).next() {
            let fillable: Vec<String> = text.gaps.iter().map(|gap| format!("`${gap}`")).collect();
            let help = match fillable.as_slice() {
                [] => "this text takes none".to_owned(),
                gaps => format!("this text takes {}", gaps.join(", ")),
            };
            return fault(place, &format!("nothing fills `${gap}` in `{key}`"), &help);
        }
    }
    let missing: Vec<&str> = known.keys().filter(|key| !seen.contains_key(*key)).copied().collect();
    if !missing.is_empty() && !LANGUAGES.iter().any(|(it, _)| same(it, tag)) {
        let named = missing.iter().take(5).map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let help =
            "a language that is not built in needs every text; start from a file that `regain mail eject` writes";
        let title = format!("{} texts are missing, such as {named}", missing.len());
        return Err(WordsFault::Own(Fault { path, text: source, place: None, title: &title, help }.render()));
    }
    Ok(())
}

/// Every text of the default language by its key.
fn built_in() -> BTreeMap<&'static str, Text<'static>> {
    let source = LANGUAGES.first().map_or("", |(_, source)| source);
    texts(source).into_iter().map(|text| (text.key, text)).collect()
}

const SYNTAX: &str = "see https://projectfluent.org/fluent/guide/; `regain mail eject` writes files that are right";
/// Some ten times a built-in one.
const FILE_OCTETS_MAX: u64 = 256 * 1024;
/// As many languages as anybody has translators for.
const FILES_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(tag: &str, source: &str) -> String {
        look_through("locales/x.ftl", tag, source).map_or_else(|fault| fault.to_string(), |()| String::new())
    }

    #[test]
    fn a_few_texts_of_a_built_in_language_are_enough() {
        assert_eq!(looked("de", "mail-greeting = Hallo,\nmail-greeting-named = Hallo { $name },\n"), "");
        assert_eq!(looked("de", "# nothing\n"), "");
    }

    #[test]
    fn what_would_come_out_wrong_is_shown_at_its_line() {
        for (tag, source, told) in [
            ("de", "mail-greeting = Hallo\nmail-greting = Hallo\n", "no text called `mail-greting`"),
            ("de", "\nmail-greeting = Hallo { $name }\n", "nothing fills `$name` in `mail-greeting`"),
            ("de", "a b\n", "this is not Fluent"),
            ("de", "mail-greeting = { $\n", "this is not Fluent"),
            ("de", "mail-greeting = A\nmail-greeting = B\n", "there twice"),
            ("sv", "mail-greeting = Hej,\n", "texts are missing"),
        ] {
            let shown = looked(tag, source);
            assert!(shown.contains(told) && shown.contains("locales/x.ftl"), "{shown}");
            assert_eq!(
                shown.contains("locales/x.ftl:"),
                told != "texts are missing",
                "a line, where one is to blame: {shown}"
            );
        }
    }

    #[test]
    fn a_whole_file_is_a_language_of_its_own() {
        assert_eq!(looked("sv", LANGUAGES[0].1), "");
    }
}
