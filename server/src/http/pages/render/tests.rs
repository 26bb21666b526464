use super::*;
use crate::config::PublicUrl;
use axum::body::to_bytes;
use std::time::Duration;

fn pages() -> Pages {
    let public_url = PublicUrl {
        origin: "https://accounts.example.com".into(),
        host: "accounts.example.com".into(),
        https: true,
        loopback: false,
    };
    let brand = Brand {
        product_name: "Tea & <b>Cakes</b>".into(),
        done_url: Some("https://shop.example/?a=1&b=\"2\"".into()),
        password_hint: ("page-choose-hint", 8),
    };
    let words = Arc::new(Words::built_in().unwrap());
    Pages::branded(brand, ResetCookie::new(&public_url, Duration::from_secs(3600)), words).unwrap()
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
        let body = body(response).await.replace(STYLE, "…").replace(SCRIPT, "…");
        insta::assert_snapshot!(name, format!("{status}\n{body}"));
    }
}

#[tokio::test]
async fn no_page_lacks_a_word_or_shows_the_name_as_markup() {
    for (name, response) in every_page() {
        let body = body(response).await.replace(STYLE, "").replace(SCRIPT, "");
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
        ] {
            let text = Shortcoming::Rule(violation).in_words(language);
            assert!(!text.starts_with('{'), "{}: {text}", language.tag());
            assert_eq!(text.contains("12"), violation.limit().is_some(), "{}: {text}", language.tag());
        }
    }
}

#[tokio::test]
async fn what_was_wrong_is_tied_to_the_field() {
    let rejected = body(pages().show(&choose(&[Shortcoming::Mismatch]), &[])).await;
    assert!(rejected.contains(r#"role="alert""#));
    assert!(rejected.contains(r#"aria-describedby="password-errors password-hint" aria-invalid="true" autofocus"#));
    let fresh = body(pages().show(&choose(&[]), &[])).await;
    assert!(!fresh.contains(r#"role="alert""#) && !fresh.contains(r#"aria-invalid="true" autofocus"#));
}
