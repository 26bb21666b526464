//! Who looks at a link: somebody in a browser, or a program on the way there.
//!
//! Mail scanners follow links before the owner does. Nothing is decided by what is found here: it is told in the timeline,
//! because "it was opened" and "a scanner looked at it" are different answers to "did they get my mail?". Of a client's
//! headers no more is kept than this one word.

use axum::http::{HeaderMap, Method, header};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// What looks like a browser with somebody before it.
    Browser,
    /// What says itself, or shows by what it leaves out, that it is none.
    Program,
}

impl Reader {
    /// By what a GET or HEAD says of whoever sent it. Browsers since 2020 (Safari since 2023) say with each navigation, over
    /// https and on loopback, that it is one (Fetch Metadata); an older one is believed by the name that it gives itself and
    /// the languages that it asks for.
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Self {
        let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let looks_ahead = ["sec-purpose", "purpose", "x-moz", "x-purpose"]
            .iter()
            .any(|name| ["prefetch", "preview"].iter().any(|word| says(name).to_ascii_lowercase().contains(word)));
        let agent = says(header::USER_AGENT.as_str()).to_ascii_lowercase();
        let mut words = agent.split(|c: char| !c.is_ascii_alphanumeric());
        // Cubot makes telephones.
        let is_bot = words.any(|word| word.ends_with("bot") && word != "cubot");
        let calls_itself_one = is_bot || PROGRAMS.iter().any(|word| agent.contains(word));
        let navigates = match says("sec-fetch-mode") {
            "" => agent.starts_with("mozilla/") && headers.contains_key(header::ACCEPT_LANGUAGE),
            mode => mode == "navigate",
        };
        if *method != Method::GET || looks_ahead || calls_itself_one || !navigates {
            Self::Program
        } else {
            Self::Browser
        }
    }
}

/// What programs call themselves, in lower case.
const PROGRAMS: [&str; 17] = [
    "headless",
    "phantomjs",
    "electron",
    "crawl",
    "spider",
    "scan",
    "preview",
    "proxy",
    "curl",
    "wget",
    "python",
    "java/",
    "okhttp",
    "go-http",
    "libwww",
    "safelinks",
    "mimecast",
];

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    fn reader(method: &Method, headers: &[(&'static str, &'static str)]) -> Reader {
        let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Reader::of(method, &HeaderMap::from_iter(pairs))
    }

    #[test]
    fn a_browser_says_that_it_navigates_or_which_languages_it_wants() {
        let of_today = [("user-agent", FIREFOX), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        let older = [("user-agent", FIREFOX), ("accept-language", "de")];
        for headers in [&of_today[..], &older] {
            assert_eq!(reader(&Method::GET, headers), Reader::Browser, "{headers:?}");
        }
    }

    #[test]
    fn a_program_shows_by_what_it_says_or_leaves_out() {
        for headers in [
            &[][..],
            &[("user-agent", FIREFOX)],
            &[("user-agent", "curl/8.5.0"), ("accept-language", "en")],
            &[("user-agent", "Mozilla/5.0 (X11) HeadlessChrome/140.0"), ("sec-fetch-mode", "navigate")],
            &[("user-agent", FIREFOX), ("sec-fetch-mode", "navigate"), ("sec-purpose", "prefetch;prerender")],
            &[("user-agent", FIREFOX), ("accept-language", "en"), ("purpose", "Prefetch")],
            &[("user-agent", FIREFOX), ("accept-language", "en"), ("sec-fetch-mode", "no-cors")],
            &[("user-agent", "Mozilla/5.0 (Microsoft SafeLinks)"), ("accept-language", "en")],
        ] {
            assert_eq!(reader(&Method::GET, headers), Reader::Program, "{headers:?}");
        }
        assert_eq!(reader(&Method::HEAD, &[("user-agent", FIREFOX), ("sec-fetch-mode", "navigate")]), Reader::Program);
    }
}
