//! What the configuration takes and refuses, seen from outside.

use super::*;
use proptest::prelude::*;
use regain_core::link::LinkTemplate;
use std::time::Duration;

/// The least that is accepted, on this machine.
const LEAST: &str = r#"
public_url = "http://localhost:8080"
[users]
url = "sqlite:app.db"
table = "accounts"
[mail]
from = "Example <no-reply@example.com>"
[mail.file]
directory = "outgoing"
"#;

/// The same for the world.
const HTTPS: &str = r#"
public_url = "https://accounts.example.com"
[users]
url = "sqlite:app.db"
table = "accounts"
[mail]
from = "no-reply@example.com"
[mail.smtp]
url = "smtps://mailer:Xk29-canary@mail.example.com"
"#;

const NO_ENVIRONMENT: [(&str, &str); 0] = [];

fn read(text: &str) -> Config {
    Config::from_toml(text, Path::new("/etc/regain"), NO_ENVIRONMENT).unwrap_or_else(|errors| panic!("{errors}"))
}

fn with(variables: &[(&'static str, &'static str)]) -> Result<Config, ConfigErrors> {
    Config::from_toml(LEAST, Path::new("/etc/regain"), variables.iter().copied())
}

fn errors(text: &str) -> String {
    match Config::from_toml(text, Path::new("/etc/regain"), NO_ENVIRONMENT) {
        Ok(_) => panic!("accepted: {text}"),
        Err(errors) => errors.to_string(),
    }
}

/// [`LEAST`] or [`HTTPS`] with lines at the end, which may open sections anew only if they are not in it yet.
fn plus(base: &str, lines: &str) -> String {
    format!("{base}\n{lines}\n")
}

/// The first error's title.
fn title(text: &str) -> String {
    errors(text).lines().next().unwrap_or_default().to_owned()
}

// What is accepted.

#[test]
fn the_least_configuration_gets_the_documented_defaults() {
    let config = read(LEAST);
    assert_eq!(config.public_url.origin, "http://localhost:8080");
    assert_eq!(config.product_name, "localhost");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert!(config.server.trusted_proxies.is_empty() && config.server.tls.is_none());
    assert_eq!(config.server.secret_file, Path::new("/etc/regain/regain.secret"));
    assert!(!config.server.secret_file_configured);
    assert_eq!(config.ledger.path, Path::new("/etc/regain/regain.db"));
    assert_eq!(config.ledger.retention, Duration::from_secs(30 * 86_400));
    assert_eq!(config.users.path, Path::new("/etc/regain/app.db"));
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
"#,
    );
    assert_eq!(config.users.name.as_deref(), Some("first_name"));
    assert_eq!(config.users.locale, None);
    assert_eq!(config.users.after_reset, ["DELETE FROM sessions WHERE user_id = :id"]);
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
    assert_eq!(config.users.path, Path::new("app.db"));
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
    assert_eq!(config.users.after_reset, ["DELETE FROM s WHERE a = :id, b = 1"]);
}

#[test]
fn a_code_lives_no_longer_than_its_link() {
    let config = read(&plus(LEAST, "[reset]\ntoken_ttl_seconds = 90"));
    assert_eq!(config.reset.code_ttl, Duration::from_secs(90));
    let both = plus(LEAST, "[reset]\ntoken_ttl_seconds = 90\ncode_ttl_seconds = 91");
    assert_eq!(title(&both), "error: `reset.code_ttl_seconds` outlives the link");
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

// Twins.

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
fn a_key_and_its_twin_exclude_each_other() {
    let both = HTTPS.replace("[mail.smtp]", "[mail.smtp]\nurl_file = \"smtp\"");
    assert_eq!(title(&both), "error: both `mail.smtp.url` and `mail.smtp.url_file` are set");
    let both = with(&[("REGAIN_API__TOKENS", "a-token"), ("REGAIN_API__TOKENS_FILE", "tokens")]);
    assert!(both.unwrap_err().to_string().contains("both `api.tokens` and `api.tokens_file`"));
}

#[test]
fn a_twin_that_names_no_readable_file_is_refused() {
    let missing = with(&[("REGAIN_USERS__URL_FILE", "nowhere")]).unwrap_err().to_string();
    assert!(missing.contains("/etc/regain/nowhere: No such file"), "{missing}");
}

// Errors, as people see them.

#[test]
fn an_error_underlines_the_value_and_says_what_is_accepted() {
    let text = plus(LEAST, "[reset]\ntoken_ttl_seconds = 0\ncode_ttl_second = 60");
    insta::assert_snapshot!(errors(&text), @"");
}

#[test]
fn an_error_in_the_environment_names_the_variable() {
    let errors = with(&[("REGAIN_RESET__TOKEN_TTL_SECONDS", "an hour"), ("REGAIN_RESET__LINKS", "x")]).unwrap_err();
    insta::assert_snapshot!(errors, @"");
}

#[test]
fn what_is_missing_is_said_at_once() {
    insta::assert_snapshot!(errors("product_name = \"Example\""), @"");
}

#[test]
fn a_file_that_is_no_toml_is_shown_without_its_values() {
    insta::assert_snapshot!(errors("[mail.smtp]\nurl = \"smtps://u:canary@mail.example.com\n"), @"");
}

// What is refused, by class.

#[test]
fn an_unsafe_public_url_is_refused() {
    let refused = |url: &str| title(&LEAST.replace("http://localhost:8080", url));
    assert_eq!(refused("http://accounts.example.com"), "error: `public_url` must be https");
    assert_eq!(refused("https://accounts.example.com/app"), "error: `public_url` has more than scheme, host and port");
    assert_eq!(refused("https://u:p@accounts.example.com"), "error: `public_url` names a user or a password");
    assert_eq!(refused(""), "error: `public_url` is empty");
}

#[test]
fn a_limit_or_lifetime_that_bounds_nothing_is_refused() {
    for line in [
        "[reset]\ntoken_ttl_seconds = -1",
        "[reset]\ntoken_ttl_seconds = 604801",
        "[reset]\ntoken_ttl_seconds = 1.5",
        "[reset]\ntoken_ttl_seconds = \"3600\"",
        "[reset]\ntoken_ttl_seconds = 99999999999999999999",
        "[reset]\ncode_ttl_seconds = 3601",
        "[reset]\ncode_attempts_max = 0",
        "[reset]\ncode_attempts_max = 101",
        "[reset]\ncooldown_seconds = -1",
        "[reset]\nmails_per_hour_max = 0",
        "[reset]\ngive_up_seconds = 0",
        "[limits]\nrequests_per_network_per_minute = 0",
        "[limits]\nqueue_max = 0",
        "[limits]\nbody_bytes_max = 1023",
        "[limits]\nbody_bytes_max = 1048577",
        "[password]\nlength_min = 7",
        "[password]\nlength_max = 63",
        "[password]\nlength_min = 100\nlength_max = 64",
        "[ledger]\nretention_days = 0",
    ] {
        errors(&plus(LEAST, line));
    }
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
        errors(&plus(LEAST, &format!("[reset]\nlink = \"{link}\"")));
    }
    read(&plus(LEAST, "[reset]\nlink = \"https://app.example.com/reset?token={token}\""));
}

#[test]
fn done_leads_back_to_a_safe_page_only() {
    for url in ["http://app.example.com", "javascript:alert(1)", "//app.example.com", "/login"] {
        errors(&plus(LEAST, &format!("[reset]\ndone_url = \"{url}\"")));
    }
    let config = read(&plus(LEAST, "[reset]\ndone_url = \"https://app.example.com/login\""));
    assert_eq!(config.reset.done_url.as_deref(), Some("https://app.example.com/login"));
}

#[test]
fn sample_secrets_refuse_to_start() {
    for token in ["changeme", "secret", "*:*.my-admin-token", "Replace_Key_Value"] {
        errors(&plus(LEAST, &format!("[api]\ntokens = [\"{token}\"]")));
    }
    let digest_of_secret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    errors(&plus(LEAST, &format!("[api]\ntokens = [\"sha256:{digest_of_secret}\"]")));
    errors(&HTTPS.replace("Xk29-canary", "changeme"));
}

#[test]
fn a_short_api_token_is_refused_where_others_can_reach_it() {
    read(&plus(LEAST, "[api]\ntokens = [\"short-token\"]"));
    let short = plus(HTTPS, "[api]\ntokens = [\"long-enough-to-be-random\", \"short-token\"]");
    assert_eq!(title(&short), "error: `api.tokens` number 2 has fewer than 16 characters");
}

#[test]
fn an_api_token_that_no_header_carries_is_refused() {
    for token in ["Bearer abcdefghijklmnop", "with spaces in the middle", "schlüssel-schlüssel", "sha256:abc"] {
        errors(&plus(LEAST, &format!("[api]\ntokens = [\"{token}\"]")));
    }
}

#[test]
fn what_this_version_lacks_is_refused_by_name() {
    let postgres = title(&LEAST.replace("sqlite:app.db", "postgres://regain@db/app"));
    assert_eq!(postgres, "error: `users.url` names a kind of store (postgres) that this version does not support yet");
    for lines in [
        "[ledger]\nurl = \"postgres://db/regain\"",
        "[password]\nbreached_file = \"breached.bin\"",
        "[notify]\nwebhook_url = \"https://hooks.example.com\"",
        "[notify]\nwebhook_secret = \"whsec_abc\"",
        "[mail.ses]\nregion = \"eu-central-1\"",
        "[users.history]\nkeep = 5",
    ] {
        let errors = errors(&plus(LEAST, lines));
        assert!(errors.contains("not supported by this version yet") || errors.contains("not support yet"), "{errors}");
    }
    let preset = LEAST.replace("[users]", "[users]\npreset = \"django\"");
    assert_eq!(title(&preset), "error: `users.preset` is not supported by this version yet");
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
        errors(&format!("product_name = \"{name}\"\n{LEAST}"));
    }
    errors(&LEAST.replace("Example <no-reply", "Exam\\nple <no-reply"));
}

#[test]
fn everybody_is_no_trusted_proxy() {
    for proxy in ["0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.example.com", "*"] {
        errors(&plus(LEAST, &format!("[server]\ntrusted_proxies = [\"{proxy}\"]")));
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
    errors(&plus(LEAST, "[admin]\nlisten = \"127.0.0.1:8080\""));
    errors(&LEAST.replace("sqlite:app.db", "sqlite:regain.db"));
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
}

// Secrets.

#[test]
fn no_error_shows_a_secret() {
    let secret = "cAnArY";
    for lines in [
        "[mail.smtp]\nurl = \"smtps://u:cAnArY@\"".to_owned(),
        "[mail.smtp]\nurl = [\"smtps://u:cAnArY@mail.example.com\"]".to_owned(),
        "[mail]\nsmtp = { url = \"smtps://u:cAnArY@mail.example.com\", oops = 1 }".to_owned(),
        "[mail.smtp]\nulr = \"smtps://u:cAnArY@mail.example.com\"".to_owned(),
        "[mail.smtp]\nurl = \"smtps://u:cAnArY@mail.example.com".to_owned(),
        "[mial.smtp]\nurl = \"smtps://u:cAnArY@mail.example.com\"".to_owned(),
        "[mail.smtp]\nurl = \"\"\"\nsmtps://u:cAnArY@mail.example.com\"\"\"\nother = 1".to_owned(),
        "[api]\ntokens = [\n\"cAnArY cAnArY\",\n\"cAnArY cAnArY\"]".to_owned(),
        "[api]\ntokens = [\n\"cAnArY cAnArY\n]".to_owned(),
        "[api]\ntokens = \"cAnArY\"".to_owned(),
        "[notify]\nwebhook_secret = \"cAnArY\"".to_owned(),
        "[mail.ses]\nsecret_key = \"cAnArY\"".to_owned(),
    ] {
        let text = format!("public_url = \"https://a.example\"\n{lines}\n");
        let errors = errors(&text);
        assert!(!errors.contains(secret), "{errors}");
    }
    for variable in
        ["REGAIN_MAIL__SMTP__URL", "REGAIN_API__TOKENS", "REGAIN_API__TOKEN", "REGAIN_NOTIFY__WEBHOOK_SECRET"]
    {
        let errors = with(&[(variable, "cAnArY cAnArY")]).unwrap_err();
        assert!(!errors.to_string().contains(secret) && !format!("{errors:?}").contains(secret), "{errors}");
    }
}

#[test]
fn what_is_shown_holds_no_secret_and_says_where_each_value_is_from() {
    let file = SourceFile {
        name: "regain.toml".into(),
        text: plus(HTTPS, "[api]\ntokens = [\"Xk29-canary-Xk29-canary\"]"),
        hidden: Vec::new(),
    };
    let environment = [("REGAIN_RESET__CODE_TTL_SECONDS", "300")];
    let loaded = Loaded::from_parts(Some(file), Path::new(""), environment).unwrap_or_else(|errors| panic!("{errors}"));
    let shown = show::print(&loaded);
    assert!(!shown.contains("canary"), "{shown}");
    toml::from_str::<toml::Table>(&shown).unwrap();
    insta::assert_snapshot!(shown, @"");
}

// What is generated.

#[test]
fn the_reference_in_the_documentation_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/config.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == reference(), "run: regain config reference > docs/reference/config.md");
}

#[test]
fn the_schema_knows_every_section_and_nothing_else() {
    let schema = schema();
    let reset = &schema["properties"]["reset"];
    assert_eq!(reset["additionalProperties"], false);
    assert_eq!(reset["properties"]["token_ttl_seconds"]["maximum"], 604_800);
    assert_eq!(reset["properties"]["token_ttl_seconds"]["default"], 3600);
    let smtp = &schema["properties"]["mail"]["properties"]["smtp"]["properties"];
    assert_eq!(smtp["url_file"]["type"], "string");
    assert!(schema["properties"]["users"]["properties"]["preset"].is_null());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|[\\[\\]a-z_.=\"{}#\\n\\r é]{0,60}") {
        if let Err(errors) = Config::from_toml(&text, Path::new(""), NO_ENVIRONMENT) {
            prop_assert!(!errors.to_string().is_empty());
        }
    }

    #[test]
    fn no_value_of_any_key_makes_it_panic(
        n in 0..key::all().count(),
        value in "[0-9-]{1,24}|\"[^\"\\\\\\p{Cc}]{0,40}\"|\\[[0-9\", a-z]{0,20}\\]|'''[a-zé\\n]{0,30}'''|true|1979-05-27|\\{ *\\}",
    ) {
        let path = key::all().nth(n).unwrap().path;
        let text = format!("{path} = {value}");
        if let Err(errors) = Config::from_toml(&text, Path::new(""), NO_ENVIRONMENT) {
            prop_assert!(!errors.to_string().is_empty());
        }
    }

    #[test]
    fn no_variable_makes_it_panic(n in 0..key::all().count(), value in "\\PC{0,60}|\\[\\PC{0,20}") {
        let name = key::variable(key::all().nth(n).unwrap().path);
        if let Err(errors) = Config::from_toml(LEAST, Path::new(""), [(name, value)]) {
            prop_assert!(!errors.to_string().is_empty());
        }
    }
}
