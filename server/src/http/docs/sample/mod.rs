//! Programs that make one call and print the answer, in the languages that people ask for.
//!
//! Each uses what its language brings along (Python: `requests`, which nobody does without), takes the API token from
//! the environment, and runs as it stands.

mod csharp;
mod curl;
mod go;
mod java;
mod javascript;
mod php;
mod python;
mod ruby;

use serde_json::Value;

/// A language, and who writes it.
pub(super) struct Language {
    /// In the page's style sheet.
    pub(super) id: &'static str,
    /// For people.
    pub(super) name: &'static str,
    /// Makes the sample.
    pub(super) write: fn(&Call) -> String,
}

pub(super) const LANGUAGES: [Language; 8] = [
    Language { id: "curl", name: "curl", write: curl::write },
    Language { id: "python", name: "Python", write: python::write },
    Language { id: "javascript", name: "JavaScript", write: javascript::write },
    Language { id: "go", name: "Go", write: go::write },
    Language { id: "ruby", name: "Ruby", write: ruby::write },
    Language { id: "php", name: "PHP", write: php::write },
    Language { id: "java", name: "Java", write: java::write },
    Language { id: "csharp", name: "C#", write: csharp::write },
];

/// The call that a sample makes.
pub(super) struct Call {
    /// In capitals.
    pub(super) method: String,
    /// With its query.
    pub(super) url: String,
    /// Besides `Authorization` and `Content-Type`.
    pub(super) headers: Vec<(String, String)>,
    /// Whether it needs an API token.
    pub(super) is_protected: bool,
    /// What it sends.
    pub(super) body: Option<Body>,
}

/// A body in JSON, or a form.
pub(super) struct Body {
    /// Its `Content-Type`.
    pub(super) media_type: String,
    value: Value,
}

impl Call {
    /// All headers but `Authorization`.
    fn plain_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let announced = self.body.iter().map(|body| ("Content-Type", body.media_type.as_str()));
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(announced)
    }
}

impl Body {
    /// What an example of the document looks like on its way.
    pub(super) fn new(media_type: &str, value: &Value) -> Self {
        Self { media_type: media_type.to_owned(), value: value.clone() }
    }

    /// As it is sent.
    fn text(&self) -> String {
        if self.is_json() { self.value.to_string() } else { self.form("&") }
    }

    /// As it is read.
    pub(super) fn pretty(&self) -> String {
        if self.is_json() { format!("{:#}", self.value) } else { self.form("&\n") }
    }

    fn is_json(&self) -> bool {
        self.media_type == "application/json"
    }

    fn form(&self, separator: &str) -> String {
        let fields = self.value.as_object().into_iter().flatten();
        let pairs =
            fields.map(|(name, value)| format!("{name}={}", percent_encoded(value.as_str().unwrap_or_default())));
        pairs.collect::<Vec<_>>().join(separator)
    }
}

/// As the URL Standard §5.2 has it, but that a space would be `%20`.
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
        if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encode).collect()
}

/// Between double quotes, as JSON, JavaScript, Python, Go, Java and C# all read it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Between single quotes, as Ruby and PHP read it.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// In capitals at the start only: `Post`.
fn capitalised(method: &str) -> String {
    let (first, rest) = method.split_at(1.min(method.len()));
    format!("{first}{}", rest.to_ascii_lowercase())
}

#[cfg(test)]
mod tests;
