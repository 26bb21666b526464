//! What people see: errors, the settings in force, the reference.

use super::*;

#[test]
fn an_error_underlines_the_value_and_says_what_is_accepted() {
    let text = plus(LEAST, "[reset]\ntoken_ttl_seconds = 0\ncode_ttl_second = 60");
    insta::assert_snapshot!(errors(&text), @r##"
    error: `reset.token_ttl_seconds` does not take this value
      --> regain.toml:12:21
       |
    12 | token_ttl_seconds = 0
       |                     ^ found 0
       |
       = help: accepted: a whole number of seconds from 1 to 604800

    error: there is no key `reset.code_ttl_second`
      --> regain.toml:13:1
       |
    13 | code_ttl_second = ********
       | ^^^^^^^^^^^^^^^
       |
       = help: did you mean `reset.code_ttl_seconds`? `regain config reference` lists every key

    the configuration has 2 errors and is not used
    "##);
}

#[test]
fn an_error_in_the_environment_names_the_variable() {
    let errors = with(&[("REGAIN_RESET__TOKEN_TTL_SECONDS", "an hour"), ("REGAIN_RESET__LINKS", "x")]).unwrap_err();
    insta::assert_snapshot!(errors, @r##"
    error: there is no key `reset.links`
     |
     = note: in the environment variable REGAIN_RESET__LINKS
     = help: did you mean `REGAIN_RESET__LINK`? `regain config reference` lists every key

    error: `reset.token_ttl_seconds` does not take this value
     |
     = note: in the environment variable REGAIN_RESET__TOKEN_TTL_SECONDS: found the text "an hour"
     = help: accepted: a whole number of seconds from 1 to 604800

    the configuration has 2 errors and is not used
    "##);
}

#[test]
fn what_is_missing_is_said_at_once() {
    insta::assert_snapshot!(errors("product_name = \"Example\""), @r##"
    error: `public_url` is required
     |
     = note: set neither in regain.toml nor in the environment
     = help: set it in the file, or as REGAIN_PUBLIC_URL; accepted: a URL, such as "https://accounts.example.com"

    error: `users.url` is required
     |
     = note: set neither in regain.toml nor in the environment
     = help: set it in the file, or as REGAIN_USERS__URL; accepted: a URL, such as "postgres://regain@db/app"

    error: `mail.from` is required
     |
     = note: set neither in regain.toml nor in the environment
     = help: set it in the file, or as REGAIN_MAIL__FROM; accepted: a text, such as "Example <no-reply@example.com>"

    error: `users.table` is required without a preset
     |
     = note: set neither in regain.toml nor in the environment
     = help: accepted: a text, such as "accounts"

    error: `mail.smtp.url` or another transport of mail is required
     |
     = note: set neither in regain.toml nor in the environment
     = help: accepted: a URL, such as "smtps://user:password@mail.example.com"

    the configuration has 5 errors and is not used
    "##);
}

#[test]
fn a_file_that_is_no_toml_is_shown_without_its_values() {
    insta::assert_snapshot!(errors("[mail.smtp]\nurl = \"smtps://u:canary@mail.example.com\n"), @r##"
    error: this is not TOML: invalid basic string, expected `"`
     --> regain.toml:2:15
      |
    2 | url = ********
      |               ^
      |
      = help: correct the line; https://toml.io/en/v1.0.0 describes the format

    the configuration has 1 error and is not used
    "##);
}

#[test]
fn no_error_shows_a_secret() {
    let secret = "cAnArY";
    for lines in [
        "[mail.smtp]\nurl = \"smtps://u:cAnArY@\"",
        "[mail.smtp]\nurl = [\"smtps://u:cAnArY@mail.example.com\"]",
        "[mail]\nsmtp = { url = \"smtps://u:cAnArY@mail.example.com\", oops = 1 }",
        "[mail.smtp]\nulr = \"smtps://u:cAnArY@mail.example.com\"",
        "[mail.smtp]\nurl = \"smtps://u:cAnArY@mail.example.com",
        "[mial.smtp]\nurl = \"smtps://u:cAnArY@mail.example.com\"",
        "[mail.smtp]\nurl = \"\"\"\nsmtps://u:cAnArY@mail.example.com\"\"\"\nother = 1",
        "[api]\ntokens = [\n\"cAnArY cAnArY\",\n\"cAnArY cAnArY\"]",
        "[api]\ntokens = [\n\"cAnArY cAnArY\n]",
        "[api]\ntokens = \"cAnArY\"",
        "[notify]\nwebhook_secret = \"cAnArY\"",
        "mail.smtp.url.x = \"cAnArY\"",
        "[api]\ntokens = [\n\"cAnArY=\", \"x\n]",
        "[mail.ses]\nsecret_key = \"cAnArY\"",
        "[mail.ses]\nsecret_access_key = \"cAnArY cAnArY\"",
        "[mail.postmark]\nserver_token = [\"cAnArY\"]",
        "[mail.sendgrid]\napi_key = \"cAnArY\\n\"",
        "[api]\ntokens = [\"x\",\n  cAnArY=\"]",
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
    insta::assert_snapshot!(shown, @r##"
    public_url = "https://accounts.example.com"  # regain.toml:2
    product_name = "accounts.example.com"  # default

    [brand]
    color = "#1d5c58"  # default

    [server]
    listen = "127.0.0.1:8080"  # default
    trusted_proxies = []  # default
    secret_file = "regain.secret"  # default

    [ledger]
    url = "sqlite:regain.db"  # default
    retention_days = 30  # default

    [users]
    url = "sqlite:app.db"  # regain.toml:4
    table = "accounts"  # regain.toml:5
    id = "id"  # default
    email = "email"  # default
    password = "password"  # default
    hash = "keep"  # default
    after_reset = []  # default

    [reset]
    token_ttl_seconds = 3600  # default
    code_ttl_seconds = 300  # REGAIN_RESET__CODE_TTL_SECONDS
    code_attempts_max = 5  # default
    cooldown_seconds = 60  # default
    mails_per_hour_max = 5  # default
    give_up_seconds = 86400  # default
    link = "{public_url}/reset-password#{token}"  # default

    [password]
    preset = "nist"  # default
    length_min = 8  # default
    length_max = 256  # default

    [limits]
    requests_per_network_per_minute = 10  # default
    queue_max = 100000  # default
    body_bytes_max = 16384  # default

    [mail]
    from = "no-reply@example.com"  # regain.toml:7
    order = []  # default

    [mail.smtp]
    url = "smtps://********@mail.example.com"  # regain.toml:9

    [api]
    tokens = ["********"]  # regain.toml:12

    [api.chaser]
    enabled = true  # default
    access = "public"  # default

    [api.unleash]
    enabled = true  # default
    access = "token"  # default

    [notify]
    unknown_address = false  # default

    [admin]
    listen = "127.0.0.1:9090"  # default
    hosts = []  # default
    "##);
}

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
    let users = &schema["properties"]["users"]["properties"];
    assert_eq!(users["preset"]["enum"][12], "better-auth");
    assert_eq!(users["history"]["properties"]["keep"]["maximum"], 24);
}
