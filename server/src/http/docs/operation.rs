//! The operations of the document, as the page shows them.

use super::fields::{self, Field, Schema, resolve};
use super::sample::{Body, Call, LANGUAGES};
use super::text;
use crate::http::PATHS;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

/// A method of a path.
#[derive(Serialize, Clone)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) tag: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    /// Whether it needs an API token.
    is_protected: bool,
    parameters: Vec<Field>,
    body: Option<BodyShown>,
    pub(super) answers: Vec<Answer>,
    samples: Vec<Sample>,
}

/// What it takes.
#[derive(Serialize, Clone)]
struct BodyShown {
    media_type: String,
    schema: Option<Schema>,
    examples: Vec<Example>,
}

/// What it answers with one status.
#[derive(Serialize, Clone)]
pub(super) struct Answer {
    pub(super) status: String,
    reason: &'static str,
    /// Whether it says no.
    pub(super) is_refusal: bool,
    description: String,
    headers: Vec<String>,
    media_type: Option<String>,
    schema: Option<String>,
    pub(super) examples: Vec<Example>,
}

/// What a body may look like.
#[derive(Serialize, Clone)]
pub(super) struct Example {
    pub(super) name: String,
    text: String,
    /// The sentence in it, if it is an error.
    pub(super) message: String,
}

/// A program that makes the call.
#[derive(Serialize, Clone)]
struct Sample {
    language: &'static str,
    name: &'static str,
    text: String,
}

/// All of the document's, in the order of [`PATHS`], which is the order in which somebody meets them.
pub(super) fn all(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let methods = paths.flat_map(|(path, methods)| methods.as_object().into_iter().flatten().map(move |it| (path, it)));
    let mut operations: Vec<_> =
        methods.map(|(path, (method, value))| Operation::of(document, path, method, value)).collect();
    let place = |wanted: &str| PATHS.iter().position(|path| *path == wanted);
    operations.sort_by_key(|operation| place(&operation.path).unwrap_or(PATHS.len()));
    operations
}

impl Operation {
    fn of(document: &Value, path: &str, method: &str, value: &Value) -> Self {
        let call = Call::of(document, path, method, value);
        let samples = LANGUAGES.iter().map(|language| Sample {
            language: language.id,
            name: language.name,
            text: (language.write)(&call),
        });
        let parameters = value["parameters"].as_array().into_iter().flatten();
        let responses = value["responses"].as_object().into_iter().flatten();
        Self {
            id: text(value, "operationId"),
            tag: value["tags"][0].as_str().unwrap_or_default().to_owned(),
            method: call.method.clone(),
            path: path.to_owned(),
            summary: text(value, "summary"),
            description: text(value, "description"),
            is_protected: call.is_protected,
            parameters: parameters.map(fields::parameter).collect(),
            body: BodyShown::of(document, &value["requestBody"]),
            answers: responses.map(|(status, answer)| Answer::of(status, answer)).collect(),
            samples: samples.collect(),
        }
    }
}

impl BodyShown {
    fn of(document: &Value, body: &Value) -> Option<Self> {
        let (media_type, content) = content(body)?;
        Some(Self {
            media_type: media_type.to_owned(),
            schema: Schema::referred_to_by(document, &content["schema"]),
            examples: examples(media_type, content),
        })
    }
}

impl Answer {
    fn of(status: &str, answer: &Value) -> Self {
        let (media_type, content) = content(answer).unzip();
        let code = status.parse::<StatusCode>().ok();
        let schema = content.and_then(|content| content["schema"]["$ref"].as_str()?.rsplit('/').next());
        let headers = answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        Self {
            status: status.to_owned(),
            reason: code.and_then(|code| code.canonical_reason()).unwrap_or_default(),
            is_refusal: code.is_some_and(|code| code.is_client_error() || code.is_server_error()),
            description: text(answer, "description"),
            headers: headers.collect(),
            media_type: media_type.map(str::to_owned),
            schema: schema.map(str::to_owned),
            examples: content.map(|content| examples("application/json", content)).unwrap_or_default(),
        }
    }
}

/// The one media type of a body or an answer, and what belongs to it.
fn content(value: &Value) -> Option<(&str, &Value)> {
    value["content"].as_object()?.iter().next().map(|(media_type, content)| (media_type.as_str(), content))
}

fn examples(media_type: &str, content: &Value) -> Vec<Example> {
    let examples = content["examples"].as_object().into_iter().flatten();
    let shown = examples.map(|(name, example)| {
        let value = &example["value"];
        let message = value.pointer("/error/message").or_else(|| value.get("message"));
        Example {
            name: name.clone(),
            text: Body::new(media_type, value).pretty(),
            message: message.and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    });
    shown.collect()
}

impl Call {
    /// The call with the first example of everything that has one.
    fn of(document: &Value, path: &str, method: &str, value: &Value) -> Self {
        let parameters = value["parameters"].as_array().into_iter().flatten().map(|it| resolve(document, it));
        let given: Vec<_> = parameters.filter_map(|it| Some((it, it["example"].as_str()?))).collect();
        let within = |place: &'static str| given.iter().filter(move |(it, _)| it["in"] == place);
        let query: Vec<_> = within("query").map(|(it, example)| format!("{}={example}", text(it, "name"))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let body = content(&value["requestBody"]).and_then(|(media_type, content)| {
            let (_, example) = content["examples"].as_object()?.iter().next()?;
            Some(Body::new(media_type, &example["value"]))
        });
        Self {
            method: method.to_ascii_uppercase(),
            url: format!("{}{path}{query}", document["servers"][0]["url"].as_str().unwrap_or_default()),
            headers: within("header").map(|(it, example)| (text(it, "name"), (*example).to_owned())).collect(),
            is_protected: value["security"].as_array().is_some_and(|schemes| !schemes.is_empty()),
            body,
        }
    }
}
