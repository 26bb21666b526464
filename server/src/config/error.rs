//! What is wrong with a configuration: everything at once, each with the place and what would be right.

use super::source::USUAL_PLACES;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// Everything that keeps a configuration from being used. Printed, it underlines each value in its file; secrets
/// are replaced by asterisks.
#[derive(Debug, Clone)]
pub struct ConfigErrors {
    file: Option<SourceFile>,
    problems: Vec<Problem>,
    /// What to know about all of them.
    note: Option<String>,
}

impl ConfigErrors {
    /// In the order of the file, then what the environment holds, then what is missing.
    pub(super) fn new(file: Option<SourceFile>, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| match &problem.place {
            Place::Span(span) => (0, span.start),
            Place::Variable(_) => (1, 0),
            Place::Nowhere => (2, 0),
        });
        Self { file, problems, note: None }
    }

    /// Says that no file was found where one usually is: often the one thing that is wrong.
    pub(super) fn without_any_file(self) -> Self {
        let places = USUAL_PLACES.join(" nor ");
        let note = format!(
            "note: no configuration file was read: there is neither {places}; `--config` names another, `regain init` writes \
             one, and `regain demo` needs none"
        );
        Self { note: Some(note), ..self }
    }

    /// Whether one of them is that `key` is required and set nowhere.
    pub(super) fn misses(&self, key: &str) -> bool {
        let named = format!("`{key}`");
        self.problems.iter().any(|problem| problem.place == Place::Nowhere && problem.title.starts_with(&named))
    }

    /// How many there are; never zero.
    #[must_use]
    pub fn count(&self) -> usize {
        self.problems.len()
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}\n", problem.render(self.file.as_ref()))?;
        }
        if let Some(note) = &self.note {
            writeln!(f, "{note}\n")?;
        }
        match self.problems.len() {
            1 => write!(f, "the configuration has 1 error and is not used"),
            n => write!(f, "the configuration has {n} errors and is not used"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    /// The key and what is wrong with it.
    title: String,
    place: Place,
    /// What was found there; never a secret.
    found: Option<String>,
    /// What is accepted, or what to do.
    help: String,
}

/// Where a problem is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Bytes of the configuration file.
    Span(Range<usize>),
    /// An environment variable.
    Variable(String),
    /// Something is missing.
    Nowhere,
}

impl Problem {
    pub(super) fn new(place: Place, title: impl Into<String>, help: impl Into<String>) -> Self {
        Self { title: title.into(), place, found: None, help: help.into() }
    }

    /// With what was found, which must be no secret.
    pub(super) fn found(self, found: String) -> Self {
        Self { found: Some(found), ..self }
    }

    fn render(&self, file: Option<&SourceFile>) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(&self.title));
        match (&self.place, file) {
            (Place::Span(span), Some(file)) => {
                let excerpt = file.excerpt(span);
                let mark = AnnotationKind::Primary.span(excerpt.span).label(self.found.as_deref());
                group = group.element(
                    Snippet::source(excerpt.line).line_start(excerpt.number).path(&file.name).annotation(mark),
                );
            }
            (Place::Variable(name), _) => {
                let found = self.found.as_deref().map(|found| format!(": {found}")).unwrap_or_default();
                group = group.element(Level::NOTE.message(format!("in the environment variable {name}{found}")));
            }
            (Place::Nowhere, Some(file)) => {
                group =
                    group.element(Level::NOTE.message(format!("set neither in {} nor in the environment", file.name)));
            }
            _ => {}
        }
        Renderer::plain().render(&[group.element(Level::HELP.message(&self.help))])
    }
}

/// The configuration file as it was read.
#[derive(Clone)]
pub(super) struct SourceFile {
    /// As the operator named it.
    pub(super) name: String,
    pub(super) text: String,
    /// The bytes that no error may show.
    pub(super) hidden: Vec<Range<usize>>,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SourceFile").field(&self.name).finish_non_exhaustive()
    }
}

/// One line of the file, fit to be shown.
struct Excerpt {
    number: usize,
    line: String,
    span: Range<usize>,
}

impl SourceFile {
    /// The number of the line that holds the byte at `offset`, counted from 1.
    pub(super) fn line_number(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|&b| b == b'\n').count()
    }

    /// The line in which `span` begins, hidden bytes replaced, and where `span` lies in it.
    fn excerpt(&self, span: &Range<usize>) -> Excerpt {
        let line = self.line_around(span.start);
        let mut shown = Excerpt { number: self.line_number(span.start), line: String::new(), span: 0..0 };
        let mut masked_until = line.start;
        for (offset, c) in self.text[line.clone()].char_indices().map(|(n, c)| (line.start + n, c)) {
            if offset <= span.start {
                shown.span.start = shown.line.len();
            }
            if offset >= masked_until {
                match self.hidden.iter().find(|hidden| hidden.contains(&offset)) {
                    Some(hidden) => {
                        masked_until = hidden.end;
                        shown.line.push_str(MASK);
                    }
                    None => shown.line.push(c),
                }
            }
            if offset < span.end {
                shown.span.end = shown.line.len();
            }
        }
        if span.start >= line.end {
            shown.span.start = shown.line.len();
        }
        shown.span.end = shown.span.end.max(shown.span.start);
        shown
    }

    /// The line that holds the byte at `offset`, without its end.
    pub(super) fn line_around(&self, offset: usize) -> Range<usize> {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let start = self.text[..offset].rfind('\n').map_or(0, |n| n + 1);
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |n| offset + n);
        start..self.text[start..end].trim_end_matches('\r').len() + start
    }
}

/// What stands for a secret.
pub(super) const MASK: &str = "********";
