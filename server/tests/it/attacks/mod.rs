//! What went wrong elsewhere, tried here: each test is an attack, with where it was seen first. `docs/mistakes.md` lists
//! them all, with those that stand in other files.

mod after;
mod collation;
mod enumeration;
mod limits;
mod links;
mod mail;
mod operations;
mod page;
mod parsers;
mod password;
mod race;
mod recipients;
mod rest;
mod token;
mod webhooks;

use crate::support::Server;
use reqwest::Response;

pub(super) const ADA: &str = "ada@example.com";
pub(super) const GRACE: &str = "grace@example.com";
pub(super) const REQUEST: &str = "/auth/password-reset/request";
pub(super) const VERIFY: &str = "/auth/password-reset/verify";
pub(super) const CONFIRM: &str = "/auth/password-reset/confirm";
pub(super) const PASSWORD_EMAIL: &str = "/auth/reset/password-email";
pub(super) const VALIDATE: &str = "/auth/reset/validate";
pub(super) const PASSWORD: &str = "/auth/reset/password";

/// Open to anybody in both dialects.
pub(super) const PUBLIC: &str = "[api.unleash]\naccess = \"public\"\n";

/// A form as one of our own pages sends it.
pub(super) async fn submit(server: &Server, path: &str, fields: &[(&str, &str)]) -> Response {
    server.post(path).header("sec-fetch-site", "same-origin").form(fields).send().await.unwrap()
}

/// All of an answer that could tell something: status, headers and body, but for the moment and the request's name.
pub(crate) async fn octets(answer: Response) -> String {
    let status = answer.status();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let differs = |name: &str| name == "date" || name == "x-request-id" || name.starts_with("ratelimit-");
    let headers = answer.headers().iter().filter(|(name, _)| !differs(name.as_str()));
    let headers: String = headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect();
    format!("{status}\n{headers}\n{}", answer.text().await.unwrap().replace(&id, "…"))
}
