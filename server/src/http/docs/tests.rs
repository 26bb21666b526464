use super::*;
use crate::http::test_app::config;

/// The page, with slashes as they are meant.
fn shown(config: &Config) -> String {
    render(config).unwrap().replace("&#x2f;", "/")
}

#[test]
fn every_operation_has_its_place_its_answers_and_a_sample_in_each_language() {
    let mut config = config();
    config.mail_events.postmark = Some("a password of nobody".to_owned().into());
    let page = shown(&config);
    let document = openapi::document(&config);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert_eq!(page.matches(&format!("<h3 id=\"{id}\">")).count(), 1, "{id}");
            assert!(page.contains(&format!("<a href=\"#{id}\">")), "{id} is not on the list");
            let section = page.split(&format!("<h3 id=\"{id}\">")).nth(1).unwrap().split("</article>").next().unwrap();
            assert!(section.contains(&format!("<code>{path}</code>")), "{id}");
            for status in operation["responses"].as_object().unwrap().keys() {
                assert!(section.contains(&format!("\">{status}</span>")), "{id}: {status}");
            }
            for language in sample::LANGUAGES {
                assert!(section.contains(&format!("class=\"sample {}\"", language.id)), "{id}: {}", language.name);
            }
        }
    }
}

#[test]
fn the_page_is_of_a_moderate_size_and_every_link_on_it_leads_somewhere() {
    let page = render(&config()).unwrap();
    assert!(page.len() < 250_000, "{} octets", page.len());
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(page.matches(&format!(" id=\"{link}\"")).count(), 1, "{link}");
    }
}

#[test]
fn the_style_sheet_switches_every_language() {
    for language in sample::LANGUAGES {
        let id = language.id;
        assert!(STYLE.contains(&format!(":root:has(#in-{id}:checked) .{id}")), "{id}");
    }
}

#[test]
fn what_is_switched_off_is_not_on_the_page() {
    let mut config = config();
    config.api.unleash.enabled = false;
    let page = shown(&config);
    assert!(!page.contains("/auth/reset/") && page.contains("/auth/password-reset/request"));
}

#[test]
fn names_from_the_configuration_are_text() {
    let mut config = config();
    config.product_name = "<b>&\"'".to_owned();
    assert!(!render(&config).unwrap().contains("<b>"));
}

#[test]
fn backticks_are_code_and_the_rest_is_escaped() {
    assert_eq!(prose("a `<b>` & c").to_string(), "a <code>&lt;b&gt;</code> &amp; c");
}
