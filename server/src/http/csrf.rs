//! Whether a form was sent by one of our own pages.

use crate::weakness::{self, Weakness};
use axum::http::{HeaderMap, HeaderName, header::ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the browser says that the page which sent this form is of `origin`, ours. `Sec-Fetch-Site` decides, and
/// where it is absent (older browsers, plain http off loopback) `Origin` does. A request with neither is refused: no
/// browser of today sends such a POST, and a program has the API.
#[must_use]
pub fn is_from_own_page(headers: &HeaderMap, origin: &str) -> bool {
    if weakness::is(Weakness::CrossSitePost) {
        return true;
    }
    if headers.contains_key(SEC_FETCH_SITE) {
        is_exactly(headers, &SEC_FETCH_SITE, "same-origin")
    } else {
        is_exactly(headers, &ORIGIN, origin)
    }
}

/// Whether the header is there once, with this value.
fn is_exactly(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    values.next().is_some_and(|value| value == wanted) && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://accounts.example.com";

    fn is_let_in(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        is_from_own_page(&map, OURS)
    }

    #[test]
    fn a_form_of_our_own_is_let_in() {
        assert!(is_let_in(&[("sec-fetch-site", "same-origin"), ("origin", OURS)]));
        assert!(is_let_in(&[("sec-fetch-site", "same-origin")]));
        assert!(is_let_in(&[("origin", OURS)]));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        for site in ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"] {
            assert!(!is_let_in(&[("sec-fetch-site", site)]), "{site:?}");
            assert!(!is_let_in(&[("sec-fetch-site", site), ("origin", OURS)]), "{site:?} outweighs Origin");
        }
        for origin in ["null", "", "https://accounts.example.com.evil.example", "http://accounts.example.com"] {
            assert!(!is_let_in(&[("origin", origin)]), "{origin:?}");
        }
        assert!(!is_let_in(&[("referer", OURS)]));
        assert!(!is_let_in(&[]));
    }

    #[test]
    fn a_header_sent_twice_is_refused() {
        assert!(!is_let_in(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
        assert!(!is_let_in(&[("origin", OURS), ("origin", "https://evil.example")]));
    }
}
