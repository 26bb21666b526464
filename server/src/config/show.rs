//! `regain config show`: the settings in force, and where each comes from.

use super::error::{ConfigErrors, MASK, Place, SourceFile};
use super::key::{self, Key, Secrecy};
use super::settings::{Origin, Setting};
use super::value::Value;
use super::{Loaded, reference::literal};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

/// The effective configuration as TOML, secrets masked, each value with a comment that says where it comes from.
/// Takes what [`super::Config::load`] takes.
///
/// # Errors
/// As [`super::Config::load`].
pub fn effective<N: Into<OsString>, V: Into<OsString>>(
    path: Option<&Path>,
    environment: impl IntoIterator<Item = (N, V)>,
) -> Result<String, ConfigErrors> {
    Loaded::from_disk(path, environment).map(|loaded| print(&loaded))
}

pub(super) fn print(loaded: &Loaded) -> String {
    let mut shown = String::new();
    let mut section = "";
    for key in key::all() {
        let Some(setting) = loaded.settings.setting(key) else { continue };
        if key.section() != section {
            section = key.section();
            let _ = writeln!(shown, "\n[{section}]");
        }
        let value = literal(&masked(key, &setting.value));
        let _ = writeln!(shown, "{} = {value}  # {}", key.name(), origin(setting, loaded.file.as_ref()));
    }
    shown
}

fn masked(key: &Key, value: &Value) -> Value {
    match (key.secrecy, value) {
        (Secrecy::Open, value) => value.clone(),
        (Secrecy::MayHoldSecret, Value::Text(url)) => Value::Text(without_login(url)),
        (_, Value::Texts(texts)) => Value::Texts(texts.iter().map(|_| MASK.to_owned()).collect()),
        _ => Value::Text(MASK.to_owned()),
    }
}

/// A URL with everything between its scheme and its host masked.
fn without_login(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (_, None) => url.to_owned(),
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{MASK}@{host}"),
        (None, Some(_)) => MASK.to_owned(),
    }
}

fn origin(setting: &Setting, file: Option<&SourceFile>) -> String {
    match &setting.origin {
        Origin::Default => "default".into(),
        Origin::Preset(name) => format!("preset \"{name}\""),
        Origin::Set(place) => place_in_words(place, file),
        Origin::File { path, named_in } => format!("{}, named in {}", path.display(), place_in_words(named_in, file)),
    }
}

fn place_in_words(place: &Place, file: Option<&SourceFile>) -> String {
    match (place, file) {
        (Place::Span(span), Some(file)) => format!("{}:{}", file.name, file.line_number(span.start)),
        (Place::Variable(name), _) => name.clone(),
        _ => "default".into(),
    }
}
