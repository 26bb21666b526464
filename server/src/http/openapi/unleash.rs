//! Unleash's part of the document.

use super::parts::{body, common_refusals, counted, described, map, object, reference, refusal, secret, text};
use crate::config::Access;
use crate::http::dialect::unleash::{PASSWORD, PASSWORD_EMAIL, VALIDATE, VALIDATE_PASSWORD};
use serde_json::{Map, Value, json};

const JSON: &str = "application/json";

pub(super) fn paths(access: Access) -> Map<String, Value> {
    map(&[
        (PASSWORD_EMAIL, json!({ "post": counted(password_email(access)) })),
        (VALIDATE, json!({ "get": counted(validate()) })),
        (PASSWORD, json!({ "post": counted(password()) })),
        (VALIDATE_PASSWORD, json!({ "post": counted(validate_password()) })),
    ])
}

fn password_email(access: Access) -> Value {
    let error = reference("unleashError");
    let mut responses = common_refusals(&error);
    responses.extend(map(&[
        ("200", described("A mail is on its way, if it can be", JSON, &reference("emptyObject"))),
        ("400", refusal("`BadDataError`: the body is not as described", &error, &[])),
    ]));
    let mut operation = json!({
        "operationId": "send-reset-password-email",
        "summary": "Reset password",
        "tags": ["unleash"],
        "requestBody": body(JSON, &reference("emailSchema")),
    });
    if access == Access::Token {
        operation["security"] = json!([{ "apiToken": [] }]);
        operation["description"] = "For trusted callers, who are told the truth.".into();
        let limited = "`RateLimitError`: that account had its mail, or too many requests from the client's network";
        responses.extend(map(&[
            (
                "401",
                refusal(
                    "`AuthenticationRequired` or `UnauthorizedError`: the API token is missing or unknown",
                    &error,
                    &["WWW-Authenticate"],
                ),
            ),
            ("404", refusal("`NotFoundError`: no such account, or one that may not reset", &error, &[])),
            ("429", refusal(limited, &error, &["Retry-After"])),
        ]));
    } else {
        operation["description"] = "The same answer for every possible address.".into();
    }
    operation["responses"] = responses.into();
    operation
}

fn validate() -> Value {
    let error = reference("unleashError");
    let mut responses = common_refusals(&error);
    for of_bodies in ["408", "413", "415"] {
        responses.remove(of_bodies);
    }
    responses.extend(map(&[
        ("200", described("The token is live; it stays so", JSON, &reference("tokenUserSchema"))),
        ("401", refusal("`InvalidTokenError`: the token opens nothing, or there is none", &error, &[])),
    ]));
    json!({
        "operationId": "validate-token",
        "summary": "Validates a token",
        "tags": ["unleash"],
        "parameters": [{
            "name": "token", "in": "query", "required": true, "schema": secret("The token in the mailed link."),
        }],
        "responses": responses,
    })
}

fn password() -> Value {
    let error = reference("unleashError");
    let mut responses = common_refusals(&error);
    let refused = "`BadDataError`; `OwaspValidationError` or `PasswordPreviouslyUsedError`, and the token survives";
    responses.extend(map(&[
        ("200", described("The password has been changed", JSON, &reference("emptyObject"))),
        ("400", refusal(refused, &error, &[])),
        ("401", refusal("`InvalidTokenError`: the token opens nothing", &error, &[])),
    ]));
    json!({
        "operationId": "change-password",
        "summary": "Changes a user password",
        "tags": ["unleash"],
        "requestBody": body(JSON, &reference("changePasswordSchema")),
        "responses": responses,
    })
}

fn validate_password() -> Value {
    let error = reference("unleashError");
    let mut responses = common_refusals(&error);
    responses.extend(map(&[
        ("200", described("The password would be accepted", JSON, &reference("emptyObject"))),
        ("400", refusal("`BadDataError` or `OwaspValidationError`", &error, &[])),
    ]));
    json!({
        "operationId": "validate-password",
        "summary": "Validates a password",
        "tags": ["unleash"],
        "requestBody": body(JSON, &reference("validatePasswordSchema")),
        "responses": responses,
    })
}

pub(super) fn schemas() -> Map<String, Value> {
    let closed = |properties: &[(&str, Value)]| {
        let mut schema = object(properties);
        schema["additionalProperties"] = false.into();
        schema
    };
    let role = object(&[
        ("id", json!({ "type": "integer" })),
        ("description", text("What the role is for.")),
        ("type", text("`root`, unless the store says otherwise.")),
        ("name", text("The role's name.")),
    ]);
    let detail = json!({
        "type": "object",
        "properties": map(&[
            ("message", text("One English sentence.")),
            ("path", text("Where in the request, such as `/body/email`.")),
            ("validationErrors", json!({ "type": "array", "items": { "type": "string" } })),
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
                ("details", json!({ "type": "array", "items": detail, "minItems": 1 })),
            ]),
        ),
    ])
}
