use super::*;
use serde_json::json;

fn call(value: &Value) -> Call {
    Call {
        method: "POST".to_owned(),
        url: "https://accounts.example.com/a".to_owned(),
        headers: vec![("X-Y".to_owned(), "z".to_owned())],
        is_protected: true,
        body: Some(Body::new("application/json", value)),
    }
}

/// Each language has characters that end its strings, or mean something within.
#[test]
fn a_body_stays_itself_within_every_languages_quotes() {
    let body = json!({ "a": "'\"`\\$x#{y}" });
    let text = body.to_string();
    let doubly_quoted = Value::from(text.as_str()).to_string();
    let singly_quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
    for (language, expected) in [
        ("curl", text.replace('\'', r"'\''")),
        ("python", text.replace(':', ": ")),
        ("javascript", text.clone()),
        ("go", doubly_quoted.clone()),
        ("ruby", singly_quoted.clone()),
        ("php", singly_quoted),
        ("java", doubly_quoted.clone()),
        ("csharp", doubly_quoted),
    ] {
        let language = LANGUAGES.iter().find(|known| known.id == language).unwrap();
        let sample = (language.write)(&call(&body));
        assert!(sample.contains(&expected), "{}: {expected} in {sample}", language.name);
    }
}

#[test]
fn every_sample_sends_the_token_of_the_environment_and_every_header() {
    for language in LANGUAGES {
        let sample = (language.write)(&call(&json!({})));
        for part in ["Bearer ", "API_TOKEN", "X-Y", "https://accounts.example.com/a"] {
            assert!(sample.contains(part), "{}: {part}", language.name);
        }
        let sample = (language.write)(&Call { is_protected: false, body: None, ..call(&json!({})) });
        assert!(!sample.contains("TOKEN"), "{}", language.name);
    }
}

#[test]
fn a_form_is_written_as_forms_are() {
    let body = Body::new("application/x-www-form-urlencoded", &json!({ "email": "ada@example.com", "x": "a b&c" }));
    assert_eq!(body.text(), "email=ada%40example.com&x=a%20b%26c");
}

#[test]
fn python_has_words_of_its_own_for_three_values() {
    assert!(python::write(&call(&json!({ "a": [true, false, null, 1] }))).contains("{\"a\": [True, False, None, 1]}"));
}
