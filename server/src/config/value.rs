//! Values as they are written, and as their key takes them.

use super::key::{Key, Kind};

/// What stands in the file or the environment, before anyone asked whether it fits its key.
pub(super) enum Raw {
    Text(String),
    /// As written, without underscores; none if beyond 64 bits.
    Integer(Option<i64>),
    Flag(bool),
    Texts(Vec<String>),
    /// Something that no key takes, in words.
    Other(&'static str),
}

/// A value of the right kind and within its bounds.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    Texts(Vec<String>),
}

impl Key {
    /// Fits what the file says to this key; on failure says what was found. An empty text fits all keys but lists:
    /// it may mean that the key is not set.
    pub(super) fn fit(&self, raw: Raw) -> Result<Value, String> {
        match (self.kind, raw) {
            (kind, Raw::Text(text)) if text.is_empty() && kind != Kind::Texts => Ok(Value::Text(text)),
            (Kind::Text | Kind::Url | Kind::Path, Raw::Text(text)) => Ok(Value::Text(text)),
            (Kind::OneOf(words), Raw::Text(text)) if words.contains(&text.as_str()) => Ok(Value::Text(text)),
            (Kind::Flag, Raw::Flag(flag)) => Ok(Value::Flag(flag)),
            (Kind::Texts, Raw::Texts(texts)) => Ok(Value::Texts(texts)),
            (Kind::Number { min, max, .. }, Raw::Integer(number)) => number
                .and_then(|n| u64::try_from(n).ok())
                .filter(|n| (min..=max).contains(n))
                .map(Value::Number)
                .ok_or_else(|| number.map_or("found a number beyond 64 bits".into(), |n| format!("found {n}"))),
            (_, raw) => Err(format!("found {}", self.in_words(&raw))),
        }
    }

    /// Fits a text from outside the file, where numbers and lists are texts too.
    pub(super) fn fit_text(&self, text: &str) -> Result<Value, String> {
        let raw = match self.kind {
            Kind::Number { .. } => text.parse().map_or_else(|_| Raw::Text(text.into()), |n| Raw::Integer(Some(n))),
            Kind::Flag => text.parse().map_or_else(|_| Raw::Text(text.into()), Raw::Flag),
            Kind::Texts => texts(text)?,
            Kind::Text | Kind::Url | Kind::Path | Kind::OneOf(_) => Raw::Text(text.into()),
        };
        self.fit(raw)
    }

    /// A value as errors may name it.
    fn in_words(&self, raw: &Raw) -> String {
        match raw {
            Raw::Text(_) if self.is_sensitive() => "a text".into(),
            Raw::Text(text) => format!("the text {}", quoted(text)),
            Raw::Integer(Some(n)) => format!("the number {n}"),
            Raw::Integer(None) => "a number beyond 64 bits".into(),
            Raw::Flag(flag) => flag.to_string(),
            Raw::Texts(_) => "a list".into(),
            Raw::Other(words) => (*words).into(),
        }
    }
}

impl Value {
    /// As errors may quote it.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Texts(texts) => texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "),
        }
    }

    /// Whether this says "not set": a text without characters.
    pub(super) fn is_empty_text(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A list in the environment: JSON if it starts with a bracket, otherwise separated by commas.
fn texts(text: &str) -> Result<Raw, String> {
    if text.trim_start().starts_with('[') {
        let listed = serde_json::from_str(text);
        return listed.map(Raw::Texts).map_err(|_| "found a bracket, but after it no JSON list of texts".into());
    }
    Ok(Raw::Texts(items(text, |c| c == ',')))
}

/// The pieces between separators, without surrounding space and without the empty ones.
pub(super) fn items(text: &str, separates: impl Fn(char) -> bool) -> Vec<String> {
    text.split(separates).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// In quotation marks, control characters escaped, cut after [`SHOWN_CHARACTERS_MAX`].
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARACTERS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// Long enough for any URL that a person wrote, short enough for a terminal.
const SHOWN_CHARACTERS_MAX: usize = 120;
