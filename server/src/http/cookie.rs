//! The cookie that carries a link's token or a code from one page to the next, so that no address bar shows it.

use crate::config::PublicUrl;
use crate::recovery::Credential;
use crate::weakness::{self, Weakness};
use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::keys::Keys;
use regain_core::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How the cookie is called and which attributes it has.
///
/// With https it is `__Host-regain`: browsers take a cookie of that name from this very host only, over TLS, so no
/// neighbouring host can plant one. `SameSite=Lax`, because `Strict` would be withheld after a click in webmail.
#[derive(Debug, Clone)]
pub struct ResetCookie {
    name: &'static str,
    attributes: &'static str,
    max_age_seconds: u64,
}

/// What came back in the cookie.
pub enum Held {
    /// A token or code, which may be live or dead.
    Credential(Credential),
    /// Somebody opened a link that holds no token: it was cut off, or made up.
    BrokenLink,
}

impl ResetCookie {
    /// The cookie of this deployment; it lasts as long as a link does.
    #[must_use]
    pub fn new(public_url: &PublicUrl, token_ttl: Duration) -> Self {
        let (name, attributes) = if public_url.https && !weakness::is(Weakness::CookieForAnyHost) {
            ("__Host-regain", "; Path=/; Secure; HttpOnly; SameSite=Lax")
        } else {
            ("regain", "; Path=/; HttpOnly; SameSite=Lax")
        };
        Self { name, attributes, max_age_seconds: token_ttl.as_secs() }
    }

    /// `Set-Cookie` for what stands where a link has its token. What cannot be a token is not copied.
    #[must_use]
    pub fn holding_link(&self, text: &str) -> HeaderValue {
        match ResetToken::parse(text) {
            Some(token) => self.set(value_of_token(&token).expose_secret(), self.max_age_seconds),
            None => self.set(BROKEN_LINK, self.max_age_seconds),
        }
    }

    /// `Set-Cookie` for a credential that was seen to be live.
    #[must_use]
    pub fn holding(&self, credential: &Credential, keys: &Keys) -> HeaderValue {
        self.set(value_of(credential, keys).expose_secret(), self.max_age_seconds)
    }

    /// `Set-Cookie` that makes the browser forget.
    #[must_use]
    pub fn cleared(&self) -> HeaderValue {
        self.set("", 0)
    }

    /// What the browser sent. A cookie that we did not write counts as none, and so do two.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap, keys: &Keys) -> Option<Held> {
        let mut values = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='))
            .filter_map(|(name, value)| (name == self.name).then_some(value));
        let value = values.next()?;
        if values.next().is_some() {
            return None;
        }
        parse(value, keys)
    }

    fn set(&self, value: &str, max_age_seconds: u64) -> HeaderValue {
        let text = format!("{}={value}{}; Max-Age={max_age_seconds}", self.name, self.attributes);
        // Base64url, Crockford's base32 and our own words: nothing that a header cannot hold.
        let mut header = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}

/// Names a credential in the form that was made for it, so that a form cannot be sent with the cookie of another link,
/// opened meanwhile in another window. Tells nothing of the credential.
#[must_use]
pub fn binding(credential: &Credential, keys: &Keys) -> String {
    URL_SAFE_NO_PAD.encode(&keys.page_digest("form", value_of(credential, keys).expose_secret())[..SEAL_BYTES])
}

fn value_of(credential: &Credential, keys: &Keys) -> SecretString {
    match credential {
        Credential::Token(token) => value_of_token(token),
        Credential::Code { address, code: Some(code) } => {
            let code = code.to_text();
            let value = format!("c.{}.{}", URL_SAFE_NO_PAD.encode(address.as_str()), code.expose_secret());
            format!("{value}.{}", seal(&value, keys)).into()
        }
        Credential::Code { code: None, .. } => BROKEN_LINK.into(),
    }
}

fn value_of_token(token: &ResetToken) -> SecretString {
    format!("t.{}", token.to_text().expose_secret()).into()
}

/// Codes are sealed: showing a page tries the code again, and guesses must come by the form, where they are limited.
fn seal(value: &str, keys: &Keys) -> String {
    URL_SAFE_NO_PAD.encode(&keys.page_digest("cookie", value)[..SEAL_BYTES])
}

fn parse(value: &str, keys: &Keys) -> Option<Held> {
    if value.len() > VALUE_OCTETS_MAX {
        return None;
    }
    if value == BROKEN_LINK {
        return Some(Held::BrokenLink);
    }
    let (kind, rest) = value.split_once('.')?;
    let credential = match kind {
        "t" => Credential::Token(ResetToken::parse(rest)?),
        "c" => {
            let (sealed, found) = value.rsplit_once('.')?;
            let is_ours: bool = seal(sealed, keys).as_bytes().ct_eq(found.as_bytes()).into();
            let (address, code) = rest.strip_suffix(found)?.strip_suffix('.')?.split_once('.').filter(|_| is_ours)?;
            let address = String::from_utf8(URL_SAFE_NO_PAD.decode(address).ok()?).ok()?;
            Credential::Code { address: EmailAddress::parse(&address).ok()?, code: Some(ResetCode::parse(code)?) }
        }
        _ => return None,
    };
    Some(Held::Credential(credential))
}

/// A token would stand after the point.
const BROKEN_LINK: &str = "t.";

/// 128 bits, 22 characters of base64url.
const SEAL_BYTES: usize = 16;

/// An address of 254 octets is 339 characters of base64url; with a code, the seal and the marks 374.
const VALUE_OCTETS_MAX: usize = 384;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regain_core::keys::KEY_BYTES;

    const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    fn cookie(https: bool) -> ResetCookie {
        let origin = if https { "https://a.example" } else { "http://127.0.0.1:8080" };
        let public_url = PublicUrl { origin: origin.into(), host: "a.example".into(), https, loopback: !https };
        ResetCookie::new(&public_url, Duration::from_secs(3600))
    }

    fn keys() -> Keys {
        Keys::new([7; KEY_BYTES])
    }

    fn ada_with(code: &str) -> Credential {
        let address = EmailAddress::parse("Ada.O'Neil+x@example.com").unwrap();
        Credential::Code { address, code: ResetCode::parse(code) }
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(COOKIE, value.parse().unwrap());
        }
        map
    }

    /// What [`ResetCookie::read`] finds, in words.
    fn found(values: &[&str]) -> String {
        match cookie(false).read(&headers(values), &keys()) {
            None => "none".into(),
            Some(Held::BrokenLink) => "broken".into(),
            Some(Held::Credential(Credential::Token(token))) => token.to_text().expose_secret().to_owned(),
            Some(Held::Credential(Credential::Code { address, code })) => {
                format!("{} {}", address.as_str(), code.unwrap().to_text().expose_secret())
            }
        }
    }

    /// The value that a browser would keep of a `Set-Cookie`.
    fn kept(set_cookie: &HeaderValue) -> String {
        set_cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn with_https_only_this_host_can_set_it() {
        let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600";
        assert_eq!(cookie(true).holding_link(TOKEN), format!("__Host-regain=t.{TOKEN}; {attributes}"));
        let attributes = "Path=/; HttpOnly; SameSite=Lax; Max-Age=3600";
        assert_eq!(cookie(false).holding_link(TOKEN), format!("regain=t.{TOKEN}; {attributes}"));
        assert_eq!(cookie(false).cleared(), "regain=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn a_token_survives_the_journey() {
        assert_eq!(found(&[&kept(&cookie(false).holding_link(TOKEN))]), TOKEN);
        assert_eq!(found(&[&format!("theme=dark; regain=t.{TOKEN}; other=1")]), TOKEN);
        assert_eq!(found(&["theme=dark", &format!("regain=t.{TOKEN}")]), TOKEN);
    }

    #[test]
    fn an_address_and_code_survive_the_journey() {
        let set_cookie = cookie(false).holding(&ada_with("01abcdef"), &keys());
        assert_eq!(found(&[&kept(&set_cookie)]), "Ada.O'Neil+x@example.com 01AB-CDEF");
    }

    #[test]
    fn a_code_that_we_did_not_seal_counts_as_none() {
        let kept_value = kept(&cookie(false).holding(&ada_with("01abcdef"), &keys()));
        assert_eq!(found(&[&kept_value.replace("01AB", "01AC")]), "none");
        assert_eq!(found(&[&kept_value[..kept_value.len() - 1]]), "none");
        assert_eq!(found(&[&kept_value[..kept_value.rfind('.').unwrap()]]), "none");
        let other_key = Keys::new([8; KEY_BYTES]);
        assert_eq!(found(&[&kept(&cookie(false).holding(&ada_with("01abcdef"), &other_key))]), "none");
    }

    #[test]
    fn a_binding_names_one_credential_and_shows_nothing_of_it() {
        let bindings = [
            binding(&ada_with("01abcdef"), &keys()),
            binding(&ada_with("01abcdeg"), &keys()),
            binding(&ada_with("01abcdef"), &Keys::new([8; KEY_BYTES])),
            binding(&Credential::Token(ResetToken::parse(TOKEN).unwrap()), &keys()),
        ];
        assert_eq!(std::collections::HashSet::from(bindings.clone()).len(), bindings.len());
        assert_eq!(bindings[0], binding(&ada_with("01AB-CDEF"), &keys()));
        let sealed = kept(&cookie(false).holding(&ada_with("01abcdef"), &keys()));
        assert!(!sealed.contains(&bindings[0]), "the binding is no seal");
    }

    #[test]
    fn the_longest_address_fits() {
        let longest = format!("{}@{}.{}.{}", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(61));
        assert_eq!(longest.len(), 254);
        let address = EmailAddress::parse(&longest).unwrap();
        let credential = Credential::Code { address, code: ResetCode::parse("01abcdef") };
        let set_cookie = cookie(false).holding(&credential, &keys());
        assert_eq!(found(&[&kept(&set_cookie)]), format!("{longest} 01AB-CDEF"));
    }

    #[test]
    fn what_is_no_token_is_remembered_as_a_broken_link_and_not_copied() {
        for text in ["", "x", "\r\nSet-Cookie: a=b", "ü", &"A".repeat(100_000)] {
            let set_cookie = cookie(false).holding_link(text);
            assert!(set_cookie.to_str().unwrap().starts_with("regain=t.; "));
            assert_eq!(found(&[&kept(&set_cookie)]), "broken");
        }
    }

    #[test]
    fn what_we_did_not_write_counts_as_none() {
        let long = "A".repeat(VALUE_OCTETS_MAX);
        for value in ["", "t", "t.AAAA", "c.", "c.QQ.01AB-CDEF", "c.QUBiLmM.", "c.QUBiLmM", "x.y", "t.t.", &long] {
            assert_eq!(found(&[&format!("regain={value}")]), "none", "{value:?}");
        }
        assert_eq!(found(&[&format!("REGAIN=t.{TOKEN}")]), "none");
        assert_eq!(found(&[&format!("__Host-regain=t.{TOKEN}")]), "none");
    }

    #[test]
    fn two_cookies_of_that_name_count_as_none() {
        assert_eq!(found(&[&format!("regain=t.; regain=t.{TOKEN}")]), "none");
    }

    #[test]
    fn a_log_of_the_header_shows_no_secret() {
        let set_cookie = cookie(true).holding_link(TOKEN);
        assert!(!format!("{set_cookie:?}").contains(TOKEN));
    }

    proptest! {
        #[test]
        fn reading_never_fails(value in "\\PC{0,400}") {
            let _ = parse(&value, &keys());
        }
    }
}
