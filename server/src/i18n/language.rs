//! The words of one language.

use super::WordsFault;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value};
use regain_core::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The words of one language.
pub struct Language {
    tag: String,
    direction: &'static str,
    bundle: FluentBundle<FluentResource>,
}

/// What goes into a gap of a text. A number also chooses between singular and plural.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// Taken as it is; escaping is for the page or mail that the text ends up in.
    Text(&'a str),
    /// A count.
    Number(i64),
}

impl Language {
    /// A text of a later source takes the place of one with the same key in an earlier.
    pub(super) fn parse<S: AsRef<str>>(tag: &str, sources: &[S]) -> Result<Self, WordsFault> {
        let fault = |cause: String| WordsFault::BuiltIn { tag: tag.to_owned(), cause };
        let identifier: LanguageIdentifier = tag.parse().map_err(|_| fault("this is no language tag".into()))?;
        let direction = match identifier.character_direction() {
            CharacterDirection::RTL => "rtl",
            _ => "ltr",
        };
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Isolation marks keep "Example, Inc." together among words that run the other way. No text holds an address
        // or a code, which people copy and which the marks would spoil.
        bundle.set_use_isolating(direction == "rtl");
        for source in sources {
            let resource = FluentResource::try_new(source.as_ref().to_owned());
            bundle.add_resource_overriding(resource.map_err(|(_, errors)| fault(format!("{errors:?}")))?);
        }
        Ok(Self { tag: tag.to_owned(), direction, bundle })
    }

    /// Its tag, for `lang` attributes and `Content-Language`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// `ltr` or `rtl`, for `dir` attributes.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        self.direction
    }

    /// The text called `key`, its gaps filled. A key that is not in the file comes back in braces, and the log says
    /// so; tests hold templates and files together.
    #[must_use]
    pub fn text(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let mut filled = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            match *arg {
                Arg::Text(text) => filled.set(*name, FluentValue::from(text)),
                Arg::Number(number) => filled.set(*name, FluentValue::from(number)),
            }
        }
        self.format(key, &filled)
    }

    fn format(&self, key: &str, args: &FluentArgs<'_>) -> String {
        let Some((text, errors)) = self.try_format(key, args) else {
            tracing::error!(key, language = self.tag, "a text is missing");
            return format!("{{{key}}}");
        };
        for error in errors {
            tracing::error!(key, language = self.tag, %error, "a text has a gap that nothing fills");
        }
        text
    }

    /// The text with what was wrong with it, if there is a text of that name.
    pub(super) fn try_format(&self, key: &str, args: &FluentArgs<'_>) -> Option<(String, Vec<FluentError>)> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        Some((text, errors))
    }

    /// A point in time as people read it, in UTC, to the minute: "21 November 2026, 18:48 UTC".
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        let at =
            jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        self.text(
            "moment",
            &[
                ("day", Arg::Number(at.day().into())),
                ("month", Arg::Number(at.month().into())),
                ("year", Arg::Text(&at.year().to_string())),
                ("time", Arg::Text(&time)),
            ],
        )
    }

    /// A span of time in its largest whole unit: "1 hour", "90 minutes". Parts of a second are dropped.
    #[must_use]
    pub fn span(&self, span: Duration) -> String {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let (key, unit) = match seconds {
            s if s > DAY && s % DAY == 0 => ("span-days", DAY),
            s if s >= HOUR && s % HOUR == 0 => ("span-hours", HOUR),
            s if s >= MINUTE && s % MINUTE == 0 => ("span-minutes", MINUTE),
            _ => ("span-seconds", 1),
        };
        self.text(key, &[("count", Arg::Number(seconds / unit))])
    }

    /// [`Language::text`] as a function for templates: `words("mail-greeting-named", name=name)`. A template that asks
    /// for a text that there is not, or leaves out what goes into it, fails at its line.
    #[must_use]
    pub fn as_function(self: &Arc<Self>) -> Value {
        let language = Arc::clone(self);
        Value::from_function(move |key: &str, gaps: Kwargs| -> Result<String, minijinja::Error> {
            let mut args = FluentArgs::new();
            for name in gaps.args() {
                let value: Value = gaps.get(name)?;
                match i64::try_from(value.clone()) {
                    Ok(number) if value.is_number() => args.set(name.to_owned(), FluentValue::from(number)),
                    _ => args.set(name.to_owned(), FluentValue::from(value.to_string())),
                }
            }
            let wrong = |what: String| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, what);
            match language.try_format(key, &args) {
                None => Err(wrong(format!("there is no text called `{key}`"))),
                Some((text, errors)) if errors.is_empty() => Ok(text),
                Some((_, errors)) => {
                    Err(wrong(format!("the text `{key}` has a gap that nothing fills: {}", errors[0])))
                }
            }
        })
    }
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
