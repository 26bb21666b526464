//! The pages, for everybody: in a real Chromium, in every language, in daylight and in the dark, on the narrowest
//! phone.

use crate::support::chromium::{Browser, Script, pictures_are_wanted};
use crate::support::process::{Process, Site, client, needed, reset_token};
use regain::i18n::Words;
use reqwest::Client;
use serde_json::json;

const ADA: &str = "ada@example.com";

/// axe-core finds what a program can find of WCAG 2.2 A and AA, and of what its makers call best practice. While there: no
/// page weighs or fetches more than it says.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_either_direction_by_day_or_by_night() {
    let tour = Tour::start(&[]).await;
    let axe = std::fs::read_to_string(needed("REGAIN_TEST_AXE")).unwrap();
    let mut found = Vec::new();
    for language in ["en", "ar"] {
        tour.browser.sends_headers(&[("Accept-Language", language)]).await;
        for stop in STOPS {
            tour.goes_to(stop, language).await;
            let loaded: Loaded = tour.browser.sees(LOADED).await;
            assert!(loaded.octets < 60_000, "{stop:?}: {loaded:?}");
            assert!(loaded.is_from(&tour.server), "{stop:?}: {loaded:?}");
            tour.browser.page.execute(&axe, vec![]).await.unwrap();
            for scheme in ["light", "dark"] {
                tour.browser.prefers(scheme).await;
                let report = tour.browser.page.execute_async(RUN_AXE, vec![]).await.unwrap();
                assert!(report["passes"].as_u64().is_some_and(|rules| rules > 15), "{stop:?}: it hardly ran: {report}");
                if report["found"] != json!([]) {
                    found.push(format!("{language} {scheme} {stop:?}: {:#}", report["found"]));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// WCAG 2.2, 1.4.10: 320 CSS pixels, which is also what 1280 become at 400 %.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_to_be_scrolled_sideways_in_any_language() {
    let tour = Tour::start(&[]).await;
    let words = Words::built_in().unwrap();
    tour.browser.becomes_narrow().await;
    tour.goes_to(Stop::Forgot, "en").await;
    for language in words.all() {
        let mut pages = Vec::new();
        for stop in STOPS {
            pages.push((tour.html_of(stop, language.tag()).await, Tour::mark_of(stop)));
        }
        let tried_on = tour.browser.page.execute(TRY_ON, vec![json!(pages)]).await.unwrap();
        let fits: Vec<Fit> = serde_json::from_value(tried_on).unwrap();
        assert_eq!(fits.len(), STOPS.len());
        for (fit, stop) in fits.iter().zip(STOPS) {
            assert!(
                fit.language == language.tag() && fit.is_it && fit.is_styled,
                "{} {stop:?}: {fit:?}",
                language.tag()
            );
            assert!(fit.width <= 320 && fit.beyond.is_empty(), "{} {stop:?}: {fit:?}", language.tag());
        }
    }
    for language in words.all().into_iter().filter(|_| pictures_are_wanted()) {
        tour.browser.sends_headers(&[("Accept-Language", language.tag())]).await;
        for stop in STOPS {
            tour.goes_to(stop, language.tag()).await;
            tour.browser.pictures(&format!("{}-{stop:?}", language.tag()).to_ascii_lowercase()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brands_files_come_from_our_own_origin_and_pass_the_policy() {
    let env = [
        ("REGAIN_BRAND__LOGO_FILE", "logo.svg"),
        ("REGAIN_BRAND__CSS_FILE", "brand.css"),
        ("REGAIN_BRAND__COLOR", "#ffd500"),
        ("REGAIN_BRAND__SUPPORT_URL", "mailto:help@example.com"),
    ];
    let tour = Tour::start(&env).await;
    tour.goes_to(Stop::Forgot, "en").await;
    let (logo, border, fill, text): (bool, String, String, String) = tour
        .browser
        .sees(
            "const style = (it) => getComputedStyle(document.querySelector(it));
             return [document.querySelector('.brand img').naturalWidth > 0, style('main').borderTopWidth,
                     style('button').backgroundColor, style('button').color]",
        )
        .await;
    assert!(logo, "the logo is shown");
    assert_eq!([&border, &fill, &text], ["7px", "rgb(255, 213, 0)", "rgb(0, 0, 0)"]);
    let loaded: Loaded = tour.browser.sees(LOADED).await;
    assert!(loaded.is_from(&tour.server) && loaded.from.len() == 3, "the page, a logo, a style: {loaded:?}");

    // Opened by itself, a drawing is a document; whatever got past us runs nothing there.
    tour.browser.page.goto(&tour.server.url("/brand/logo")).await.unwrap();
    assert_eq!(tour.browser.sees::<String>("return origin").await, "null", "in a sandbox");
}

/// A browser, a server, and the links of one mail.
struct Tour {
    browser: Browser,
    /// For what need not be gone to.
    client: Client,
    server: Process,
    token: String,
    /// Path and query of the link.
    not_me: String,
    _site: Site,
}

/// A page, as somebody gets there.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Forgot,
    Sent,
    Code,
    Choose,
    /// The form again, with what is wrong at both of its fields.
    Again,
    Refused,
    Done,
    NotMe,
    NotMeRefused,
    NotMeDone,
    Problem,
}

const STOPS: [Stop; 11] = [
    Stop::Forgot,
    Stop::Sent,
    Stop::Code,
    Stop::Choose,
    Stop::Again,
    Stop::Refused,
    Stop::Done,
    Stop::NotMe,
    Stop::NotMeRefused,
    Stop::NotMeDone,
    Stop::Problem,
];

impl Tour {
    async fn start(env: &[(&str, &str)]) -> Self {
        let site = Site::with_working_links(&[ADA]).await;
        std::fs::write(site.path().join("logo.svg"), LOGO).unwrap();
        std::fs::write(site.path().join("brand.css"), "main { border-width: 7px }").unwrap();
        let server = site.serve(env);
        server.request(ADA).await;
        let mail = &site.mails_to(ADA, 1).await[0];
        let links = mail.links();
        let not_me = links.iter().find_map(|link| link.find("/not-me").map(|at| link[at..].to_owned()));
        Self {
            browser: Browser::start(Script::On).await,
            client: client(),
            token: reset_token(mail).unwrap(),
            not_me: not_me.expect("a link for somebody else's request"),
            server,
            _site: site,
        }
    }

    /// The page as the server sends it, without going there.
    async fn html_of(&self, stop: Stop, language: &str) -> String {
        let path = match stop {
            Stop::Choose | Stop::Again | Stop::Refused => "/reset-password".to_owned(),
            _ => self.address_of(stop),
        };
        let url = self.server.url(&path);
        let asked = match stop {
            Stop::Again => self.client.post(url).form(&[("password", "short"), ("password_confirmation", "other")]),
            Stop::Refused => self.client.post(url).form(&[("token", "x")]),
            _ => self.client.get(url),
        };
        let asked = asked.header("Sec-Fetch-Site", "same-origin").header("Accept-Language", language);
        let asked = match stop {
            Stop::Choose | Stop::Again => asked.header("Cookie", format!("regain=t.{}", self.token)),
            _ => asked,
        };
        asked.send().await.unwrap().text().await.unwrap()
    }

    /// Path and query.
    fn address_of(&self, stop: Stop) -> String {
        match stop {
            Stop::Forgot => "/forgot-password".into(),
            Stop::Sent => "/forgot-password/sent".into(),
            Stop::Code => "/reset-password".into(),
            Stop::Choose | Stop::Again => format!("/reset-password?token={}", self.token),
            Stop::Refused => "/reset-password?token=x".into(),
            Stop::Done => "/reset-password/done".into(),
            Stop::NotMe => self.not_me.clone(),
            Stop::NotMeRefused => "/not-me?token=x".into(),
            Stop::NotMeDone => "/not-me/done".into(),
            Stop::Problem => "/reset-password?a=1&a=2".into(),
        }
    }

    /// What the page has and its neighbours have not.
    fn mark_of(stop: Stop) -> &'static str {
        match stop {
            Stop::Forgot => "[name=email]",
            Stop::Sent | Stop::Code => "[name=code]",
            Stop::Choose => "[name=bound_to]",
            Stop::Again => "#password-errors, #mismatch",
            Stop::NotMe => "main [name=token]",
            Stop::Refused | Stop::NotMeRefused | Stop::NotMeDone => "a.button",
            Stop::Done | Stop::Problem => "h1",
        }
    }

    /// Goes there, and sees that the page has come in `language`.
    async fn goes_to(&self, stop: Stop, language: &str) {
        let address = self.address_of(stop);
        let at = address.split('?').next().unwrap_or_default();
        if matches!(stop, Stop::Code) {
            self.browser.page.delete_all_cookies().await.unwrap();
        }
        self.browser.page.goto(&self.server.url(&address)).await.unwrap();
        if matches!(stop, Stop::Again) {
            self.browser.is_at(at, "[name=bound_to]").await;
            self.browser.fill("password", "short").await;
            self.browser.fill("password_confirmation", "other").await;
            self.browser.submit().await;
        }
        self.browser.is_at(at, &format!("html[lang={language}] :is({})", Self::mark_of(stop))).await;
    }
}

/// What the browser fetched for a page.
#[derive(Debug, serde::Deserialize)]
struct Loaded {
    /// With their heads.
    octets: u64,
    from: Vec<String>,
}

impl Loaded {
    fn is_from(&self, server: &Process) -> bool {
        self.from.iter().all(|address| address.starts_with(&server.url("/")))
    }
}

const LOADED: &str = "
const loaded = ['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind));
return {
  octets: loaded.reduce((sum, it) => sum + it.transferSize, 0),
  from: loaded.map((it) => it.name).filter((name) => !name.startsWith('data:')),
};";

/// How a page fits into a window.
#[derive(Debug, serde::Deserialize)]
struct Fit {
    language: String,
    is_it: bool,
    is_styled: bool,
    /// In CSS pixels.
    width: u32,
    /// What stands out on either side.
    beyond: Vec<String>,
}

/// Puts one page after the other in place of the one that is shown: much quicker than to go there, and as narrow.
const TRY_ON: &str = "
const sticksOut = (it) => {
  const { left, right, width } = it.getBoundingClientRect();
  return width > 0 && (left < -0.5 || right > innerWidth + 0.5);
};
return arguments[0].map(([html, mark]) => {
  const page = new DOMParser().parseFromString(html, 'text/html').documentElement;
  document.documentElement.replaceWith(document.adoptNode(page));
  return {
    language: document.documentElement.lang,
    is_it: Boolean(document.querySelector(mark)),
    is_styled: getComputedStyle(document.querySelector('main')).paddingTop !== '0px',
    width: document.documentElement.scrollWidth,
    beyond: [...document.querySelectorAll('body *')].filter(sticksOut).map((it) => it.outerHTML.slice(0, 80)),
  };
});";

const RUN_AXE: &str = "
const tell = arguments[arguments.length - 1];
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const brief = (it) => ({ rule: it.id, help: it.help, at: it.nodes.map((node) => node.html.slice(0, 120)) });
axe.run(document, { runOnly: rules }).then(
  (report) => tell({ passes: report.passes.length, found: [...report.violations, ...report.incomplete].map(brief) }),
  (fault) => tell({ fault: String(fault) }),
);";

const LOGO: &str =
    "<svg xmlns='http://www.w3.org/2000/svg' width='120' height='32'><circle cx='16' cy='16' r='14'/></svg>";
