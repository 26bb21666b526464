use super::*;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use mail_parser::MessageParser;
use tower::ServiceExt;

fn config(more: &str, mail: &str) -> Config {
    let text = format!(
        "public_url = \"http://localhost:8080\"\nproduct_name = \"Tea & Co\"\n{more}\n[users]\nurl = \"sqlite:a.db\"\n\
         preset = \"django\"\n[mail]\nfrom = \"no-reply@example.com\"\n{mail}\n[mail.file]\ndirectory = \"mail\"\n"
    );
    Config::from_toml(&text, Path::new("/nowhere"), [("", ""); 0]).unwrap_or_else(|error| panic!("{error}"))
}

async fn asked(config: Config, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router(config).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_page_shows_both_parts_and_the_headers_and_leads_to_every_mail() {
    let (status, headers, page) = asked(config("", ""), "/?message=password_changed&language=de").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-security-policy"], PAGE_POLICY);
    assert!(!page.contains("<script") && page.contains("<iframe sandbox "), "{page}");
    for shown in ["Ihr Passwort für Tea &amp; Co wurde geändert", "Guten Tag Ada,", "Auto-Submitted: auto-generated"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for query in ["message=reset&amp;language=de", "language=zh-Hant", "scheme=dark", "width=320"] {
        assert!(page.contains(query), "{query}: {page}");
    }
}

#[tokio::test]
async fn a_mail_in_its_frame_runs_nothing_fetches_nothing_and_leads_nowhere() {
    let (_, headers, mail) = asked(config("", ""), "/mail.html?message=reset&language=ar&scheme=dark").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none'; ") && policy.contains("img-src data:;"), "{policy}");
    assert!(mail.contains("<base target=\"_blank\">") && mail.contains("@media all {"), "{mail}");
    let (_, _, by_day) = asked(config("", ""), "/mail.html?message=reset&language=ar").await;
    assert!(by_day.contains("@media not all {") && by_day.contains("dir=\"rtl\""));
}

#[tokio::test]
async fn the_whole_mail_can_be_taken_away() {
    let (_, headers, mail) = asked(config("", ""), "/mail.eml?message=reset&language=fr").await;
    assert_eq!(headers["content-type"], "message/rfc822");
    let mail = MessageParser::default().parse(mail.as_bytes()).unwrap();
    assert!(mail.body_text(0).unwrap().contains("http://localhost:8080/reset-password#"));
}

#[tokio::test]
async fn what_is_not_known_is_the_first_page() {
    for path in ["/?message=x&language=y&scheme=z&width=w", "/?", "/?&&=", "/?message=%00&language=%3Cscript%3E"] {
        let (status, _, page) = asked(config("", ""), path).await;
        assert!(status == StatusCode::OK && page.contains("Reset your password for Tea &amp; Co"), "{path}");
        assert!(!page.contains("<script>"));
    }
}

#[tokio::test]
async fn a_template_that_is_broken_is_shown_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("test")).unwrap();
    fs::write(folder.path().join("test/body.txt"), "Hello\n{{ <b> }}\n").unwrap();
    let own = format!("templates_dir = {:?}", folder.path());
    let (status, _, page) = asked(config("", &own), "/").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.contains("body.txt:2:1") && page.contains("{{ &lt;b&gt; }}"), "{page}");
}

#[test]
fn every_mail_is_written_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    write_all(&config("", ""), &folder.path().join("mails"), &mut said).unwrap();
    assert!(String::from_utf8(said).unwrap().starts_with("72 mails are in "));
    assert_eq!(fs::read_dir(folder.path().join("mails")).unwrap().count(), 3 * 72);
    let mail = fs::read(folder.path().join("mails/reset.he.eml")).unwrap();
    let text = fs::read_to_string(folder.path().join("mails/reset.he.txt")).unwrap();
    let parsed = MessageParser::default().parse(&mail).unwrap();
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
}
