//! Where settings come from: the file, found and parsed with the place of every value, and the environment over it.

use super::error::{Place, Problem, SourceFile};
use super::key::{self, Key};
use super::value::Raw;
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::{DeArray, DeTable, DeValue};

/// A key of ours, or the `*_file` twin of one, that somebody has set.
pub(super) struct Entry {
    pub(super) key: &'static Key,
    /// Set through the twin: the value names a file that holds the real one.
    pub(super) twin: bool,
    pub(super) raw: Raw,
    pub(super) place: Place,
}

impl Entry {
    /// Whether this is a twin that names no file, which is as good as absent.
    pub(super) fn is_empty_twin(&self) -> bool {
        self.twin && matches!(&self.raw, Raw::Text(text) if text.is_empty())
    }
}

/// The file to read: `given`, or else the first of the usual ones that exists, or none.
pub(super) fn find(given: Option<&Path>) -> Option<PathBuf> {
    let usual = || USUAL_PLACES.iter().map(PathBuf::from).find(|path| path.exists());
    given.map(Path::to_owned).or_else(usual)
}

/// Where a file is looked for that `--config` does not name.
pub(super) const USUAL_PLACES: [&str; 2] = ["regain.toml", "/etc/regain/regain.toml"];

/// Takes the settings out of the file's text; notes in `file` which bytes are secret. Fails if it is no TOML at all.
pub(super) fn of_file(file: &mut SourceFile, problems: &mut Vec<Problem>) -> Result<Vec<Entry>, Problem> {
    let text = file.text.clone();
    let table = DeTable::parse(&text).map_err(|error| not_toml(file, &error))?;
    let mut walk = Walk { hidden: &mut file.hidden, problems, entries: Vec::new() };
    walk.table("", table.get_ref());
    Ok(walk.entries)
}

/// A syntax error. Nothing tells here what a secret is, so all that could be a value is hidden.
fn not_toml(file: &mut SourceFile, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let line = file.line_around(span.start);
    let words = &file.text[line.clone()];
    let is_header = words.trim_start().starts_with('[') && !words.contains(['"', '\'', '=', ',']);
    let named = words.split_once('=').map(|(name, _)| name).filter(|name| is_ours(name));
    if !is_header {
        let before_value = named.map_or(0, |name| name.len() + 1);
        let space = words[before_value..].len() - words[before_value..].trim_start().len();
        file.hidden.push(line.start + before_value + space..line.end);
    }
    let title = format!("this is not TOML: {}", error.message());
    Problem::new(Place::Span(span), title, "correct the line; https://toml.io/en/v1.0.0 describes the format")
}

/// Whether `name` is a name of ours. What stands before a `=` may be part of a secret, too.
fn is_ours(name: &str) -> bool {
    let name = name.trim();
    key::all().any(|key| key.name() == name || key.path == name)
}

/// Goes through the tables of a file.
struct Walk<'a> {
    hidden: &'a mut Vec<Range<usize>>,
    problems: &'a mut Vec<Problem>,
    entries: Vec<Entry>,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let path = match section {
                "" => name.get_ref().to_string(),
                section => format!("{section}.{}", name.get_ref()),
            };
            self.entry(&path, name.span(), value.get_ref(), value.span());
        }
    }

    fn entry(&mut self, path: &str, name: Range<usize>, value: &DeValue<'_>, span: Range<usize>) {
        let (known, by_twin) = (key::find(path), key::find_by_twin(path));
        if let Some(key) = known.or(by_twin) {
            if key.is_sensitive() && known.is_some() {
                self.hide(value, span.clone());
            }
            let place = Place::Span(span);
            self.entries.push(Entry { key, twin: known.is_none(), raw: raw(value), place });
        } else if let (true, DeValue::Table(table)) = (key::is_section(path), value) {
            self.table(path, table);
        } else {
            self.hide(value, span);
            self.problems.push(unknown(path, Place::Span(name), key::is_section(path)));
        }
    }

    /// Keeps a value out of every error. A misspelt key may hold a secret as well as one that is spelt right.
    fn hide(&mut self, value: &DeValue<'_>, span: Range<usize>) {
        match value {
            DeValue::Table(table) => {
                for inner in table.values() {
                    self.hide(inner.get_ref(), inner.span());
                }
            }
            _ => self.hidden.push(span),
        }
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => Raw::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Array(array) => texts(array),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date or time"),
        DeValue::Table(_) => Raw::Other("a table"),
    }
}

fn texts(array: &DeArray<'_>) -> Raw {
    let texts: Option<Vec<String>> = array.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
    texts.map_or(Raw::Other("a list with something in it that is no text"), Raw::Texts)
}

/// Takes the settings out of the environment. Only names that start with `REGAIN_` are looked at.
pub(super) fn of_environment<N: Into<OsString>, V: Into<OsString>>(
    variables: impl IntoIterator<Item = (N, V)>,
    problems: &mut Vec<Problem>,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (name, value) in variables {
        let name = name.into().to_string_lossy().into_owned();
        let Some(rest) = name.strip_prefix("REGAIN_") else { continue };
        if NOT_SETTINGS.contains(&name.as_str()) {
            continue;
        }
        let path = rest.replace("__", ".").to_ascii_lowercase();
        let (known, by_twin) = (key::find(&path), key::find_by_twin(&path));
        let place = Place::Variable(name.clone());
        match known.or(by_twin) {
            Some(key) if key::variable(&path) == name => {
                let raw = value.into().into_string().map_or(Raw::Other("bytes that are no UTF-8"), Raw::Text);
                entries.push(Entry { key, twin: known.is_none(), raw, place });
            }
            _ => problems.push(unknown(&path, place, false)),
        }
    }
    entries
}

/// Read elsewhere: the log filter by `telemetry`, the others by `failpoint` and `weakness` in builds that have them.
const NOT_SETTINGS: &[&str] = if cfg!(feature = "failpoints") {
    &["REGAIN_LOG", "REGAIN_FAILPOINT", "REGAIN_FAILPOINT_LEASE_SECONDS", "REGAIN_WEAKNESS"]
} else {
    &["REGAIN_LOG"]
};

fn unknown(path: &str, place: Place, is_section: bool) -> Problem {
    let shown = path.escape_debug();
    if is_section {
        let help = format!("write `[{shown}]` and its keys below it");
        return Problem::new(place, format!("`{shown}` is a section, not a key"), help);
    }
    let similar = super::similar::nearest(path).map(|near| match place {
        Place::Variable(_) => key::variable(&near),
        _ => near,
    });
    let hint = similar.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    let help = format!("{hint}`regain config reference` lists every key");
    Problem::new(place, format!("there is no key `{shown}`"), help)
}
