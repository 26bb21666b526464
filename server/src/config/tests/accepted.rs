//! What is taken, and what it becomes.

use super::*;
use regain_core::link::LinkTemplate;
use std::time::Duration;

fn sqlite_path(config: &Config) -> &Path {
    match &config.users.url {
        StoreUrl::Sqlite(path) => path,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_least_configuration_gets_the_documented_defaults() {
    let config = read(LEAST);
    assert_eq!(config.public_url.origin, "http://localhost:8080");
    assert_eq!(config.product_name, "localhost");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert!(config.server.trusted_proxies.is_empty() && config.server.tls.is_none());
    assert_eq!(config.server.secret_file, Path::new("/etc/regain/regain.secret"));
    assert!(!config.server.secret_file_configured);
    assert_eq!(config.ledger.url.path(), Some(Path::new("/etc/regain/regain.db")));
    assert_eq!(config.ledger.retention, Duration::from_secs(30 * 86_400));
    assert_eq!(sqlite_path(&config), Path::new("/etc/regain/app.db"));
    assert_eq!([&config.users.id, &config.users.email, &config.users.password], ["id", "email", "password"]);
    assert_eq!(config.users.hash, "keep");
    assert_eq!(config.reset.token_ttl, Duration::from_secs(3600));
    assert_eq!(config.reset.code_ttl, Duration::from_secs(600));
    assert_eq!(config.reset.code_attempts_max, 5);
    assert_eq!(config.reset.account_limit.cooldown, Duration::from_secs(60));
    assert_eq!(config.reset.account_limit.mails_per_hour_max, 5);
    assert_eq!(config.reset.give_up, Duration::from_secs(86_400));
    let link = LinkTemplate::parse("http://localhost:8080/reset-password#{token}", "").unwrap();
    assert_eq!(config.reset.link, link);
    assert_eq!(config.password.preset, PasswordPreset::Nist);
    assert_eq!((config.password.length_min, config.password.length_max), (8, 256));
    assert_eq!(config.limits.requests_per_network_per_minute, 10);
    assert_eq!((config.limits.queue_max, config.limits.body_bytes_max), (100_000, 16_384));
    assert!(
        matches!(&config.mail.transports[..], [Transport::File(path)] if path == Path::new("/etc/regain/outgoing"))
    );
    assert_eq!((config.api.chaser.access, config.api.unleash.access), (Access::Public, Access::Token));
    assert!(config.api.chaser.enabled && config.api.unleash.enabled && config.api.tokens.is_empty());
    assert!(!config.notify.unknown_address);
    assert_eq!(config.admin.listen.to_string(), "127.0.0.1:9090");
}

#[test]
fn every_documented_key_is_taken() {
    let config = read(
        r#"
public_url = "https://accounts.example.com"
product_name = "Example"
[brand]
logo_file = ""
color = '#1d5c58'
support_url = ""
css_file = ""
[server]
listen = "127.0.0.1:8080"
trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
tls_certificate_file = ""
tls_key_file = ""
secret_file = ""
[ledger]
url = "sqlite:regain.db"
retention_days = 30
[users]
url = "sqlite:/srv/app.db"
preset = ""
table = "public.auth_user"
id = "id"
email = "email"
password = "password"
name = "first_name"
locale = ""
eligible = "is_active"
email_verified = ""
hash = "keep"
after_reset = ["DELETE FROM sessions WHERE user_id = :id"]
[reset]
token_ttl_seconds = 3600
code_ttl_seconds = 600
code_attempts_max = 5
cooldown_seconds = 0
mails_per_hour_max = 5
give_up_seconds = 86400
link = "{public_url}/reset-password#{token}"
done_url = ""
[password]
preset = "nist"
length_min = 8
length_max = 256
blocklist_file = ""
breached_file = ""
[limits]
requests_per_network_per_minute = 10
queue_max = 100000
body_bytes_max = 16384
[mail]
from = "Example <no-reply@example.com>"
reply_to = ""
[mail.smtp]
url = "smtps://user:Xk29-canary@mail.example.com"
[api]
tokens = []
[api.chaser]
enabled = true
access = "public"
[api.unleash]
enabled = true
access = "token"
[notify]
webhook_url = ""
webhook_secret = ""
unknown_address = false
[admin]
listen = "127.0.0.1:9090"
hosts = ["regain-admin.internal"]
"#,
    );
    assert_eq!(config.users.name.as_deref(), Some("first_name"));
    assert_eq!(config.users.locale, None);
    assert_eq!(config.users.after_reset, ["DELETE FROM sessions WHERE user_id = :id".into()]);
    assert_eq!(config.reset.account_limit.cooldown, Duration::ZERO);
    assert_eq!(config.server.trusted_proxies.len(), 2);
}

#[test]
fn the_environment_alone_is_enough() {
    let variables = [
        ("REGAIN_PUBLIC_URL", "http://127.0.0.1:8080"),
        ("REGAIN_USERS__URL", "sqlite:app.db"),
        ("REGAIN_USERS__TABLE", "accounts"),
        ("REGAIN_MAIL__FROM", "no-reply@example.com"),
        ("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:1025"),
        ("REGAIN_LOG", "debug"),
        ("HOME", "/root"),
    ];
    let config = Config::from_toml("", Path::new(""), variables).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(sqlite_path(&config), Path::new("app.db"));
}

#[test]
fn the_environment_wins_over_the_file() {
    let config = with(&[
        ("REGAIN_RESET__TOKEN_TTL_SECONDS", "120"),
        ("REGAIN_API__CHASER__ENABLED", "false"),
        ("REGAIN_API__TOKENS", "first-token, second-token"),
        ("REGAIN_USERS__AFTER_RESET", r#"["DELETE FROM s WHERE a = :id, b = 1"]"#),
    ])
    .unwrap();
    assert_eq!(config.reset.token_ttl, Duration::from_secs(120));
    assert!(!config.api.chaser.enabled);
    assert_eq!(config.api.tokens.len(), 2);
    assert_eq!(config.users.after_reset, ["DELETE FROM s WHERE a = :id, b = 1".into()]);
}

#[test]
fn a_code_lives_no_longer_than_its_link() {
    let config = read(&plus(LEAST, "[reset]\ntoken_ttl_seconds = 90"));
    assert_eq!(config.reset.code_ttl, Duration::from_secs(90));
    let config = read(&plus(LEAST, "[reset]\ntoken_ttl_seconds = 90\ncode_ttl_seconds = 91"));
    assert_eq!(config.reset.code_ttl, Duration::from_secs(90));
}

#[test]
fn a_password_preset_fills_in_what_is_absent() {
    let lengths = |lines: &str| {
        let config = read(&plus(LEAST, &format!("[password]\npreset = \"unleash\"\n{lines}")));
        (config.password.length_min, config.password.length_max)
    };
    assert_eq!(lengths(""), (10, 128));
    assert_eq!(lengths("length_min = 12"), (12, 128));
}

#[test]
fn an_api_token_may_be_given_as_its_digest() {
    let plain = with(&[("REGAIN_API__TOKENS", "abc")]).unwrap().api.tokens;
    let digest = "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    assert_eq!(with(&[("REGAIN_API__TOKENS", digest)]).unwrap().api.tokens, plain);
}

#[test]
fn carriers_are_tried_in_the_given_order() {
    let url = ("REGAIN_MAIL__SMTP__URL", "smtp://127.0.0.1:1025");
    let first_is_file = |config: Config| matches!(config.mail.transports[..], [Transport::File(_), Transport::Smtp(_)]);
    assert!(!first_is_file(with(&[url]).unwrap()));
    assert!(first_is_file(with(&[url, ("REGAIN_MAIL__ORDER", "file,smtp")]).unwrap()));
    assert!(with(&[url, ("REGAIN_MAIL__ORDER", "file")]).is_err());
    assert!(with(&[url, ("REGAIN_MAIL__ORDER", "file,smtp,file")]).is_err());
}

#[test]
fn a_secret_may_come_from_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokens"), "first-token\nsecond-token\n\n").unwrap();
    std::fs::write(folder.path().join("smtp"), "smtps://u:canary@mail.example.com\n").unwrap();
    let variables = [("REGAIN_API__TOKENS_FILE", "tokens"), ("REGAIN_MAIL__SMTP__URL_FILE", "smtp")];
    let config = Config::from_toml(LEAST, folder.path(), variables).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.api.tokens.len(), 2);
    assert!(matches!(&config.mail.transports[..], [Transport::Smtp(smtp), _] if smtp.host == "mail.example.com"));
}

#[test]
fn a_twin_in_the_environment_replaces_the_key_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("smtp"), "smtps://relay.example.com").unwrap();
    let host = |variables: [(&str, &str); 1]| {
        let config = Config::from_toml(HTTPS, folder.path(), variables).unwrap_or_else(|errors| panic!("{errors}"));
        match config.mail.transports.into_iter().next() {
            Some(Transport::Smtp(smtp)) => smtp.host,
            _ => panic!("no mail server"),
        }
    };
    assert_eq!(host([("REGAIN_MAIL__SMTP__URL_FILE", "smtp")]), "relay.example.com");
    assert_eq!(host([("REGAIN_MAIL__SMTP__URL_FILE", "")]), "mail.example.com");
}

#[test]
fn a_key_and_its_twin_exclude_each_other() {
    let both = HTTPS.replace("[mail.smtp]", "[mail.smtp]\nurl_file = \"smtp\"");
    assert_eq!(title(&both), "error: both `mail.smtp.url` and `mail.smtp.url_file` are set");
    assert!(errors(&both).contains("has 1 error"), "a key that is set twice is not missing as well");
    let both = with(&[("REGAIN_API__TOKENS", "a-token"), ("REGAIN_API__TOKENS_FILE", "tokens")]);
    assert!(both.unwrap_err().to_string().contains("both `api.tokens` and `api.tokens_file`"));
}

#[test]
fn a_twin_that_names_no_readable_file_is_refused() {
    let relay = HTTPS.replace("url = \"smtps", "url_file = \"smtps");
    let errors = Config::from_toml(&relay, Path::new("/etc/regain"), NO_ENVIRONMENT).unwrap_err();
    assert_eq!(errors.count(), 1, "nor is the setting called missing: {errors}");
    let missing = with(&[("REGAIN_USERS__URL_FILE", "nowhere")]).unwrap_err().to_string();
    assert!(missing.contains("/etc/regain/nowhere: No such file"), "{missing}");
}

#[test]
fn every_provider_has_its_place_and_its_usual_address() {
    let config = read(&plus(
        HTTPS,
        "[mail.ses]\nregion = \"eu-central-1\"\naccess_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"wJalr+/x\"\n\
         [mail.postmark]\nserver_token = \"a-b-c\"\n[mail.sendgrid]\napi_key = \"SG.a.b\"\n\
         [mail.mailgun]\ndomain = \"MG.example.com\"\napi_key = \"key-1\"\nregion = \"eu\"\n\
         [mail.resend]\napi_key = \"re_1\"\nurl = \"http://127.0.0.1:9/base\"\n\
         [mail.sendmail]\ncommand = \"/usr/sbin/sendmail\"",
    ));
    use Transport::{Mailgun, Postmark, Resend, Sendgrid, Sendmail, Ses, Smtp};
    let [Smtp(_), Ses(ses), Postmark(postmark), Sendgrid(sendgrid), Mailgun(mailgun), Resend(resend), Sendmail(_)] =
        &config.mail.transports[..]
    else {
        panic!("{:?}", config.mail.transports)
    };
    let urls = [&ses.url, &postmark.url, &sendgrid.url, &mailgun.url, &resend.url].map(reqwest::Url::as_str);
    let usual = [
        "https://email.eu-central-1.amazonaws.com/",
        "https://api.postmarkapp.com/",
        "https://api.sendgrid.com/",
        "https://api.eu.mailgun.net/",
        "http://127.0.0.1:9/base",
    ];
    assert_eq!(urls, usual);
    assert_eq!((postmark.message_stream.as_str(), mailgun.domain.as_str()), ("outbound", "mg.example.com"));
    assert!(!format!("{config:?}").contains("wJalr"), "{config:?}");
}

#[test]
fn a_brand_is_read_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("logo.txt"), b"\x89PNG\r\n\x1a\n").unwrap();
    std::fs::write(folder.path().join("brand.css"), "main { border: 0 }").unwrap();
    let lines = "[brand]\nlogo_file = 'logo.txt'\ncolor = '#FFD500'\ncss_file = 'brand.css'\nsupport_url = 'mailto:help@example.com'";
    let config = Config::from_toml(&plus(LEAST, lines), folder.path(), NO_ENVIRONMENT).unwrap();
    assert_eq!(config.brand.logo.map(|logo| logo.kind().media_type()), Some("image/png"), "whatever its name");
    assert_eq!(config.brand.accent.light.fill.to_string(), "#ffd500");
    assert_eq!(config.brand.css.unwrap().text(), "main { border: 0 }");
    assert_eq!(config.brand.support_url.as_deref(), Some("mailto:help@example.com"));
    let plain = read(LEAST).brand;
    assert!(plain.logo.is_none() && plain.css.is_none() && plain.support_url.is_none());
    assert_eq!(plain.accent, crate::brand::Accent::default());
}
