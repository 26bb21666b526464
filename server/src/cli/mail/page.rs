//! The page of `regain mail preview`.

use crate::mail::compose::Composer;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::message::MessageKind;

/// Which mail is looked at, and how.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) kind: MessageKind,
    pub(super) language: String,
    pub(super) is_dark: bool,
    pub(super) is_narrow: bool,
}

impl View {
    /// What is not there, or is not known, is as on the first page.
    pub(super) fn read(query: &str, composer: &Composer) -> Self {
        let value = |name: &str| {
            query.split('&').find_map(|pair| pair.split_once('=').filter(|(it, _)| *it == name).map(|(_, value)| value))
        };
        let tag = value("language").unwrap_or_default();
        let languages = composer.languages();
        let language = languages.iter().find(|it| it.tag() == tag).or(languages.first());
        Self {
            kind: value("message").and_then(MessageKind::parse).unwrap_or(MessageKind::Reset),
            language: language.map(|it| it.tag().to_owned()).unwrap_or_default(),
            is_dark: value("scheme") == Some("dark"),
            is_narrow: value("width") == Some("320"),
        }
    }

    fn query(&self) -> String {
        let scheme = if self.is_dark { "dark" } else { "light" };
        let width = if self.is_narrow { "320" } else { "600" };
        format!("?message={}&language={}&scheme={scheme}&width={width}", self.kind.as_str(), self.language)
    }
}

/// The mail beside what it says in plain text, and its headers.
pub(super) fn index(
    composer: &Composer,
    view: &View,
    subject: &str,
    text: &str,
    whole: &str,
) -> anyhow::Result<String> {
    let choice = |label: &str, other: &View| {
        let (query, is_chosen) = (other.query(), other.query() == view.query());
        context! { label, query, is_chosen }
    };
    let messages = MessageKind::ALL.map(|kind| choice(kind.as_str(), &View { kind, ..view.clone() }));
    let languages: Vec<Value> = composer
        .languages()
        .iter()
        .map(|it| choice(it.tag(), &View { language: it.tag().to_owned(), ..view.clone() }))
        .collect();
    let looks =
        [("light", false), ("dark", true)].map(|(label, is_dark)| choice(label, &View { is_dark, ..view.clone() }));
    let widths = [("600 px", false), ("320 px", true)]
        .map(|(label, is_narrow)| choice(label, &View { is_narrow, ..view.clone() }));
    let headers = whole.split("\r\n\r\n").next().unwrap_or_default();
    let choices =
        [("Mail", messages.to_vec()), ("Language", languages), ("Look", looks.to_vec()), ("Width", widths.to_vec())];
    let choices = choices.map(|(name, of)| context! { name, of });
    let direction = composer.languages().iter().find(|it| it.tag() == view.language).map_or("ltr", |it| it.direction());
    let page = context! {
        choices, subject, text, headers, direction,
        language => &view.language,
        query => view.query(),
        width => if view.is_narrow { 320 } else { 640 },
    };
    rendered(page)
}

/// What keeps the mails from being shown.
pub(super) fn fault(fault: &str) -> anyhow::Result<String> {
    rendered(context! { fault })
}

fn rendered(page: Value) -> anyhow::Result<String> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Lenient);
    templates.add_template("preview.html", include_str!("preview.html"))?;
    Ok(templates.get_template("preview.html")?.render(page)?)
}

/// The HTML part as it can be looked at outside of a mail program, with its picture in it.
pub(super) fn alone(html: &str, composer: &Composer) -> String {
    match composer.logo_as_data() {
        Some((name, data)) => html.replace(&name, &data),
        None => html.to_owned(),
    }
}

/// The same as it is in the dark or in the light, whatever the browser prefers. Its links lead nowhere.
pub(super) fn in_frame(html: &str, is_dark: bool) -> String {
    let scheme = if is_dark { "all" } else { "not all" };
    let html = html.replace("(prefers-color-scheme: dark)", scheme);
    let only = if is_dark { "dark" } else { "light" };
    html.replacen(
        "<head>",
        &format!("<head><base target=\"_blank\"><style>:root {{ color-scheme: only {only} !important; }}</style>"),
        1,
    )
}
