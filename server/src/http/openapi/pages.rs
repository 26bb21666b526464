//! The pages' part of the document.

use super::parts::{ADDRESS, CODE, PASSWORD, TOKEN};
use super::parts::{Examples, body, counted, header_refs, map, secret, text};
use serde_json::{Map, Value, json};

pub(super) fn paths() -> Map<String, Value> {
    let token_query = json!([{
        "name": "token",
        "in": "query",
        "required": false,
        "description": "The token in the mailed link.",
        "schema": { "type": "string", "format": "password" },
    }]);
    let mut reset_form = show("reset-password-form", "The form for a new password, or for a code", &["400", "429"]);
    reset_form["parameters"] = token_query.clone();
    reset_form["responses"]["303"] = leads("To the same page without the token");
    let mut not_me_form = show("not-me-form", "“This was not me”", &["400", "429"]);
    not_me_form["parameters"] = token_query;
    let by_token = ("a_token", json!({ "token": TOKEN }));
    let by_code = json!({
        "email": ADDRESS, "code": CODE, "password": PASSWORD, "password_confirmation": PASSWORD,
    });
    let with_token = json!({ "token": TOKEN, "password": PASSWORD, "password_confirmation": PASSWORD });
    let ask = submit(
        "forgot-password",
        "Asks for a reset",
        "ForgotPasswordForm",
        &[("an_address", json!({ "email": ADDRESS }))],
    );
    let mut reset = submit(
        "reset-password",
        "Sets the password",
        "ResetPasswordForm",
        &[("address_and_code", by_code), ("a_token", with_token)],
    );
    reset["responses"]["422"] = html_refusal("422");
    let open =
        submit("reset-password-open", "Puts a token into a cookie", "TokenForm", std::slice::from_ref(&by_token));
    let not_me = submit("not-me", "Ends every live link of the account", "TokenForm", &[by_token]);
    map(&[
        (
            "/forgot-password",
            json!({ "get": show("forgot-password-form", "The form that asks for a reset", &[]), "post": ask }),
        ),
        ("/forgot-password/sent", json!({ "get": show("forgot-password-sent", "“Look into your mail”", &[]) })),
        ("/reset-password", json!({ "get": reset_form, "post": reset })),
        ("/reset-password/open", json!({ "post": open })),
        ("/reset-password/done", json!({ "get": show("reset-password-done", "“Your password is changed”", &[]) })),
        ("/not-me", json!({ "get": not_me_form, "post": not_me })),
        ("/not-me/done", json!({ "get": show("not-me-done", "“The links are dead”", &[]) })),
        ("/.well-known/change-password", json!({ "get": well_known() })),
    ])
}

fn show(id: &str, summary: &str, refusals: &[&str]) -> Value {
    let mut responses = html_refusals(refusals.iter().chain(&["405", "503"]));
    responses.insert("200".to_owned(), html("The page"));
    json!({ "operationId": id, "summary": summary, "tags": ["pages"], "responses": responses })
}

fn submit(id: &str, summary: &str, form: &str, examples: Examples<'_>) -> Value {
    let refusals = ["400", "403", "405", "408", "413", "415", "429", "503"];
    let mut responses = html_refusals(refusals.iter());
    responses.insert("303".to_owned(), leads("Done; on to the next page"));
    let own = |name: &str, description: &str| {
        json!({
            "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" },
        })
    };
    let mut site = own("Sec-Fetch-Site", "As browsers send it; any other value is refused.");
    site["example"] = "same-origin".into();
    counted(json!({
        "operationId": id,
        "summary": summary,
        "tags": ["pages"],
        "parameters": [site, own("Origin", "Where `Sec-Fetch-Site` is absent: this server's own.")],
        "requestBody": body("application/x-www-form-urlencoded", form, examples),
        "responses": responses,
    }))
}

fn well_known() -> Value {
    let mut responses = html_refusals(["405", "503"].iter());
    responses.insert("302".to_owned(), leads("To `/forgot-password`"));
    json!({
        "operationId": "change-password-url",
        "summary": "Where password managers send people",
        "tags": ["pages"],
        "responses": responses,
    })
}

fn html_refusals<'a>(statuses: impl Iterator<Item = &'a &'a str>) -> Map<String, Value> {
    statuses.map(|status| ((*status).to_owned(), html_refusal(status))).collect()
}

fn html_refusal(status: &str) -> Value {
    let (description, headers): (_, &[&str]) = match status {
        "400" => ("The form is incomplete, or the link or code opens nothing", &[]),
        "403" => ("The form was sent from another site", &[]),
        "405" => ("Another method", &["Allow"]),
        "408" => ("The form did not arrive in time", &[]),
        "413" => ("The form is too large", &[]),
        "415" => ("The body is no form in UTF-8", &[]),
        "422" => ("The password is too weak, or the two differ; the link or code survives", &[]),
        "429" => ("Too many requests from the client's network", &["Retry-After"]),
        _ => ("Overloaded, or something that the answer needs is out of reach", &["Retry-After"]),
    };
    let mut response = html(description);
    response["headers"] = header_refs(headers).into();
    response
}

fn html(description: &str) -> Value {
    json!({
        "description": description,
        "headers": header_refs(&[]),
        "content": { "text/html; charset=utf-8": { "schema": { "type": "string" } } },
    })
}

fn leads(description: &str) -> Value {
    json!({ "description": description, "headers": header_refs(&["Location"]) })
}

pub(super) fn schemas() -> Map<String, Value> {
    let form = |required: &[&str], properties: &[(&str, Value)]| json!({ "type": "object", "properties": map(properties), "required": required });
    let token = || ("token", secret("The token in the mailed link."));
    map(&[
        ("ForgotPasswordForm", form(&["email"], &[("email", text("The address of the account."))])),
        ("TokenForm", form(&["token"], &[token()])),
        (
            "ResetPasswordForm",
            form(
                &[],
                &[
                    token(),
                    ("email", text("The address that the code was mailed to.")),
                    ("code", secret("The code in the mail.")),
                    ("password", secret("The new password.")),
                    ("password_confirmation", secret("The same again.")),
                ],
            ),
        ),
    ])
}
