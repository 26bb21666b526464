//! The settings in force: the environment's over the file's over the defaults, each of the right kind.

use super::error::{Place, Problem};
use super::key::{self, Absent, Key, Kind};
use super::source::Entry;
use super::value::{self, Raw, Value};
use crate::ownership::advice;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the sections read from. A section asks for all its keys first and gives up afterwards, so that every error
/// is found at once.
pub(super) struct Settings {
    by_path: BTreeMap<&'static str, Setting>,
    /// Keys whose setting is among the problems.
    unusable: BTreeSet<&'static str>,
    /// Keys that were set to an empty text, which means nothing.
    emptied: BTreeSet<&'static str>,
    /// What relative paths start from.
    base: PathBuf,
    pub(super) problems: Vec<Problem>,
}

/// One value in force.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    /// What the named preset says.
    Preset(&'static str),
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
        let (by_path, unusable, emptied) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let mut settings = Self { by_path, unusable, emptied, base: base.to_owned(), problems };
        let (mut file, mut environment) = (by_key(file), by_key(environment));
        for key in key::all() {
            let (from_file, from_environment) = (file.remove(key.path), environment.remove(key.path));
            let entries = from_environment.or(from_file).unwrap_or_default();
            let is_set = !entries.is_empty();
            match settings.settle(key, entries) {
                Ok(Some(setting)) => settings.put(key, setting),
                Ok(None) if is_set => drop(settings.emptied.insert(key.path)),
                Ok(None) => {}
                Err(problem) => {
                    settings.unusable.insert(key.path);
                    settings.problems.push(problem);
                }
            }
        }
        settings
    }

    /// What `entries`, a key and its twin at most, come to; none if the key is not set.
    fn settle(&self, key: &'static Key, mut entries: Vec<Entry>) -> Result<Option<Setting>, Problem> {
        let entry = match (entries.pop(), entries.pop()) {
            (None, _) => return default_of(key),
            (Some(entry), None) => entry,
            (Some(entry), Some(_)) => {
                let title = format!("both `{}` and `{}` are set", key.path, key.twin().unwrap_or_default());
                return Err(Problem::new(entry.place, title, "keep one of them"));
            }
        };
        let place = entry.place.clone();
        let setting = if entry.twin { self.read_twin(key, entry)? } else { fit(key, entry)? };
        match key.absent {
            Absent::Unset | Absent::Derived(_) if setting.value.is_empty_text() => Ok(None),
            Absent::Required | Absent::Is(_) if setting.value.is_empty_text() => {
                Err(Problem::new(place, format!("`{}` is empty", key.path), format!("accepted: {}", key.accepted())))
            }
            _ => Ok(Some(setting)),
        }
    }

    /// Reads the file that a twin names.
    fn read_twin(&self, key: &'static Key, entry: Entry) -> Result<Setting, Problem> {
        let twin = key.twin().unwrap_or_default();
        let Raw::Text(name) = entry.raw else {
            return Err(Problem::new(entry.place, format!("`{twin}` does not take this value"), "accepted: a path"));
        };
        let path = self.base.join(name);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let title = format!("`{twin}` names a file that cannot be read");
                let found = format!("{}: {error}", path.display());
                return Err(Problem::new(entry.place, title, unread(&path, &error)).found(found));
            }
        };
        let value = match key.kind {
            Kind::Texts => Ok(Value::Texts(value::items(&text, |c| c == ',' || c == '\n'))),
            _ => key.fit_text(text.trim_end_matches(['\r', '\n'])),
        };
        match value {
            Ok(value) => Ok(Setting { value, origin: Origin::File { path, named_in: entry.place } }),
            Err(found) => Err(misfit(key, entry.place, found)),
        }
    }

    fn put(&mut self, key: &Key, setting: Setting) {
        self.by_path.insert(key.path, setting);
    }
}

/// What would have been right, where the file that a twin names cannot be read.
fn unread(path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "accepted: a path, from this file's folder or from `/`, to a file that is there".into(),
        ErrorKind::PermissionDenied if path.exists() => {
            format!("this account must be allowed to read it; {}", advice(path))
        }
        ErrorKind::PermissionDenied => "this account must be allowed to go into its folder and read it".into(),
        _ => "accepted: a file in UTF-8".into(),
    }
}

/// A key and its twin under the key's path; twins that name no file are as good as absent.
fn by_key(entries: Vec<Entry>) -> BTreeMap<&'static str, Vec<Entry>> {
    let mut by_key: BTreeMap<_, Vec<Entry>> = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| !entry.is_empty_twin()) {
        by_key.entry(entry.key.path).or_default().push(entry);
    }
    by_key
}

fn default_of(key: &Key) -> Result<Option<Setting>, Problem> {
    match key.absent {
        Absent::Unset | Absent::Derived(_) => Ok(None),
        Absent::Is(text) => match key.fit_text(text) {
            Ok(value) => Ok(Some(Setting { value, origin: Origin::Default })),
            Err(found) => Err(misfit(key, Place::Nowhere, found)),
        },
        Absent::Required => {
            let variable = key::variable(key.path);
            let help = format!("set it in the file, or as {variable}; accepted: {}", key.accepted());
            Err(Problem::new(Place::Nowhere, format!("`{}` is required", key.path), help))
        }
    }
}

fn fit(key: &Key, entry: Entry) -> Result<Setting, Problem> {
    let fitted = match (&entry.place, entry.raw) {
        (Place::Variable(_), Raw::Text(text)) => key.fit_text(&text),
        (_, raw) => key.fit(raw),
    };
    match fitted {
        Ok(value) => Ok(Setting { value, origin: Origin::Set(entry.place) }),
        Err(found) => Err(misfit(key, entry.place, found)),
    }
}

fn misfit(key: &Key, place: Place, found: String) -> Problem {
    let title = format!("`{}` does not take this value", key.path);
    Problem::new(place, title, format!("accepted: {}", key.accepted())).found(found)
}

/// What reading the configuration again asks.
impl Settings {
    /// Has `key` be as it is in `others`.
    pub(super) fn keep(&mut self, key: &Key, others: &Self) {
        match others.setting(key) {
            Some(setting) => drop(self.by_path.insert(key.path, setting.clone())),
            None => drop(self.by_path.remove(key.path)),
        }
        if others.is_emptied(key) {
            self.emptied.insert(key.path)
        } else {
            self.emptied.remove(key.path)
        };
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
        self.setting(key).is_some_and(|setting| !matches!(setting.origin, Origin::Default | Origin::Preset(_)))
    }

    /// Whether somebody tried to set `key`, and was told why that does not work.
    pub(super) fn is_unusable(&self, key: &Key) -> bool {
        self.unusable.contains(key.path)
    }

    /// Whether somebody set `key` to nothing.
    pub(super) fn is_emptied(&self, key: &Key) -> bool {
        self.emptied.contains(key.path)
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
            Some(Origin::Default | Origin::Preset(_)) | None => Place::Nowhere,
        };
        let mut problem = Problem::new(place, format!("`{}` {complaint}", key.path), format!("accepted: {accepted}"));
        if let Some(setting) = setting.filter(|_| !key.is_sensitive()) {
            problem = problem.found(format!("found {}", setting.value.in_words()));
        }
        self.problems.push(problem);
    }

    /// Fills in what a preset says.
    pub(super) fn fill_in(&mut self, key: &Key, value: Value, preset: &'static str) {
        self.put(key, Setting { value, origin: Origin::Preset(preset) });
    }

    /// Fills in a default that is one only beside another key.
    pub(super) fn derive_if_absent(&mut self, key: &Key, value: Value) {
        if self.setting(key).is_none() && !self.is_unusable(key) {
            self.derive(key, value);
        }
    }

    /// Fills in a default that follows from other keys, so that it is shown like any other.
    pub(super) fn derive(&mut self, key: &Key, value: Value) {
        self.put(key, Setting { value, origin: Origin::Default });
    }
}
