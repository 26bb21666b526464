//! What is refused, a test for each class.

use super::*;

/// The title of the error that the least configuration with `path = value` gets, which is about `path`.
fn refused(path: &str, value: &str) -> String {
    let title = title(&format!("{path} = {value}\n{LEAST}"));
    assert!(title.starts_with(&format!("error: `{path}` ")), "{path} = {value}: {title}");
    title
}

#[test]
fn an_unsafe_public_url_is_refused() {
    let unsafe_url = |url: &str| title(&LEAST.replace("http://localhost:8080", url));
    assert_eq!(unsafe_url("http://accounts.example.com"), "error: `public_url` must be https");
    assert_eq!(
        unsafe_url("https://accounts.example.com/app"),
        "error: `public_url` has more than scheme, host and port"
    );
    assert_eq!(unsafe_url("https://u:p@accounts.example.com"), "error: `public_url` names a user or a password");
    assert_eq!(unsafe_url(""), "error: `public_url` is empty");
}

#[test]
fn a_limit_or_lifetime_that_bounds_nothing_is_refused() {
    for (path, values) in [
        ("reset.token_ttl_seconds", &["-1", "0", "604801", "1.5", "\"3600\"", "99999999999999999999"][..]),
        ("reset.code_ttl_seconds", &["0", "3601"]),
        ("reset.code_attempts_max", &["0", "101"]),
        ("reset.cooldown_seconds", &["-1", "86401"]),
        ("reset.mails_per_hour_max", &["0"]),
        ("reset.give_up_seconds", &["0", "604801"]),
        ("limits.requests_per_network_per_minute", &["0", "-10", "1_000_000_001"]),
        ("limits.queue_max", &["0"]),
        ("limits.body_bytes_max", &["255", "16777217"]),
        ("password.length_min", &["7", "129"]),
        ("password.length_max", &["63", "4097"]),
        ("ledger.retention_days", &["0", "3651"]),
    ] {
        for value in values {
            refused(path, value);
        }
    }
    assert_eq!(
        title(&format!("password.length_min = 100\npassword.length_max = 64\n{LEAST}")),
        "error: `password.length_min` exceeds `password.length_max`"
    );
}

#[test]
fn a_link_that_would_hand_the_token_to_others_is_refused() {
    for link in [
        "{public_url}/reset-password",
        "{public_url}/{token}/{token}",
        "http://app.example.com/reset#{token}",
        "https://{token}.example.com/",
        "https://user:{token}@example.com/",
        "javascript:alert('{token}')",
        "/reset#{token}",
        "{public_url}/{locale}#{token}",
        "{public_url}/a b#{token}",
    ] {
        refused("reset.link", &format!("\"{link}\""));
    }
    read(&plus(LEAST, "[reset]\nlink = \"https://app.example.com/reset?token={token}\""));
}

#[test]
fn done_leads_back_to_a_safe_page_only() {
    for url in ["http://app.example.com", "javascript:alert(1)", "//app.example.com", "/login"] {
        refused("reset.done_url", &format!("\"{url}\""));
    }
    let config = read(&plus(LEAST, "[reset]\ndone_url = \"https://app.example.com/login\""));
    assert_eq!(config.reset.done_url.as_deref(), Some("https://app.example.com/login"));
}

#[test]
fn sample_secrets_refuse_to_start() {
    let digest_of_secret = "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    for token in ["changeme", "secret", "Replace_Key_Value", digest_of_secret] {
        let title = refused("api.tokens", &format!("[\"{token}\"]"));
        assert!(title.ends_with("is from an example, so everybody knows it"), "{title}");
    }
    let published = errors(&plus(HTTPS, "[api]\ntokens = [\"*:*.my-admin-token\"]"));
    assert!(published.contains("is from an example"), "{published}");
    let title = title(&HTTPS.replace("Xk29-canary", "changeme"));
    assert_eq!(title, "error: `mail.smtp.url` still has the password of an example");
}

#[test]
fn a_short_api_token_is_refused_where_others_can_reach_it() {
    read(&plus(LEAST, "[api]\ntokens = [\"short-token\"]"));
    let short = plus(HTTPS, "[api]\ntokens = [\"long-enough-to-be-random\", \"short-token\"]");
    assert_eq!(title(&short), "error: `api.tokens` holds a token (number 2) that has fewer than 16 characters");
}

#[test]
fn an_api_token_that_no_header_carries_is_refused() {
    for token in ["Bearer abcdefghijklmnop", "with spaces in the middle", "schlüssel-schlüssel", "sha256:abc"] {
        refused("api.tokens", &format!("[\"{token}\"]"));
    }
}

#[test]
fn a_ledger_on_several_nodes_wants_the_secret_they_share() {
    let shared = plus(LEAST, "[ledger]\nurl = \"postgres://regain@db/regain\"");
    assert_eq!(title(&shared), "error: `server.secret_file` is absent, and required with a ledger in PostgreSQL");
    let config = read(&plus(&shared, "[server]\nsecret_file = \"shared.secret\""));
    assert!(config.ledger.url.is_shared() && config.server.secret_file_configured);
    for url in ["mysql://db/regain", "ldap://db", "postgres:db", "regain.db"] {
        refused("ledger.url", &format!("{url:?}"));
    }
}

#[test]
fn a_directory_has_no_tables() {
    let users = "url = \"ldaps://directory.example.com\"\ntable = \"accounts\"\n[users.ldap]\nbase = \"dc=example\"\n\
                 bind_dn = \"cn=regain\"\nbind_password = \"sesame\"";
    let text =
        format!("public_url = \"https://accounts.example.com\"\n[mail]\nfrom = \"a@example.com\"\n[users]\n{users}");
    assert_eq!(title(&text), "error: `users.table` is for databases only");
}

#[test]
fn webhooks_are_signed_with_a_real_secret_and_sent_in_clear_text_nowhere_but_here() {
    let notify =
        |url: &str, secret: &str| plus(LEAST, &format!("[notify]\nwebhook_url = {url:?}\nwebhook_secret = {secret:?}"));
    let (url, secret) = ("https://hooks.example.com/a?b=c", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assert!(read(&notify(url, secret)).notify.webhook.is_some());
    assert!(read(&notify("http://127.0.0.1:9000/", secret)).notify.webhook.is_some());
    assert!(read(&notify("https://10.0.0.7/hook", secret)).notify.webhook.is_some());
    assert!(read(LEAST).notify.webhook.is_none());
    for (url, secret) in [
        ("http://hooks.example.com/", secret),
        ("ftp://hooks.example.com/", secret),
        ("https://user:password@hooks.example.com/", secret),
        (url, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        (url, "whsec_c2hvcnQ="),
        (url, ""),
        ("", secret),
    ] {
        let title = title(&notify(url, secret));
        assert!(title.starts_with("error: `notify.webhook_"), "{url} {secret}: {title}");
    }
}

#[test]
fn what_providers_calls_are_checked_against_must_be_able_to_check() {
    for (key, good, bad) in [
        ("mail.ses.events_topic_arn", "arn:aws:sns:eu-central-1:123456789012:mail", "arn:aws:sns:eu-central-1"),
        ("mail.postmark.events_secret", "a-password-of-nobody-at-all", "changeme"),
        (
            "mail.sendgrid.events_public_key",
            "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
            "MFkw",
        ),
        ("mail.mailgun.events_signing_key", "a-key-of-nobody-at-all", "short"),
        ("mail.resend.events_secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "re_123"),
    ] {
        let (section, name) = key.rsplit_once('.').unwrap();
        let with = |value: &str| plus(LEAST, &format!("[{section}]\n{name} = {value:?}"));
        read(&with(good));
        assert!(title(&with(bad)).starts_with(&format!("error: `{key}` ")), "{key}");
    }
}

#[test]
fn names_that_could_break_a_statement_a_header_or_a_page_are_refused() {
    for (what, lines) in [
        ("table", "url = \"sqlite:a.db\"\ntable = \"accounts; DROP TABLE accounts\""),
        ("table", "url = \"sqlite:a.db\"\ntable = \"a.b.c\""),
        ("column", "url = \"sqlite:a.db\"\ntable = \"a\"\nid = \"i d\""),
        ("condition", "url = \"sqlite:a.db\"\ntable = \"a\"\neligible = \"1; DELETE FROM a\""),
        ("format", "url = \"sqlite:a.db\"\ntable = \"a\"\nhash = \"md5\""),
    ] {
        let text = LEAST.replace("url = \"sqlite:app.db\"\ntable = \"accounts\"", lines);
        assert!(errors(&text).starts_with("error: `users."), "{what}");
    }
    for name in ["Exam\\u0000ple", "Exam\\r\\nBcc: x", "\\u202Eelpmaxe", " "] {
        refused("product_name", &format!("\"{name}\""));
    }
    let from = title(&LEAST.replace("Example <no-reply", "Exam\\nple <no-reply"));
    assert_eq!(from, "error: `mail.from` holds a control character");
}

#[test]
fn everybody_is_no_trusted_proxy() {
    for proxy in ["0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.example.com", "*"] {
        refused("server.trusted_proxies", &format!("[\"{proxy}\"]"));
    }
}

#[test]
fn half_of_a_certificate_is_refused() {
    for half in ["tls_certificate_file = \"chain.pem\"", "tls_key_file = \"key.pem\""] {
        assert!(title(&plus(LEAST, &format!("[server]\n{half}"))).ends_with("stands alone"));
    }
    let both = read(&plus(LEAST, "[server]\ntls_certificate_file = \"chain.pem\"\ntls_key_file = \"key.pem\""));
    assert_eq!(both.server.tls.unwrap().key_file, Path::new("/etc/regain/key.pem"));
}

#[test]
fn two_things_cannot_be_in_one_place() {
    assert_eq!(refused("admin.listen", "\"127.0.0.1:8080\""), "error: `admin.listen` is the public port");
    let shared = title(&LEAST.replace("sqlite:app.db", "sqlite:regain.db"));
    assert_eq!(shared, "error: `users.url` is the ledger's file too");
    read(&plus(LEAST, "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\""));
}

#[test]
fn mail_in_files_is_for_this_machine_only() {
    let text = HTTPS.replace(
        "[mail.smtp]\nurl = \"smtps://mailer:Xk29-canary@mail.example.com\"",
        "[mail.file]\ndirectory = \"out\"",
    );
    assert_eq!(title(&text), "error: `mail.file.directory` would leave live links on the disk");
}

#[test]
fn nothing_unknown_is_passed_over() {
    assert_eq!(title(&plus(LEAST, "[servr]\nlisten = \"127.0.0.1:1\"")), "error: there is no key `servr`");
    assert_eq!(title(&format!("reset = 1\n{LEAST}")), "error: `reset` is a section, not a key");
    for variable in
        ["REGAIN_PUBLICURL", "REGAIN_reset__link", "REGAIN_", "REGAIN_RESET", "REGAIN_LOGS", "REGAIN_RESET.LINK"]
    {
        assert!(with(&[(variable, "x")]).is_err(), "{variable}");
    }
    for test_only in ["REGAIN_FAILPOINT", "REGAIN_FAILPOINT_LEASE_SECONDS", "REGAIN_WEAKNESS"] {
        assert_eq!(with(&[(test_only, "x")]).is_ok(), cfg!(feature = "failpoints"));
    }
}

#[test]
fn a_provider_that_could_not_work_is_refused() {
    let keys = "region = \"eu-central-1\"\naccess_key_id = \"AK\"\nsecret_access_key = \"x\"";
    for (section, keys, complaint) in [
        ("ses", "region = \"eu-central-1\"", "`mail.ses.access_key_id` is required in `[mail.ses]`"),
        ("ses", &keys.replace("eu-central-1", "eu.evil.example/"), "`mail.ses.region` is no such name"),
        ("postmark", "message_stream = \"x\"", "`mail.postmark.server_token` is required in `[mail.postmark]`"),
        ("postmark", "server_token = \"your-token\"", "`mail.postmark.server_token` is still that of an example"),
        ("sendgrid", "api_key = \"a\\r\\nX: y\"", "`mail.sendgrid.api_key` has characters that no such key has"),
        ("sendgrid", "api_key = \"a\"\nurl = \"http://api.sendgrid.com\"", "`mail.sendgrid.url` must be https"),
        (
            "sendgrid",
            "api_key = \"a\"\nurl = \"https://u:p@a.example\"",
            "`mail.sendgrid.url` names a user or a password",
        ),
        (
            "sendgrid",
            "api_key = \"a\"\nurl = \"https://a.example/?x\"",
            "`mail.sendgrid.url` has a query, a fragment or",
        ),
        ("mailgun", "api_key = \"a\"\ndomain = \"a/../b\"", "`mail.mailgun.domain` is no domain"),
        (
            "mailgun",
            "api_key = \"a\"\ndomain = \"a.example\"\nregion = \"mars\"",
            "`mail.mailgun.region` does not take this value",
        ),
        ("resend", "url = \"https://a.example\"", "`mail.resend.api_key` is required in `[mail.resend]`"),
    ] {
        let found = errors(&plus(HTTPS, &format!("[mail.{section}]\n{keys}")));
        assert!(found.starts_with(&format!("error: {complaint}")), "{found}");
    }
}

#[test]
fn a_colour_that_is_more_than_a_colour_is_refused() {
    for color in ["", "red", "#1d5c5", "#1d5c58;}", "1d5c58", "#1d5c58 /*", "rgb(1,2,3)"] {
        refused("brand.color", &format!("\"{color}\""));
    }
}

#[test]
fn help_is_on_a_safe_page_or_at_an_address() {
    for url in [
        "javascript:alert(1)",
        "http://help.example.com",
        "data:text/html,x",
        "//help.example.com",
        "mailto:",
        "mailto:help",
        "mailto:help@example.com?cc=evil@example.com",
        "mailto:a@example.com,b@example.com",
        "mailto:help%0d%0a@example.com",
        "MAILTO:help@example.com",
    ] {
        refused("brand.support_url", &format!("\"{url}\""));
    }
    assert!(refused("brand.support_url", "'help@example.com'").ends_with("is an address without \"mailto:\""));
    let config = read(&plus(LEAST, "[brand]\nsupport_url = \"https://example.com/help?a=1\""));
    assert_eq!(config.brand.support_url.as_deref(), Some("https://example.com/help?a=1"));
    let quoted = read(&plus(LEAST, "[brand]\nsupport_url = 'https://example.com/\"onclick=x'"));
    assert_eq!(quoted.brand.support_url.as_deref(), Some("https://example.com/%22onclick=x"));
}

#[test]
fn a_brand_whose_files_are_not_what_they_should_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("logo.png"), "<svg><script/></svg>").unwrap();
    std::fs::write(folder.path().join("huge.png"), vec![0x89; 64 * 1024 + 1]).unwrap();
    std::fs::write(folder.path().join("brand.css"), "@import 'https://evil.example';").unwrap();
    let complaint = |lines: &str| {
        let text = plus(LEAST, &format!("[brand]\n{lines}"));
        let errors = Config::from_toml(&text, folder.path(), NO_ENVIRONMENT).unwrap_err().to_string();
        errors.lines().next().unwrap_or_default().to_owned()
    };
    for (lines, title) in [
        (
            "logo_file = 'none.png'",
            "`brand.logo_file` names a file that cannot be read: No such file or directory (os error 2)",
        ),
        ("logo_file = '.'", "`brand.logo_file` names a file that cannot be read: it is no regular file"),
        (
            "logo_file = 'logo.png'",
            "`brand.logo_file` names an SVG that does more than be looked at: the element <script>",
        ),
        ("logo_file = 'huge.png'", "`brand.logo_file` names a file of 65537 octets"),
        (
            "css_file = 'brand.css'",
            "`brand.css_file` names a file that would load something: `@import`, which names other files",
        ),
    ] {
        assert_eq!(complaint(lines), format!("error: {title}"));
    }
}
