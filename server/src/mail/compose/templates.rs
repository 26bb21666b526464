//! The templates of mails: those of this program, and what the operator has instead of some of them.

use super::ComposeFault;
use super::wrap::wrap;
use crate::excerpt::{Fault, line};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// Every template of mails.
#[derive(Debug, Clone)]
pub struct Templates(Vec<Template>);

#[derive(Debug, Clone)]
struct Template {
    name: &'static str,
    source: Cow<'static, str>,
    /// Where the operator's own is.
    file: Option<PathBuf>,
}

impl Templates {
    /// Those of this program.
    #[must_use]
    pub fn built_in() -> Self {
        let template = |&(name, source)| Template { name, source: Cow::Borrowed(source), file: None };
        Self(BUILT_IN.iter().map(template).collect())
    }

    /// The same, but for those that are in `folder` under the same names.
    ///
    /// # Errors
    /// [`ComposeFault`], if a file there cannot be read, or is none of them.
    pub fn with_own(folder: Option<&Path>) -> Result<Self, ComposeFault> {
        let mut templates = Self::built_in();
        let Some(folder) = folder else { return Ok(templates) };
        let mut found = Vec::new();
        collect(folder, folder, &mut found)?;
        for (name, path) in found {
            let Some(template) = templates.0.iter_mut().find(|template| template.name == name) else {
                let names = BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                return Err(unreadable(&path, &format_args!("there is no template of that name; there are {names}")));
            };
            let octets = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
            if octets > FILE_OCTETS_MAX {
                return Err(unreadable(&path, &format_args!("it has more than {FILE_OCTETS_MAX} octets")));
            }
            let source = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            (template.source, template.file) = (source.into(), Some(path));
        }
        Ok(templates)
    }

    /// Name and text of each, as `regain mail eject` writes them.
    pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.iter().copied()
    }

    /// Compiles all of them.
    pub(super) fn compiled(&self) -> Result<Environment<'static>, ComposeFault> {
        let mut compiled = Environment::new();
        compiled.set_auto_escape_callback(|name| match name.rsplit('.').next() {
            Some("html") => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        compiled.set_undefined_behavior(UndefinedBehavior::Strict);
        compiled.set_fuel(Some(FUEL));
        let syntax = SyntaxConfig::builder().trim_blocks(true).keep_trailing_newline(true).build();
        compiled.set_syntax(syntax.map_err(|error| self.fault("syntax", &error))?);
        compiled.add_filter("wrap", |paragraph: &str| wrap(paragraph));
        for Template { name, source, .. } in &self.0 {
            compiled.add_template_owned(*name, source.clone()).map_err(|error| self.fault(name, &error))?;
        }
        Ok(compiled)
    }

    /// What is wrong with a template, shown in its file if that is the operator's. Templates never see what is a mail's
    /// own, so nothing of one can be in it.
    pub(super) fn fault(&self, name: &str, error: &minijinja::Error) -> ComposeFault {
        let error = innermost(error);
        let name = error.name().unwrap_or(name);
        let cause = match error.detail() {
            Some(detail) => format!("{}: {detail}", error.kind()),
            None => error.kind().to_string(),
        };
        self.fault_at(name, error.line(), &cause, "`regain mail eject` writes templates that are right")
    }

    /// What is wrong with a template, or with what became of it: then no one line is known to be at fault, and it may be
    /// in a template that this one extends.
    pub(super) fn fault_at(&self, name: &str, number: Option<usize>, title: &str, help: &str) -> ComposeFault {
        let own = self.0.iter().find(|template| template.name == name);
        match own.and_then(|template| Some((template, template.file.as_deref()?))) {
            Some((Template { source, .. }, file)) => {
                let path = file.display().to_string();
                let place = number.map(|number| line(source, number));
                ComposeFault(Fault { path: &path, text: source, place, title, help }.render())
            }
            None => {
                let at = number.map(|number| format!(", line {number}")).unwrap_or_default();
                ComposeFault(format!("the mail template {name:?}{at}: {title}; {help}{}", self.own_ones()))
            }
        }
    }

    /// A clause that names the operator's own, if there are any.
    fn own_ones(&self) -> String {
        let own: Vec<_> = self.0.iter().filter_map(|it| Some(it.file.as_ref()?.display().to_string())).collect();
        if own.is_empty() { String::new() } else { format!("; of your own it may use {}", own.join(", ")) }
    }
}

/// Of a fault in a template that another one includes: the fault itself.
fn innermost(error: &minijinja::Error) -> &minijinja::Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<minijinja::Error>());
    cause.filter(|cause| cause.name().is_some()).map_or(error, innermost)
}

/// Every template below `folder` by its name, which is its path from `root`.
fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, PathBuf)>) -> Result<(), ComposeFault> {
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(folder, &error))?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let is_template = path.extension().is_some_and(|ending| ending == "html" || ending == "txt");
        if path.is_dir() && folder == root {
            collect(root, &path, found)?;
        } else if is_template && let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            found.push((name.to_owned(), path));
        }
    }
    Ok(())
}

fn unreadable(path: &Path, cause: &dyn Display) -> ComposeFault {
    ComposeFault(format!("{}: {cause}; see mail.templates_dir", path.display()))
}

/// Some twenty times a built-in one.
const FILE_OCTETS_MAX: u64 = 128 * 1024;
/// The built-in templates use less than a hundredth.
pub(super) const FUEL: u64 = 50_000;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../templates/mail/", $name)))),*]
    };
}

const BUILT_IN: &[(&str, &str)] = templates![
    "layout.txt",
    "layout.html",
    "parts.html",
    "reset/body.txt",
    "reset/body.html",
    "password_changed/body.txt",
    "password_changed/body.html",
    "no_account/body.txt",
    "no_account/body.html",
    "test/body.txt",
    "test/body.html",
];
