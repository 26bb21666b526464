//! The keys at the top: what people see of this server.

use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::{url, value::Value};
use std::path::PathBuf;

/// An origin: scheme, host and port; no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// As browsers send it in `Origin`: lower case, no default port, no trailing slash.
    pub origin: String,
    /// The host alone, without port; IPv6 in brackets.
    pub host: String,
    /// Whether the scheme is https.
    pub https: bool,
    /// Whether the host is this machine.
    pub loopback: bool,
}

keys! {
    PUBLIC_URL = Key::url(
        "public_url",
        "Where people reach this server: scheme, host and, if need be, port, without a path. Links are made from it \
         and from nothing that a request says, so there is no default to fall back to. https, unless the host is \
         this machine.",
    ).required().such_as("\"https://accounts.example.com\"");
    PRODUCT_NAME = Key::text(
        "product_name",
        "The name shown in mail and pages. The host is what people can check in their browser, so it stands in for \
         a missing name.",
    ).or_derived("the host of `public_url`");
    LOCALES_DIR = Key::path(
        "locales_dir",
        "A directory with texts for mails and pages that take the place of built-in ones of the same name, or add a \
         language: `<tag>.ftl` each; `regain mail eject` writes those there are. Read again on SIGHUP.",
    ).such_as("\"texts/locales\"");
}

/// Reads `public_url`.
pub(super) fn read_url(settings: &mut Settings) -> Option<PublicUrl> {
    settings.parsed(&PUBLIC_URL, public_url)
}

/// Reads `product_name`.
pub(super) fn read_product_name(settings: &mut Settings, public_url: Option<&PublicUrl>) -> Option<String> {
    if !settings.configured(&PRODUCT_NAME) {
        settings.derive(&PRODUCT_NAME, Value::Text(public_url?.host.clone()));
    }
    settings.parsed(&PRODUCT_NAME, |name| shown_name(name).map(str::to_owned))
}

/// Reads `locales_dir`.
pub(super) fn read_locales_dir(settings: &Settings) -> Option<PathBuf> {
    settings.path(&LOCALES_DIR)
}

fn public_url(text: &str) -> Result<PublicUrl, Refusal> {
    let url = url::web(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(refusal(
            "has more than scheme, host and port",
            "such as \"https://accounts.example.com\", no path",
        ));
    }
    Ok(PublicUrl {
        origin: url.origin().ascii_serialization(),
        host: url.host_str().unwrap_or_default().to_owned(),
        https: url.scheme() == "https",
        loopback: url::is_loopback(&url),
    })
}

/// A name fit for a header and a page: no control or bidirectional formatting characters, not beyond all measure.
pub(super) fn shown_name(name: &str) -> Result<&str, Refusal> {
    let accepted = format!("a name of at most {NAME_CHARACTERS_MAX} characters, without control characters");
    if name.contains(|c: char| c.is_control() || is_bidi_control(c)) {
        Err(refusal("holds a control character", accepted))
    } else if name.trim().is_empty() || name.chars().count() > NAME_CHARACTERS_MAX {
        Err(refusal("is blank or too long", accepted))
    } else {
        Ok(name.trim())
    }
}

/// Fits a subject line of the 78 characters that RFC 5322 §2.1.1 recommends.
const NAME_CHARACTERS_MAX: usize = 64;

/// Unicode's explicit directional formatting characters (UAX #9 §2), which make text look like other text.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_spelt_as_browsers_do() {
        let origin = |text| public_url(text).map(|url| url.origin).ok();
        assert_eq!(origin("HTTPS://Accounts.Example.COM:443/").as_deref(), Some("https://accounts.example.com"));
        assert_eq!(origin("https://accounts.example.com:8443").as_deref(), Some("https://accounts.example.com:8443"));
        assert_eq!(origin("http://LOCALHOST:80").as_deref(), Some("http://localhost"));
        assert_eq!(origin("http://[::1]:8080").as_deref(), Some("http://[::1]:8080"));
    }

    #[test]
    fn what_is_more_or_less_than_a_safe_origin_is_refused() {
        for text in [
            "https://a.example/app",
            "https://a.example/?q",
            "https://a.example/#f",
            "https://u:p@a.example",
            "http://a.example",
            "http://127.0.0.1.a.example",
            "ftp://a.example",
            "a.example",
            "https:a.example",
            "https:\\\\a.example",
            " https://a.example",
            "https://",
            "https://a.example:99999",
            "https://*.example",
            "https://a'.example",
            "//a.example",
        ] {
            assert!(public_url(text).is_err(), "{text}");
        }
    }
}
