//! The settings in force: the environment's over the file's over the defaults, each of the right kind.

use super::error::{Place, Problem};
use super::key::{self, Absent, Key, Kind};
use super::source::Entry;
use super::value::{self, Raw, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the sections read from. A section asks for all its keys first and gives up afterwards, so that every error
/// is found at once.
pub(super) struct Settings {
    by_path: BTreeMap<&'static str, Setting>,
    /// What relative paths start from.
    base: PathBuf,
    pub(super) problems: Vec<Problem>,
}

/// One value in force.
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    Set(Place),
    /// Read from a file which the key's twin names.
    File {
        path: PathBuf,
        named_in: Place,
    },
}

/// Why a value of the right kind will not do.
pub(super) struct Refusal {
    /// Continues "`key` …".
    pub(super) complaint: String,
    pub(super) accepted: String,
}

/// Makes a [`Refusal`].
pub(super) fn refusal(complaint: impl Into<String>, accepted: impl Into<String>) -> Refusal {
    Refusal { complaint: complaint.into(), accepted: accepted.into() }
}

impl Settings {
    /// Lays `environment` over `file` and fills in the defaults. A key and its twin are one setting: the environment's
    /// replaces the file's, whichever of the two each uses.
    pub(super) fn resolve(file: Vec<Entry>, environment: Vec<Entry>, base: &Path, problems: Vec<Problem>) -> Self {
        let mut settings = Self { by_path: BTreeMap::new(), base: base.to_owned(), problems };
        let (mut file, mut environment) = (by_key(file), by_key(environment));
        for key in key::all() {
            let (from_file, from_environment) = (file.remove(key.path), environment.remove(key.path));
            let entries = from_environment.or(from_file).unwrap_or_default();
            settings.settle(key, entries);
        }
        settings
    }

    fn settle(&mut self, key: &'static Key, mut entries: Vec<Entry>) {
        entries.retain(|entry| !entry.is_empty_twin());
        if entries.len() > 1 {
            let twin = key.twin().unwrap_or_default();
            let title = format!("both `{}` and `{twin}` are set", key.path);
            let place = entries.swap_remove(1).place;
            return self.problems.push(Problem { title, place, found: None, help: "keep one of them".into() });
        }
        let Some(entry) = entries.pop() else { return self.fall_back(key) };
        let place = entry.place.clone();
        let (value, origin) = match if entry.twin { self.read_twin(key, entry) } else { fit(key, entry) } {
            Ok(fitting) => fitting,
            Err(problem) => return self.problems.push(*problem),
        };
        match key.absent {
            Absent::Unset | Absent::Derived(_) if value.is_empty_text() => {}
            Absent::Required | Absent::Is(_) if value.is_empty_text() => {
                let title = format!("`{}` is empty", key.path);
                self.problems.push(Problem {
                    title,
                    place,
                    found: None,
                    help: format!("accepted: {}", key.accepted()),
                });
            }
            _ if !key.supported => {
                let title = format!("`{}` is not supported by this version yet", key.path);
                let help = "leave it out; `regain config reference` lists what this version takes".into();
                self.problems.push(Problem { title, place, found: None, help });
            }
            _ => self.put(key, Setting { value, origin }),
        }
    }

    fn fall_back(&mut self, key: &'static Key) {
        match key.absent {
            Absent::Required => self.problems.push(Problem {
                title: format!("`{}` is required", key.path),
                place: Place::Nowhere,
                found: None,
                help: format!("set it in the file, or as {}; accepted: {}", key::variable(key.path), key.accepted()),
            }),
            Absent::Is(text) => {
                if let Ok(value) = key.fit_text(text) {
                    self.put(key, Setting { value, origin: Origin::Default });
                }
            }
            Absent::Unset | Absent::Derived(_) => {}
        }
    }

    /// Reads the file that a twin names.
    fn read_twin(&self, key: &'static Key, entry: Entry) -> Result<(Value, Origin), Box<Problem>> {
        let twin = key.twin().unwrap_or_default();
        let problem = |title: String, found: Option<String>, help: String| {
            Box::new(Problem { title, place: entry.place.clone(), found, help })
        };
        let Raw::Text(name) = entry.raw else {
            return Err(problem(format!("`{twin}` is no path"), None, "accepted: a path".into()));
        };
        let path = self.base.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let title = format!("`{twin}` names a file that cannot be read");
            problem(title, Some(format!("{}: {error}", path.display())), "accepted: a file in UTF-8".into())
        })?;
        let value = match key.kind {
            Kind::Texts => Ok(Value::Texts(value::items(&text, |c| c == ',' || c == '\n'))),
            _ => key.fit_text(text.trim_end_matches(['\r', '\n'])),
        };
        let value = value.map_err(|found| {
            let title = format!("the file that `{twin}` names holds no such value");
            problem(title, Some(found), format!("accepted: {}", key.accepted()))
        })?;
        Ok((value, Origin::File { path, named_in: entry.place.clone() }))
    }

    fn put(&mut self, key: &Key, setting: Setting) {
        self.by_path.insert(key.path, setting);
    }
}

/// A key and its twin under the key's path.
fn by_key(entries: Vec<Entry>) -> BTreeMap<&'static str, Vec<Entry>> {
    let mut by_key: BTreeMap<_, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        by_key.entry(entry.key.path).or_default().push(entry);
    }
    by_key
}

fn fit(key: &'static Key, entry: Entry) -> Result<(Value, Origin), Box<Problem>> {
    let fitted = match (&entry.place, entry.raw) {
        (Place::Variable(_), Raw::Text(text)) if !text.is_empty() || matches!(key.kind, Kind::Texts) => {
            key.fit_text(&text)
        }
        (_, Raw::Text(text)) if text.is_empty() && !matches!(key.kind, Kind::Texts) => Ok(Value::Text(text)),
        (_, raw) => key.fit(raw),
    };
    match fitted {
        Ok(value) => Ok((value, Origin::Set(entry.place))),
        Err(found) => Err(Box::new(Problem {
            title: format!("`{}` does not take this value", key.path),
            place: entry.place,
            found: Some(found),
            help: format!("accepted: {}", key.accepted()),
        })),
    }
}

/// What sections ask.
impl Settings {
    /// The value of `key` and its origin, if it has one.
    pub(super) fn setting(&self, key: &Key) -> Option<&Setting> {
        self.by_path.get(key.path)
    }

    /// Whether somebody set `key`.
    pub(super) fn configured(&self, key: &Key) -> bool {
        self.setting(key).is_some_and(|setting| setting.origin != Origin::Default)
    }

    pub(super) fn text(&self, key: &Key) -> Option<String> {
        match &self.setting(key)?.value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn texts(&self, key: &Key) -> Option<Vec<String>> {
        match &self.setting(key)?.value {
            Value::Texts(texts) => Some(texts.clone()),
            _ => None,
        }
    }

    pub(super) fn flag(&self, key: &Key) -> Option<bool> {
        match self.setting(key)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// The bounds of the key see to it that the number fits.
    pub(super) fn number<N: TryFrom<u64>>(&self, key: &Key) -> Option<N> {
        match self.setting(key)?.value {
            Value::Number(number) => N::try_from(number).ok(),
            _ => None,
        }
    }

    pub(super) fn seconds(&self, key: &Key) -> Option<Duration> {
        self.number(key).map(Duration::from_secs)
    }

    pub(super) fn path(&self, key: &Key) -> Option<PathBuf> {
        self.text(key).map(|text| self.base.join(text))
    }

    /// A path written inside another value, such as a URL.
    pub(super) fn resolve_path(&self, path: &str) -> PathBuf {
        self.base.join(path)
    }

    /// Parses a text; what will not do is reported at its place.
    pub(super) fn parsed<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, Refusal>) -> Option<T> {
        parse(&self.text(key)?).map_err(|refused| self.refuse(key, refused)).ok()
    }

    /// Reports that the value of `key` will not do.
    pub(super) fn refuse(&mut self, key: &Key, refused: Refusal) {
        let Refusal { complaint, accepted } = refused;
        let setting = self.setting(key);
        let place = match setting.map(|setting| &setting.origin) {
            Some(Origin::Set(place) | Origin::File { named_in: place, .. }) => place.clone(),
            Some(Origin::Default) | None => Place::Nowhere,
        };
        let found =
            setting.filter(|_| !key.is_sensitive()).map(|setting| format!("found {}", setting.value.in_words()));
        let title = format!("`{}` {complaint}", key.path);
        self.problems.push(Problem { title, place, found, help: format!("accepted: {accepted}") });
    }

    /// Fills in a default that follows from other keys, so that it is shown like any other.
    pub(super) fn derive(&mut self, key: &Key, value: Value) {
        self.put(key, Setting { value, origin: Origin::Default });
    }
}
