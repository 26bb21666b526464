//! The words, in every language there is. Text is data: a language is one file in `locales/` and one line here.

mod language;

pub use language::{Arg, Language};

use regain_core::locale::Locale;
use std::sync::{Arc, OnceLock};
use thiserror::Error;

macro_rules! languages {
    ($($tag:literal),* $(,)?) => {
        &[$(($tag, include_str!(concat!("../../locales/", $tag, ".ftl")))),*]
    };
}

/// Tag and words of each language. The first serves whoever wants none of the others.
const LANGUAGES: &[(&str, &str)] = languages![
    "en", "ar", "de", "es", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt-BR", "ru", "tr", "uk", "zh-Hans",
    "zh-Hant",
];

/// Every language there is. One takes memory from the first time that somebody wants it.
pub struct Words {
    default: Arc<Language>,
    shelf: Vec<Volume>,
}

/// A language that is read when it is wanted.
struct Volume {
    tag: &'static str,
    source: &'static str,
    opened: OnceLock<Arc<Language>>,
}

/// A file of words cannot be used.
#[derive(Debug, Error)]
#[error("the words of {tag:?} cannot be read: {cause}; see locales/{tag}.ftl")]
pub struct WordsFault {
    tag: String,
    cause: String,
}

impl Words {
    /// The languages that are part of this program.
    ///
    /// # Errors
    /// [`WordsFault`], if the file of the default is malformed. Tests read all of them.
    pub fn built_in() -> Result<Self, WordsFault> {
        Self::of(LANGUAGES)
    }

    fn of(languages: &[(&'static str, &'static str)]) -> Result<Self, WordsFault> {
        let shelve = |&(tag, source)| Volume { tag, source, opened: OnceLock::new() };
        let (tag, source) = languages.first().copied().unwrap_or_default();
        Ok(Self {
            default: Arc::new(Language::parse(tag, source)?),
            shelf: languages.iter().skip(1).map(shelve).collect(),
        })
    }

    /// All languages, the default first.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Language>> {
        std::iter::once(&self.default).chain(self.shelf.iter().map(|volume| self.open(volume)))
    }

    /// The first of the `wanted` languages that there is, by its whole tag or else by the language that the tag means;
    /// the default, if there is none of them.
    #[must_use]
    pub fn choose(&self, wanted: &[Locale]) -> &Arc<Language> {
        wanted.iter().find_map(|locale| self.find(locale.as_str())).unwrap_or(&self.default)
    }

    fn find(&self, wanted: &str) -> Option<&Arc<Language>> {
        let meant = meant_by(wanted);
        self.first(|tag| same(tag, wanted)).or_else(|| self.first(|tag| same(tag, meant) || same(primary(tag), meant)))
    }

    fn first(&self, is_it: impl Fn(&str) -> bool) -> Option<&Arc<Language>> {
        if is_it(self.default.tag()) {
            return Some(&self.default);
        }
        self.shelf.iter().find(|volume| is_it(volume.tag)).map(|volume| self.open(volume))
    }

    /// Reads a language, once.
    fn open<'a>(&'a self, volume: &'a Volume) -> &'a Arc<Language> {
        volume.opened.get_or_init(|| match Language::parse(volume.tag, volume.source) {
            Ok(language) => Arc::new(language),
            Err(fault) => {
                tracing::error!(%fault, "another language stands in");
                Arc::clone(&self.default)
            }
        })
    }
}

/// The language in a tag: `pt` in `pt-BR`.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// What somebody who asks for `tag` reads: its primary language, but for Chinese, where the script matters, which a tag
/// may leave to its region, and for Hebrew, which Java called `iw` until version 17.
fn meant_by(tag: &str) -> &str {
    let has = |subtag: &str| tag.split('-').skip(1).any(|it| same(it, subtag));
    let language = primary(tag);
    if same(language, "zh") {
        let is_traditional = has("Hant") || !has("Hans") && ["TW", "HK", "MO"].into_iter().any(has);
        if is_traditional { "zh-Hant" } else { "zh-Hans" }
    } else if same(language, "iw") {
        "he"
    } else {
        language
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests;
