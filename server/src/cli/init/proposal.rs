//! What is proposed for `[users]`: keys in the order of the file, each with the reasons for it.

use crate::users::sql::presets::Preset;

/// A whole section, and what to tell about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Proposal {
    /// What was recognised, in one line.
    pub(super) recognised: String,
    pub(super) preset: Option<&'static Preset>,
    /// Whether it is for a directory, rather than a database.
    pub(super) is_directory: bool,
    pub(super) entries: Vec<Entry>,
    /// The table of accounts, by its full name.
    pub(super) accounts: String,
    /// The condition on it, to be tried.
    pub(super) eligible: Option<String>,
    /// For the summary: a word or two, and a sentence.
    pub(super) facts: Vec<(&'static str, String)>,
}

/// A key, or only something to say at its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// Why it is so.
    pub(super) reasons: Vec<String>,
    /// What somebody has to look at.
    pub(super) checks: Vec<String>,
    pub(super) setting: Option<(&'static str, Value)>,
}

/// A value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
}

impl Entry {
    pub(super) fn text(key: &'static str, value: impl Into<String>) -> Self {
        Self { setting: Some((key, Value::Text(value.into()))), ..Self::default() }
    }

    pub(super) fn texts(key: &'static str, values: Vec<String>) -> Self {
        Self { setting: Some((key, Value::Texts(values))), ..Self::default() }
    }

    /// Whether it is about this key.
    pub(super) fn is(&self, key: &str) -> bool {
        self.setting.as_ref().is_some_and(|(name, _)| *name == key)
    }

    /// Nothing but a comment.
    pub(super) fn remark() -> Self {
        Self::default()
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    pub(super) fn check(mut self, what: impl Into<String>) -> Self {
        self.checks.push(what.into());
        self
    }

    pub(super) fn checks(mut self, what: Vec<String>) -> Self {
        self.checks.extend(what);
        self
    }
}

impl Proposal {
    /// What it is for, in a word.
    pub(super) fn store(&self) -> &'static str {
        if self.is_directory { "directory" } else { "database" }
    }

    /// The key's value, where it is a text.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.entries.iter().find_map(|entry| match &entry.setting {
            Some((name, Value::Text(text))) if *name == key => Some(text.as_str()),
            _ => None,
        })
    }

    /// Notes something to look at beside `key`, or beside the preset that stands for it.
    pub(super) fn check_at(&mut self, key: &str, what: String) {
        let at = self.entries.iter().position(|entry| entry.is(key));
        match at.or_else(|| self.entries.iter().position(|entry| entry.is("preset"))) {
            Some(at) => self.entries[at].checks.push(what),
            None => self.entries.push(Entry::remark().check(what)),
        }
    }

    /// Everything that somebody has to look at.
    pub(super) fn checks(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| &entry.checks).map(String::as_str)
    }
}
