//! The reference and the JSON Schema, made from the declarations of the keys.

use super::in_force::needs_restart;
use super::key::{self, Absent, Key, Kind, SECTIONS, Section};
use super::value::Value;
use serde_json::{Map, json};
use std::fmt::Write as _;

/// `docs/reference/config.md`: every key with what it takes, its default and the reason.
#[must_use]
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut heading = None;
    for key in key::all() {
        if heading != Some(key.section()) {
            heading = Some(key.section());
            let _ = match key.section() {
                "" => writeln!(page, "## At the top\n"),
                name => writeln!(page, "## `[{name}]`\n"),
            };
            let opens = |section: &&Section| section.keys.first().is_some_and(|first| first.path == key.path);
            if let Some(section) = SECTIONS.iter().find(opens) {
                let _ = writeln!(page, "{}\n", section.doc);
            }
        }
        entry(&mut page, key);
    }
    page.truncate(page.trim_end().len());
    page + "\n"
}

fn entry(page: &mut String, key: &Key) {
    let _ = writeln!(page, "### `{}`\n", key.name());
    let _ = writeln!(page, "{}\n", key.doc);
    let _ = writeln!(page, "- accepts: {}", key.accepted());
    let _ = writeln!(page, "- default: {}", default_in_words(key));
    let _ = writeln!(page, "- a change applies: {}", if needs_restart(key) { "after a restart" } else { "on SIGHUP" });
    let _ = writeln!(page, "- environment: `{}`", key::variable(key.path));
    if let Some(twin) = key.twin() {
        let _ = writeln!(page, "- from a file: `{twin}`, `{}`", key::variable(&twin));
    }
    page.push('\n');
}

fn default_in_words(key: &Key) -> String {
    match key.absent {
        Absent::Required => "none; required".into(),
        Absent::Unset => "none".into(),
        Absent::Derived(words) => words.into(),
        Absent::Is(text) => key.fit_text(text).map_or_else(|_| text.into(), |value| format!("`{}`", literal(&value))),
    }
}

/// A value as TOML writes it.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) => toml::Value::from(text.as_str()).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Texts(texts) => toml::Value::from(texts.clone()).to_string(),
    }
}

/// A JSON Schema (2020-12) of the file, for editors.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut root = Map::new();
    for key in key::all() {
        insert(&mut root, key.path, property(key));
        if let Some(twin) = key.twin() {
            let doc = format!("A file that holds `{}`, relative to the configuration file.", key.path);
            insert(&mut root, &twin, json!({ "type": "string", "description": doc }));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "regain.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": root,
    })
}

/// Puts `schema` where `path` leads, making the tables on the way.
fn insert(properties: &mut Map<String, serde_json::Value>, path: &str, schema: serde_json::Value) {
    let Some((table, rest)) = path.split_once('.') else {
        properties.insert(path.to_owned(), schema);
        return;
    };
    let empty = || json!({ "type": "object", "additionalProperties": false, "properties": {} });
    let table = properties.entry(table).or_insert_with(empty);
    if let Some(inner) = table["properties"].as_object_mut() {
        insert(inner, rest, schema);
    }
}

fn property(key: &Key) -> serde_json::Value {
    let mut schema = match key.kind {
        Kind::Text | Kind::Url | Kind::Path => json!({ "type": "string" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
        Kind::Number { min, max, .. } => json!({ "type": "integer", "minimum": min, "maximum": max }),
    };
    schema["description"] = key.doc.into();
    if let Absent::Is(text) = key.absent
        && let Ok(default) = key.fit_text(text)
    {
        schema["default"] = match default {
            Value::Text(text) => text.into(),
            Value::Number(number) => number.into(),
            Value::Flag(flag) => flag.into(),
            Value::Texts(texts) => texts.into(),
        };
    }
    schema
}

const INTRODUCTION: &str = "\
# Configuration

<!-- Generated: `regain config reference > docs/reference/config.md`. -->

One TOML file: the one given with `--config`, or else `./regain.toml`, or else `/etc/regain/regain.toml`. None is needed
if the environment has what is required.

Every key is an environment variable too: `REGAIN_` and the path in capitals, joined by `__`. The environment wins.
Lists are separated by commas, or written as JSON if they start with `[`. Every secret, and every URL that may hold one,
can be read from a file instead: add `_file` to the key, or `_FILE` to the variable. A file of several API tokens has
one on each line. A key and its `_file` twin exclude each other; either of them in the environment replaces both in the
file.

Relative paths, in the environment too, start from the folder of the configuration file, or from the working directory
if there is none. An empty text means that an optional key is not set. Unknown keys and unknown variables that start
with `REGAIN_` are errors, `REGAIN_LOG` aside.

";
