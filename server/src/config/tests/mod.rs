//! What the configuration takes and refuses, seen from outside.

mod accepted;
mod directories;
mod refused;
mod shown;
mod users;

use super::*;
use proptest::prelude::*;

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

proptest! {
    #[test]
    fn no_slip_of_the_pen_brings_a_secret_to_light(at in 0..1000_usize, instead in "|[\"'=#\\[\\]{}.,\\\\\n a]") {
        let mut text = plus(HTTPS, "[api]\ntokens = [\"long-canary-one\",\n  \"long-canary-two=\"]\n[notify]\nwebhook_secret = 'canary'");
        let at = at % text.len();
        text.replace_range(at..=at, &instead);
        if let Err(errors) = Config::from_toml(&text, Path::new(""), NO_ENVIRONMENT) {
            prop_assert!(!errors.to_string().contains("canary"), "{errors}");
        }
    }

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
