//! Where requests go, and what one looks like.

use axum::http::{HeaderValue, Method, Uri, header};
use bytes::Bytes;
use http_body_util::Full;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// Which words the server understands; see the contract of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Dialect {
    /// `POST /auth/password-reset/request`
    Chaser,
    /// `POST /auth/reset/password-email`
    Unleash,
}

impl Dialect {
    fn path(self) -> &'static str {
        match self {
            Self::Chaser => "/auth/password-reset/request",
            Self::Unleash => "/auth/reset/password-email",
        }
    }
}

/// An endpoint that takes requests for a reset.
pub struct Target {
    /// Where to connect to; without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_https: bool,
    authority: String,
    path: String,
    authorization: Option<HeaderValue>,
}

/// Why a URL cannot be measured.
#[derive(Debug, Error)]
#[error("{url:?} cannot be measured: {why}. It looks like https://accounts.example.com")]
pub struct UnusableUrl {
    url: String,
    why: &'static str,
}

impl Target {
    /// Reads `url`: a server's address, to which the path of `dialect` is added, or the address of an endpoint itself,
    /// which tells its dialect. `token` goes into the `Authorization` header.
    ///
    /// # Errors
    /// [`UnusableUrl`].
    pub fn parse(url: &str, dialect: Option<Dialect>, token: Option<&SecretString>) -> Result<Self, UnusableUrl> {
        let refused = |why| UnusableUrl { url: url.to_owned(), why };
        let uri: Uri = url.parse().map_err(|_| refused("it is no URL"))?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(refused("it begins neither with http:// nor with https://")),
        };
        let authority = uri.authority().ok_or_else(|| refused("it names no host"))?.as_str().to_owned();
        if authority.contains('@') {
            return Err(refused("a name and a password do not belong into it"));
        }
        if uri.query().is_some() {
            return Err(refused("it has a query"));
        }
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let base = uri.path().trim_end_matches('/');
        let names_it = [Dialect::Chaser, Dialect::Unleash].into_iter().find(|it| base.ends_with(it.path()));
        let path = match (names_it, dialect) {
            (Some(named), Some(told)) if named != told => return Err(refused("its path is of the other dialect")),
            (Some(_), _) => base.to_owned(),
            (None, told) => format!("{base}{}", told.unwrap_or(Dialect::Chaser).path()),
        };
        let authorization = token.map(|token| HeaderValue::try_from(token.expose_secret())).transpose();
        let authorization = authorization.map_err(|_| refused("no header can hold that API token"))?;
        let authorization = authorization.map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Ok(Self { host, port, is_https, authority, path, authorization })
    }

    /// Whether it is asked by a caller whom the dialect may tell who has an account, and who was asked for too recently.
    #[must_use]
    pub fn may_tell(&self) -> bool {
        self.authorization.is_some() && self.path.ends_with(Dialect::Unleash.path())
    }

    /// Who asks for a reset of `address`'s account.
    pub(super) fn request(&self, address: &str) -> axum::http::Request<Full<Bytes>> {
        let body = serde_json::json!({ "email": address }).to_string();
        let mut request = axum::http::Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        // Of a path that came out of a URI.
        *request.uri_mut() = self.path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        if let Ok(host) = HeaderValue::try_from(&self.authority) {
            headers.insert(header::HOST, host);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        request
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http{}://{}{}", if self.is_https { "s" } else { "" }, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_its_dialect_and_a_prefix_stays() {
        for (url, dialect, expected) in [
            ("https://a.example", None, "https://a.example/auth/password-reset/request"),
            ("https://a.example/", Some(Dialect::Unleash), "https://a.example/auth/reset/password-email"),
            ("http://[::1]:80/app/", None, "http://[::1]:80/app/auth/password-reset/request"),
            ("http://a/auth/reset/password-email/", None, "http://a/auth/reset/password-email"),
        ] {
            assert_eq!(Target::parse(url, dialect, None).unwrap().to_string(), expected);
        }
        let target = Target::parse("http://[::1]:8080", None, None).unwrap();
        assert_eq!((target.host.as_str(), target.port, target.is_https), ("::1", 8080, false));
        assert_eq!(Target::parse("https://a.example", None, None).unwrap().port, 443);
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused_with_an_example() {
        for url in ["", "a.example", "ftp://a.example", "https://me:secret@a.example", "http://a/?b=c", "/a"] {
            let refused = Target::parse(url, None, None).err().unwrap_or_else(|| panic!("{url}"));
            assert!(refused.to_string().contains("https://accounts.example.com"), "{refused}");
        }
        assert!(Target::parse("http://a/auth/reset/password-email", Some(Dialect::Chaser), None).is_err());
    }

    #[test]
    fn a_request_holds_the_address_as_json_and_the_token_as_it_is() {
        let token = SecretString::from("*:*.secret");
        let target = Target::parse("http://a:8080", None, Some(&token)).unwrap();
        let request = target.request("ada@example.com");
        assert_eq!(request.uri(), "/auth/password-reset/request");
        assert_eq!(request.headers()["host"], "a:8080");
        assert_eq!(request.headers()["authorization"], "*:*.secret");
        assert!(!format!("{request:?}").contains("secret"));
    }
}
