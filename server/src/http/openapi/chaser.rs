//! Chaser's part of the document.

use super::parts::{body, common_refusals, counted, described, map, object, reference, refusal, secret, text};
use crate::config::Access;
use crate::http::dialect::chaser::{CONFIRM, REQUEST, VERIFY};
use serde_json::{Map, Value, json};

const JSON: &str = "application/json";

pub(super) fn paths(access: Access) -> Map<String, Value> {
    map(&[
        (REQUEST, json!({ "post": counted(request(access)) })),
        (VERIFY, json!({ "post": counted(verify()) })),
        (CONFIRM, json!({ "post": counted(confirm()) })),
    ])
}

fn request(access: Access) -> Value {
    let problem = reference("Problem");
    let mut responses = common_refusals(&problem);
    responses.extend(map(&[
        ("200", described("Password reset email requested", JSON, &reference("MessageResponse"))),
        ("400", refusal("`invalid_request`: the body is not as described", &problem, &[])),
    ]));
    let mut operation = json!({
        "operationId": "request-password-reset",
        "summary": "Request Password Reset",
        "description": "The same answer for every possible address, whether or not it belongs to an account.",
        "tags": ["chaser"],
        "requestBody": body(JSON, &reference("PasswordResetRequest")),
    });
    if access == Access::Token {
        operation["security"] = json!([{ "apiToken": [] }]);
        let unauthorized =
            refusal("`unauthorized`: the API token is missing or unknown", &problem, &["WWW-Authenticate"]);
        responses.insert("401".to_owned(), unauthorized);
    }
    operation["responses"] = responses.into();
    operation
}

fn verify() -> Value {
    let problem = reference("Problem");
    let mut responses = common_refusals(&problem);
    responses.extend(map(&[
        ("200", described("The token or code is live; it stays so", JSON, &reference("PasswordResetValid"))),
        ("400", refusal("`invalid_request`, or `invalid_token`: the token or code opens nothing", &problem, &[])),
    ]));
    json!({
        "operationId": "verify-password-reset",
        "summary": "Verify a token or code",
        "description": "Spends nothing. A wrong code counts as an attempt.",
        "tags": ["chaser"],
        "requestBody": body(JSON, &reference("PasswordResetVerify")),
        "responses": responses,
    })
}

fn confirm() -> Value {
    let problem = reference("Problem");
    let mut responses = common_refusals(&problem);
    responses.extend(map(&[
        ("200", described("The password has been changed", JSON, &reference("MessageResponse"))),
        ("400", refusal("`invalid_request`, or `invalid_token`: the token or code opens nothing", &problem, &[])),
        ("422", refusal("`weak_password`; the token or code survives", &reference("WeakPassword"), &[])),
    ]));
    json!({
        "operationId": "confirm-password-reset",
        "summary": "Set a new password",
        "description": "Once, with a token, or with an address and the code that was mailed to it; never both.",
        "tags": ["chaser"],
        "requestBody": body(JSON, &reference("PasswordResetConfirm")),
        "responses": responses,
    })
}

pub(super) fn schemas() -> Map<String, Value> {
    let token = || ("token", secret("The token in the mailed link."));
    let by_code = || [("email", text("The address.")), ("code", secret("The code in the mail, as it was typed."))];
    let password = || ("new_password", secret("The new password. `password` and `newPassword` are the same."));
    let [email, code] = by_code();
    let violation = object(&[("code", text("A stable word.")), ("message", text("One English sentence."))]);
    let weak = object(&[
        ("code", json!({ "const": "weak_password" })),
        ("message", text("One English sentence.")),
        ("violations", json!({ "type": "array", "items": violation, "minItems": 1 })),
    ]);
    let confirm = json!({
        "anyOf": [object(&[token()]), object(&by_code())],
        "type": "object",
        "properties": map(&[
            token(), email, code, password(),
            ("password", secret("An alias of `new_password`.")),
            ("newPassword", secret("An alias of `new_password`.")),
        ]),
        "allOf": [{ "anyOf": [
            { "required": ["new_password"] }, { "required": ["password"] }, { "required": ["newPassword"] },
        ] }],
    });
    map(&[
        ("PasswordResetRequest", object(&[("email", text("The address of the account."))])),
        ("MessageResponse", object(&[("message", text("One English sentence."))])),
        ("PasswordResetVerify", json!({ "anyOf": [object(&[token()]), object(&by_code())] })),
        (
            "PasswordResetValid",
            object(&[
                ("valid", json!({ "const": true })),
                ("expires_in_seconds", json!({ "type": "integer", "minimum": 0 })),
            ]),
        ),
        ("PasswordResetConfirm", confirm),
        ("WeakPassword", object(&[("error", weak)])),
    ])
}
