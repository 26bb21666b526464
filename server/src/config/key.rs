//! The words of the configuration: each key declared once, with its kind, default and reason.
//!
//! Reading, refusing, `config reference`, `config schema` and `config show` all work from these declarations, so none
//! of them can disagree with another.

use std::sync::LazyLock;

/// One setting: where it stands, what it takes and why it is as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Section and name, as in `reset.token_ttl_seconds`.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) absent: Absent,
    pub(super) secrecy: Secrecy,
    /// A value that would be taken, as TOML; may be empty.
    pub(super) example: &'static str,
    /// What it does, and the reason for its default; whole sentences.
    pub(super) doc: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Texts,
    Url,
    /// Relative to the folder of the configuration file, or else to the working directory.
    Path,
    Flag,
    OneOf(&'static [&'static str]),
    /// Both ends are acceptable.
    Number {
        unit: &'static str,
        min: u64,
        max: u64,
    },
}

/// What holds when a key is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// The server does not start.
    Required,
    /// Nothing; an empty text means the same.
    Unset,
    /// This, in the spelling of an environment variable.
    Is(&'static str),
    /// It follows from other keys, as these words say.
    Derived(&'static str),
}

/// Whether a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    Open,
    /// Never shown, and may come from a `*_file` twin.
    Secret,
    /// A URL with room for a password: likewise, but shown where it has none.
    MayHoldSecret,
}

impl Key {
    const fn new(path: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { path, kind, absent: Absent::Unset, secrecy: Secrecy::Open, example: "", doc }
    }

    pub(super) const fn text(path: &'static str, doc: &'static str) -> Self {
        Self::new(path, Kind::Text, doc)
    }

    pub(super) const fn texts(path: &'static str, doc: &'static str) -> Self {
        Self::new(path, Kind::Texts, doc).or("")
    }

    pub(super) const fn url(path: &'static str, doc: &'static str) -> Self {
        Self::new(path, Kind::Url, doc)
    }

    pub(super) const fn path(path: &'static str, doc: &'static str) -> Self {
        Self::new(path, Kind::Path, doc)
    }

    pub(super) const fn flag(path: &'static str, doc: &'static str) -> Self {
        Self::new(path, Kind::Flag, doc)
    }

    pub(super) const fn one_of(path: &'static str, words: &'static [&'static str], doc: &'static str) -> Self {
        Self::new(path, Kind::OneOf(words), doc)
    }

    /// A whole number of something, both bounds included.
    pub(super) const fn number(
        path: &'static str,
        unit: &'static str,
        (min, max): (u64, u64),
        doc: &'static str,
    ) -> Self {
        Self::new(path, Kind::Number { unit, min, max }, doc)
    }

    /// With a default, spelt as in an environment variable.
    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { absent: Absent::Is(default), ..self }
    }

    pub(super) const fn or_derived(self, words: &'static str) -> Self {
        Self { absent: Absent::Derived(words), ..self }
    }

    pub(super) const fn required(self) -> Self {
        Self { absent: Absent::Required, ..self }
    }

    /// With an example, as TOML.
    pub(super) const fn such_as(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    pub(super) const fn secret(self) -> Self {
        Self { secrecy: Secrecy::Secret, ..self }
    }

    pub(super) const fn may_hold_secret(self) -> Self {
        Self { secrecy: Secrecy::MayHoldSecret, ..self }
    }

    /// Whether errors must keep the value to themselves.
    pub(super) fn is_sensitive(&self) -> bool {
        self.secrecy != Secrecy::Open
    }

    /// The key that names a file to read the value from, if this one has such a twin.
    pub(super) fn twin(&self) -> Option<String> {
        self.is_sensitive().then(|| format!("{}_file", self.path))
    }

    /// `reset` of `reset.link`; empty for keys at the top.
    pub(super) fn section(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// `link` of `reset.link`.
    pub(super) fn name(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(_, name)| name)
    }

    /// What may be written, in words.
    pub(super) fn accepted(&self) -> String {
        let kind = match self.kind {
            Kind::Text => "a text".into(),
            Kind::Texts => "a list of texts".into(),
            Kind::Url => "a URL".into(),
            Kind::Path => "a path".into(),
            Kind::Flag => "true or false".into(),
            Kind::OneOf(words) => format!("one of {}", quoted_list(words)),
            Kind::Number { unit, min, max } => format!("a whole number of {unit} from {min} to {max}"),
        };
        if self.example.is_empty() { kind } else { format!("{kind}, such as {}", self.example) }
    }
}

/// The environment variable of a key: `REGAIN_RESET__LINK` for `reset.link`.
pub(super) fn variable(path: &str) -> String {
    format!("REGAIN_{}", path.to_ascii_uppercase().replace('.', "__"))
}

/// Every key, in the order of the reference: those of one table stand together, whoever reads them.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    static ORDERED: LazyLock<Vec<&Key>> = LazyLock::new(|| {
        let keys = || SECTIONS.iter().flat_map(|section| section.keys);
        let mut ordered: Vec<_> = keys().collect();
        ordered.sort_by_cached_key(|key| keys().position(|other| other.section() == key.section()));
        ordered
    });
    ORDERED.iter().copied()
}

/// The key at `path`.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

/// The key whose `*_file` twin stands at `path`.
pub(super) fn find_by_twin(path: &str) -> Option<&'static Key> {
    let path = path.strip_suffix("_file")?;
    all().find(|key| key.is_sensitive() && key.path == path)
}

/// Whether keys stand under `path`.
pub(super) fn is_section(path: &str) -> bool {
    all().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// A table of the file and its keys.
pub(super) struct Section {
    /// One sentence over the table in the reference.
    pub(super) doc: &'static str,
    pub(super) keys: &'static [Key],
}

/// In the order of the reference.
pub(super) const SECTIONS: &[Section] = &[
    Section { doc: "What people see of this server.", keys: super::public::KEYS },
    Section { doc: "What mails and pages look like.", keys: super::brand::KEYS },
    Section { doc: "The public port.", keys: super::server::KEYS },
    Section { doc: "Regain's own state.", keys: super::ledger::KEYS },
    Section { doc: "The accounts whose passwords are reset.", keys: super::users::KEYS },
    Section { doc: "Accounts in a directory.", keys: super::users::ldap::KEYS },
    Section { doc: "Accounts behind a back end of one's own.", keys: super::hook::KEYS },
    Section { doc: "Links, codes and how often an account gets mail.", keys: super::reset::KEYS },
    Section { doc: "The rule that a new password must meet.", keys: super::password::KEYS },
    Section { doc: "What protects the server itself.", keys: super::limits::KEYS },
    Section { doc: "Who writes, and what carries it.", keys: super::mail::KEYS },
    Section { doc: "Providers that take mail over HTTPS.", keys: super::providers::KEYS },
    Section { doc: "What providers tell of mails afterwards.", keys: super::mail_events::KEYS },
    Section { doc: "The two dialects and who may call them.", keys: super::api::KEYS },
    Section { doc: "Whom else to tell.", keys: super::notify::KEYS },
    Section { doc: "Health, metrics and the delivery timeline.", keys: super::admin::KEYS },
];

/// Words in quotation marks, separated by commas.
pub(super) fn quoted_list(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Declares a section's keys, each as a constant of its own and all of them as `KEYS`.
macro_rules! keys {
    ($($name:ident = $key:expr;)*) => {
        $(const $name: Key = $key;)*
        /// This section's keys, in the order of the reference.
        pub(in crate::config) const KEYS: &[Key] = &[$($name),*];
    };
}
pub(super) use keys;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_twin_or_variable_is_declared_twice() {
        let names: Vec<String> =
            all().flat_map(|key| [Some(key.path.to_owned()), key.twin()]).flatten().map(|p| variable(&p)).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn every_key_says_what_it_is_for() {
        for key in all() {
            assert!(key.doc.len() > 20 && key.doc.ends_with('.'), "{} needs a sentence", key.path);
        }
    }

    #[test]
    fn a_variable_is_the_path_in_capitals() {
        assert_eq!(variable("mail.smtp.url"), "REGAIN_MAIL__SMTP__URL");
    }
}
