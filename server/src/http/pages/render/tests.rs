use super::*;
use crate::brand::{Brand, Css, Logo};
use crate::http::test_app;
use axum::body::to_bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

fn pages() -> Pages {
    branded(Brand::default())
}

fn branded(brand: Brand) -> Pages {
    let mut config = test_app::config();
    config.product_name = "Tea & <b>Cakes</b>".into();
    config.reset.done_url = Some("https://shop.example/?a=1&b=\"2\"".into());
    config.brand = brand;
    Pages::new(&config, Arc::new(Words::built_in().unwrap())).unwrap()
}

/// Without what is the same on all of them.
fn bare(body: &str) -> String {
    let (before, rest) = body.split_once("<style>").unwrap();
    let (style, rest) = rest.split_once("</style>").unwrap();
    let (between, rest) = rest.split_once("<script>").unwrap();
    let (_, after) = rest.split_once("</script>").unwrap();
    assert!(style.contains("--accent"));
    format!("{before}<style>…</style>{between}<script>…</script>{after}")
}

const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn choose(shortcomings: &[Shortcoming]) -> Page<'_> {
    Page::ChoosePassword { bound_to: "bound-to-this-link", shortcomings }
}

/// Every page there is, with a name for its snapshot.
fn every_page() -> Vec<(&'static str, Response)> {
    let pages = pages();
    let mut all = Vec::new();
    for (name, page) in [
        ("forgot", Page::Forgot),
        ("sent", Page::Sent),
        ("code", Page::EnterCode),
        ("choose", choose(&[])),
        ("choose_again", choose(&[Shortcoming::Mismatch, Shortcoming::Rule(Violation::TooShort { length_min: 8 })])),
        ("refused", Page::Refused),
        ("done", Page::Done),
        ("not_me", Page::NotMe { token: TOKEN }),
        ("not_me_refused", Page::NotMeRefused),
        ("not_me_done", Page::NotMeDone),
    ] {
        all.push((name, pages.show(&page, &[])));
    }
    for (name, status) in [
        ("wrong", StatusCode::BAD_REQUEST),
        ("foreign", StatusCode::FORBIDDEN),
        ("unknown", StatusCode::NOT_FOUND),
        ("often", StatusCode::TOO_MANY_REQUESTS),
        ("busy", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        all.push((name, pages.problem(status, &[])));
    }
    all
}

async fn body(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn every_page_looks_as_it_was_approved() {
    for (name, response) in every_page() {
        let status = response.status();
        let body = bare(&body(response).await);
        insta::assert_snapshot!(name, format!("{status}\n{body}"));
    }
}

#[tokio::test]
async fn no_page_lacks_a_word_or_shows_the_name_as_markup() {
    for (name, response) in every_page() {
        let body = bare(&body(response).await);
        assert!(!body.contains("{page-"), "{name} lacks a text: {body}");
        assert!(!body.contains("<b>"), "{name} shows the product's name as markup");
        assert!(body.contains("Tea &amp; &lt;b&gt;"), "{name} does not say whose it is");
        assert_eq!(body.matches("<h1>").count(), 1, "{name}");
    }
}

#[tokio::test]
async fn style_and_script_are_the_ones_that_the_policy_names() {
    for (name, response) in every_page() {
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let body = body(response).await;
        for element in ["style", "script"] {
            let (open, close) = (format!("<{element}>"), format!("</{element}>"));
            let inline = body.split(&open).nth(1).unwrap().split(&close).next().unwrap();
            let digest = STANDARD.encode(Sha256::digest(inline));
            assert!(policy.contains(&format!("{element}-src 'sha256-{digest}'")), "{name}: {element}");
            assert_eq!(body.matches(&open).count(), 1, "{name}: {element}");
        }
        assert!(!body.contains("style=") && !body.contains(" src="), "{name} loads something");
    }
}

#[test]
fn a_page_says_its_language_and_forbids_everything_else() {
    for (name, response) in every_page() {
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_LANGUAGE], "en", "{name}");
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8", "{name}");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for part in ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{name}: {part}");
        }
        assert!(!policy.contains("unsafe"), "{name}");
        assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY", "{name}");
        assert!(headers.contains_key("permissions-policy"), "{name}");
    }
}

#[test]
fn every_rule_is_in_words() {
    let words = Words::built_in().unwrap();
    for language in &words.all() {
        for violation in [
            Violation::TooShort { length_min: 12 },
            Violation::TooLong { length_max: 12 },
            Violation::TooManyBytes { bytes_max: 12 },
            Violation::HasNul,
            Violation::Common,
            Violation::Breached,
            Violation::IsProductName,
            Violation::IsAddress,
            Violation::IsName,
            Violation::Repeats,
            Violation::NoLowerCase,
            Violation::NoUpperCase,
            Violation::NoDigit,
            Violation::NoSpecial,
            Violation::PreviouslyUsed,
            Violation::TooYoung,
            Violation::RefusedByStore,
        ] {
            let text = Shortcoming::Rule(violation).in_words(language).unwrap();
            assert!(!text.starts_with('{'), "{}: {text}", language.tag());
            assert_eq!(text.contains("12"), violation.limit().is_some(), "{}: {text}", language.tag());
        }
    }
}

#[tokio::test]
async fn what_was_wrong_is_tied_to_the_field() {
    let weak = Shortcoming::Rule(Violation::Common);
    for (shortcomings, tied_to_first, tied_to_second) in [
        (&[weak][..], "password-errors password-hint", None),
        (&[Shortcoming::Mismatch], "mismatch password-hint", Some("mismatch")),
        (
            &[Shortcoming::Mismatch, Shortcoming::Rule(Violation::Repeats)],
            "password-errors mismatch password-hint",
            Some("mismatch"),
        ),
    ] {
        let page = body(pages().show(&choose(shortcomings), &[])).await;
        let field =
            |id: &str| page.split(&format!("<input id=\"{id}\"")).nth(1).unwrap().split('>').next().unwrap().to_owned();
        let (first, second) = (field("password"), field("password_confirmation"));
        let tie = format!(r#"aria-describedby="{tied_to_first}" aria-invalid="true" autofocus"#);
        assert!(first.contains(&tie), "{first}");
        for id in tied_to_first.split(' ') {
            assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        }
        assert_eq!(second.contains(r#"aria-invalid="true""#), tied_to_second.is_some(), "{second}");
        assert_eq!(page.matches(r#"role="alert""#).count(), shortcomings.len(), "{page}");
    }
    let fresh = bare(&body(pages().show(&choose(&[]), &[])).await);
    assert!(!fresh.contains(r#"role="alert""#) && !fresh.contains("aria-invalid"));
}

#[tokio::test]
async fn a_brand_is_on_every_page() {
    let pages = branded(Brand {
        logo: Logo::of(b"<svg/>".to_vec()).ok(),
        css: Css::of(b"main { border: 0 }").ok(),
        support_url: Some("https://help.example/?a=\"><script>&b".into()),
        ..Brand::default()
    });
    for page in [Page::Forgot, Page::Sent, choose(&[]), Page::Refused] {
        let body = bare(&body(pages.show(&page, &[])).await);
        let logo = r#"<img src="/brand/logo?v=d4dc56669143034f" alt="Tea &amp; &lt;b&gt;Cakes&lt;&#x2f;b&gt;">"#;
        assert!(body.contains(logo), "{body}");
        assert!(body.contains(r#"<link rel="stylesheet" href="/brand/style.css?v="#), "{body}");
        assert!(
            body.contains(r#"href="https:&#x2f;&#x2f;help.example&#x2f;?a=&quot;&gt;&lt;script&gt;&amp;b""#),
            "{body}"
        );
    }
}
