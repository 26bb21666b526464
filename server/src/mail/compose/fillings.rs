//! What one mail puts into the gaps of its skeleton.

use super::skeleton::Gap;
use super::wrap::wrap;
use crate::i18n::{Arg, Language};
use crate::mail::name::greeting_name;
use crate::weakness::{self, Weakness};
use minijinja::HtmlEscape;
use regain_core::message::{Asker, Body, Message};
use secrecy::{ExposeSecret, SecretString};

/// Empty where the mail has no such gap.
#[derive(Default)]
pub(super) struct Fillings {
    greeting: String,
    link: String,
    code: String,
    not_me_link: String,
    asked: String,
}

impl Fillings {
    /// As they are, neither wrapped nor escaped.
    pub(super) fn of(message: &Message, language: &Language) -> Self {
        let greeting = match message.name.as_deref().and_then(greeting_name) {
            Some(name) => language.text("mail-greeting-named", &[("name", Arg::Text(&name))]),
            None => language.text("mail-greeting", &[]),
        };
        let asked = message.asker.map(|asker| asked(asker, language)).unwrap_or_default();
        let exposed = |secret: &SecretString| secret.expose_secret().to_owned();
        match &message.body {
            Body::Reset { link, code, not_me_link, .. } => {
                let (link, code, not_me_link) = (exposed(link), exposed(code), exposed(not_me_link));
                Self { greeting, link, code, not_me_link, asked }
            }
            Body::PasswordChanged { not_me_link } => {
                Self { greeting, not_me_link: exposed(not_me_link), asked, ..Self::default() }
            }
            Body::NoAccount | Body::Test => Self { greeting, asked, ..Self::default() },
        }
    }

    pub(super) fn in_html(&self) -> Self {
        let greeting = HtmlEscape(&self.greeting).to_string();
        Self {
            greeting: weakness::spoilt(Weakness::NamesNotEscaped, greeting, |_| self.greeting.clone()),
            link: href(&self.link),
            code: HtmlEscape(&self.code).to_string(),
            not_me_link: href(&self.not_me_link),
            asked: HtmlEscape(&self.asked).to_string(),
        }
    }

    pub(super) fn in_text(self) -> Self {
        Self { greeting: wrap(&self.greeting), asked: wrap(&self.asked), ..self }
    }

    pub(super) fn fill(&self, gap: Gap) -> &str {
        match gap {
            Gap::Greeting => &self.greeting,
            Gap::Link => &self.link,
            Gap::Code => &self.code,
            Gap::NotMeLink => &self.not_me_link,
            Gap::Asked => &self.asked,
        }
    }
}

/// Who asked, in a sentence. All that stands in it is from lists of ours, but for an address, and that is parsed.
fn asked(asker: Asker, language: &Language) -> String {
    let network = asker.network();
    let gaps = [
        ("browser", Arg::Text(asker.device.browser())),
        ("system", Arg::Text(asker.device.system())),
        ("network", Arg::Text(network.as_deref().unwrap_or("none"))),
    ];
    language.text("mail-asked-from", &gaps)
}

/// Escapes an address for an attribute or for reading, leaving its slashes alone.
fn href(address: &str) -> String {
    if !address.bytes().any(|octet| matches!(octet, b'&' | b'<' | b'>' | b'"' | b'\'')) {
        return address.to_owned();
    }
    let mut safe = String::with_capacity(address.len() + 16);
    for c in address.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_escaped_but_for_its_slashes() {
        assert_eq!(
            href("https://a.example/r?x='1'&y=<\"2\">"),
            "https://a.example/r?x=&#39;1&#39;&amp;y=&lt;&quot;2&quot;&gt;"
        );
    }
}
