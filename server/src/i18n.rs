//! The words, in every language there is. Text is data: a language is one file in `locales/` and one line here; an operator
//! may have other words, and other languages, in files of their own ([`own`]).

mod language;
mod own;
mod texts;

pub use language::{Arg, Language};

use regain_core::locale::Locale;
use std::borrow::Cow;
use std::path::Path;
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
pub struct Words(Shelf);

/// What [`Words`] are read from.
struct Shelf {
    default: Arc<Language>,
    rest: Vec<Volume>,
}

/// A language that is read when it is wanted.
struct Volume {
    tag: Cow<'static, str>,
    /// The words, and those that the operator has instead of some of them.
    sources: Vec<Cow<'static, str>>,
    opened: OnceLock<Arc<Language>>,
}

/// A file of words cannot be used.
#[derive(Debug, Error)]
pub enum WordsFault {
    /// One that is part of this program.
    #[error("the words of {tag:?} cannot be read: {cause}; see locales/{tag}.ftl")]
    BuiltIn {
        /// Of the language.
        tag: String,
        /// What is wrong.
        cause: String,
    },
    /// One of the operator's: shown with its place, or why it cannot be read.
    #[error("{0}\n\nthe words in locales_dir are not used")]
    Own(String),
}

impl Words {
    /// The languages that are part of this program.
    ///
    /// # Errors
    /// [`WordsFault`], if the file of the default is malformed. Tests read all of them.
    pub fn built_in() -> Result<Self, WordsFault> {
        Self::of(LANGUAGES)
    }

    /// The same, with what the operator has in `folder` instead or besides: `<tag>.ftl` each.
    ///
    /// # Errors
    /// [`WordsFault::Own`], if a file there cannot be used.
    pub fn with_own(folder: Option<&Path>) -> Result<Self, WordsFault> {
        let own = folder.map_or(Ok(Vec::new()), own::read)?;
        let mut volumes: Vec<Volume> = LANGUAGES.iter().copied().map(Volume::of).collect();
        for (tag, source) in own {
            match volumes.iter_mut().find(|volume| same(&volume.tag, &tag)) {
                Some(volume) => volume.sources.push(source.into()),
                None => volumes.push(Volume { tag: tag.into(), sources: vec![source.into()], opened: OnceLock::new() }),
            }
        }
        Self::on_shelf(volumes)
    }

    fn of(languages: &[(&'static str, &'static str)]) -> Result<Self, WordsFault> {
        Self::on_shelf(languages.iter().copied().map(Volume::of).collect())
    }

    fn on_shelf(mut volumes: Vec<Volume>) -> Result<Self, WordsFault> {
        let rest = volumes.split_off(volumes.len().min(1));
        let default = match volumes.first() {
            Some(first) => first.read()?,
            None => Language::parse::<&str>("", &[])?,
        };
        Ok(Self(Shelf { default: Arc::new(default), rest }))
    }

    /// Every tag and its text, as `regain mail eject` writes them.
    pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
        LANGUAGES.iter().copied()
    }

    /// All languages, the default first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Language>> {
        let Self(shelf) = self;
        std::iter::once(Arc::clone(&shelf.default)).chain(shelf.rest.iter().map(|it| shelf.open(it))).collect()
    }

    /// The first of the `wanted` languages that there is, by its whole tag or else by the language that the tag means;
    /// the default, if there is none of them.
    #[must_use]
    pub fn choose(&self, wanted: &[Locale]) -> Arc<Language> {
        let Self(shelf) = self;
        wanted.iter().find_map(|locale| shelf.find(locale.as_str())).unwrap_or_else(|| Arc::clone(&shelf.default))
    }
}

impl Shelf {
    fn find(&self, wanted: &str) -> Option<Arc<Language>> {
        let meant = meant_by(wanted);
        self.first(|tag| same(tag, wanted)).or_else(|| self.first(|tag| same(tag, meant) || same(primary(tag), meant)))
    }

    fn first(&self, is_it: impl Fn(&str) -> bool) -> Option<Arc<Language>> {
        if is_it(self.default.tag()) {
            return Some(Arc::clone(&self.default));
        }
        self.rest.iter().find(|volume| is_it(&volume.tag)).map(|volume| self.open(volume))
    }

    /// Reads a language, once.
    fn open(&self, volume: &Volume) -> Arc<Language> {
        let opened = volume.opened.get_or_init(|| match volume.read() {
            Ok(language) => Arc::new(language),
            Err(fault) => {
                tracing::error!(%fault, "another language stands in");
                Arc::clone(&self.default)
            }
        });
        Arc::clone(opened)
    }
}

impl Volume {
    fn of((tag, source): (&'static str, &'static str)) -> Self {
        Self { tag: tag.into(), sources: vec![source.into()], opened: OnceLock::new() }
    }

    fn read(&self) -> Result<Language, WordsFault> {
        Language::parse(&self.tag, &self.sources)
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
