//! Unleash's part of the document.

use super::parts::{ADDRESS, JSON, PASSWORD as NEW_PASSWORD, TOKEN, Voice};
use super::parts::{body, counted, described, map, object, secret, text};
use crate::config::Access;
use crate::http::dialect::unleash::{
    PASSWORD, PASSWORD_EMAIL, VALIDATE, VALIDATE_PASSWORD, put_into_words, unknown_method,
};
use crate::http::dialect::{FieldFault, Refusal};
use regain_core::password::Violation;
use regain_core::request::Id;
use serde_json::{Map, Value, json};
use std::time::Duration;

const VOICE: Voice = Voice {
    schema: "unleashError",
    refuse: |refusal| put_into_words(example_id(), refusal),
    refuse_method: || unknown_method(example_id()),
};

/// The name of a request that nobody made.
fn example_id() -> Id {
    Id::from_bytes([1, 155, 90, 83, 132, 0, 112, 0, 128, 0, 0, 0, 0, 0, 0, 1])
}

pub(super) fn paths(access: Access) -> Map<String, Value> {
    map(&[
        (PASSWORD_EMAIL, json!({ "post": counted(password_email(access)) })),
        (VALIDATE, json!({ "get": counted(validate()) })),
        (PASSWORD, json!({ "post": counted(password()) })),
        (VALIDATE_PASSWORD, json!({ "post": counted(validate_password()) })),
    ])
}

fn password_email(access: Access) -> Value {
    let mut responses = VOICE.usual();
    responses.extend(map(&[
        ("200", done("A mail is on its way, if it can be")),
        ("400", VOICE.refusal("`BadDataError`: the body is not as described", &[], vec![missing("email")])),
    ]));
    let mut operation = json!({
        "operationId": "send-reset-password-email",
        "summary": "Reset password",
        "tags": ["unleash"],
        "requestBody": body(JSON, "emailSchema", &[("an_address", json!({ "email": ADDRESS }))]),
    });
    if access == Access::Token {
        operation["security"] = json!([{ "apiToken": [] }]);
        operation["description"] =
            "Has a mail with a link and a code sent to the account. For trusted callers, who are told the truth."
                .into();
        let unauthorized = "`AuthenticationRequired` or `UnauthorizedError`: the API token is missing or unknown";
        let refusals = vec![Refusal::NoApiToken, Refusal::UnknownApiToken];
        let unknown = "`NotFoundError`: no such account, or one that may not reset";
        let limited = "`RateLimitError`: that account had its mail, or too many requests from the client's network";
        let of_account = vec![Refusal::AccountLimited(Duration::ZERO)];
        responses.extend(map(&[
            ("401", VOICE.refusal(unauthorized, &["WWW-Authenticate"], refusals)),
            ("404", VOICE.refusal(unknown, &[], vec![Refusal::UnknownAccount])),
            ("429", VOICE.refusal(limited, &["Retry-After"], of_account)),
        ]));
    } else {
        operation["description"] =
            "Has a mail sent to the address, if an account has it. The same answer for every possible address.".into();
    }
    operation["responses"] = responses.into();
    operation
}

fn validate() -> Value {
    let mut responses = VOICE.usual();
    for of_bodies in ["408", "413", "415"] {
        responses.remove(of_bodies);
    }
    let role = json!({ "id": 1, "name": "Admin", "type": "root", "description": "May do everything." });
    let holder = json!({
        "token": TOKEN, "createdBy": "regain", "email": ADDRESS, "name": "Ada Lovelace", "id": 7, "role": role,
    });
    let refused = "`InvalidTokenError`: the token opens nothing, or there is none";
    responses.extend(map(&[
        ("200", described("The token is live; it stays so", "tokenUserSchema", &[("live", holder)])),
        ("401", VOICE.refusal(refused, &[], vec![Refusal::Dead])),
    ]));
    json!({
        "operationId": "validate-token",
        "summary": "Validates a token",
        "description": "Says whose a live token is. Spends nothing.",
        "tags": ["unleash"],
        "parameters": [{
            "name": "token",
            "in": "query",
            "required": true,
            "description": "The token in the mailed link.",
            "schema": { "type": "string", "format": "password" },
            "example": TOKEN,
        }],
        "responses": responses,
    })
}

fn password() -> Value {
    let mut responses = VOICE.usual();
    let refused = "`BadDataError`; `OwaspValidationError` or `PasswordPreviouslyUsedError`, and the token survives";
    let refusals = vec![missing("password"), weak(), Refusal::Weak(vec![Violation::PreviouslyUsed])];
    responses.extend(map(&[
        ("200", done("The password has been changed")),
        ("400", VOICE.refusal(refused, &[], refusals)),
        ("401", VOICE.refusal("`InvalidTokenError`: the token opens nothing", &[], vec![Refusal::Dead])),
    ]));
    let example = json!({ "token": TOKEN, "password": NEW_PASSWORD });
    json!({
        "operationId": "change-password",
        "summary": "Changes a user password",
        "description": "Once. It ends the account's sessions and every other link, and the owner is told by mail.",
        "tags": ["unleash"],
        "requestBody": body(JSON, "changePasswordSchema", &[("a_token", example)]),
        "responses": responses,
    })
}

fn validate_password() -> Value {
    let mut responses = VOICE.usual();
    let refused = "`BadDataError` or `OwaspValidationError`";
    responses.extend(map(&[
        ("200", done("The password would be accepted")),
        ("400", VOICE.refusal(refused, &[], vec![missing("password"), weak()])),
    ]));
    json!({
        "operationId": "validate-password",
        "summary": "Validates a password",
        "description": "Says whether the rule for passwords would take this one, and every part of the rule it breaks.",
        "tags": ["unleash"],
        "requestBody": body(JSON, "validatePasswordSchema", &[("a_password", json!({ "password": NEW_PASSWORD }))]),
        "responses": responses,
    })
}

fn done(description: &str) -> Value {
    described(description, "emptyObject", &[("done", json!({}))])
}

fn missing(field: &str) -> Refusal {
    Refusal::Fields(vec![FieldFault::new(field, format!("The `{field}` property is required."))])
}

fn weak() -> Refusal {
    Refusal::Weak(vec![Violation::TooShort { length_min: 10 }, Violation::NoUpperCase])
}

pub(super) fn schemas() -> Map<String, Value> {
    let closed = |properties: &[(&str, Value)]| {
        let mut schema = object(properties);
        schema["additionalProperties"] = false.into();
        schema
    };
    let role = object(&[
        ("id", json!({ "type": "integer", "description": "The role's key." })),
        ("description", text("What the role is for.")),
        ("type", text("`root`, unless the store says otherwise.")),
        ("name", text("The role's name.")),
    ]);
    let detail = json!({
        "type": "object",
        "properties": map(&[
            ("message", text("One English sentence.")),
            ("path", text("Where in the request, such as `/body/email`.")),
            ("validationErrors", json!({
                "type": "array", "items": { "type": "string" }, "description": "Every rule that the password breaks.",
            })),
        ]),
        "required": ["message"],
    });
    map(&[
        ("emailSchema", closed(&[("email", text("The email address"))])),
        ("emptyObject", json!({ "type": "object", "properties": {}, "additionalProperties": false })),
        ("changePasswordSchema", closed(&[("token", secret("The token.")), ("password", secret("The new password."))])),
        ("validatePasswordSchema", closed(&[("password", secret("The password to judge."))])),
        (
            "tokenUserSchema",
            object(&[
                ("token", text("The token.")),
                ("createdBy", text("Who made the token.")),
                ("email", text("The address on file.")),
                ("name", text("The owner's name; empty if unknown.")),
                ("id", json!({ "type": ["integer", "string"], "description": "The account's key." })),
                ("role", role),
            ]),
        ),
        (
            "unleashError",
            object(&[
                ("id", json!({ "type": "string", "format": "uuid", "description": "As `X-Request-Id`." })),
                ("name", text("A stable word for programs.")),
                ("message", text("One English sentence for people.")),
                (
                    "details",
                    json!({ "type": "array", "items": detail, "minItems": 1, "description": "What is wrong, one by one." }),
                ),
            ]),
        ),
    ])
}
