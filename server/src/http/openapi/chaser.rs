//! Chaser's part of the document.

use super::parts::{ADDRESS, CODE, JSON, PASSWORD, TOKEN, Voice};
use super::parts::{body, counted, described, map, object, secret, text};
use crate::config::Access;
use crate::http::dialect::chaser::{ASKED, CHANGED, CONFIRM, REQUEST, VERIFY, put_into_words};
use crate::http::dialect::{FieldFault, Refusal};
use crate::http::problem;
use axum::response::IntoResponse;
use regain_core::password::Violation;
use serde_json::{Map, Value, json};

const VOICE: Voice =
    Voice { schema: "Problem", refuse: put_into_words, refuse_method: || problem::unknown_method().into_response() };

pub(super) fn paths(access: Access) -> Map<String, Value> {
    map(&[
        (REQUEST, json!({ "post": counted(request(access)) })),
        (VERIFY, json!({ "post": counted(verify()) })),
        (CONFIRM, json!({ "post": counted(confirm()) })),
    ])
}

fn request(access: Access) -> Value {
    let mut responses = VOICE.usual();
    let asked =
        described("Password reset email requested", "MessageResponse", &[("asked", json!({ "message": ASKED }))]);
    responses.extend(map(&[
        ("200", asked),
        ("400", VOICE.refusal("`invalid_request`: the body is not as described", &[], vec![missing("email")])),
    ]));
    let mut operation = json!({
        "operationId": "request-password-reset",
        "summary": "Request Password Reset",
        "description": "Has a mail with a link and a code sent to the address, if an account has it. The answer is the \
            same for every possible address, and does not wait for the mail.",
        "tags": ["chaser"],
        "requestBody": body(JSON, "PasswordResetRequest", &[("an_address", json!({ "email": ADDRESS }))]),
    });
    if access == Access::Token {
        operation["security"] = json!([{ "apiToken": [] }]);
        let unauthorized = "`unauthorized`: the API token is missing or unknown";
        let unauthorized = VOICE.refusal(unauthorized, &["WWW-Authenticate"], vec![Refusal::NoApiToken]);
        responses.insert("401".to_owned(), unauthorized);
    }
    operation["responses"] = responses.into();
    operation
}

fn verify() -> Value {
    let mut responses = VOICE.usual();
    let valid = json!({ "valid": true, "expires_in_seconds": 3540 });
    responses.extend(map(&[
        ("200", described("The token or code is live; it stays so", "PasswordResetValid", &[("live", valid)])),
        ("400", VOICE.refusal(DEAD, &[], vec![missing("token"), Refusal::Dead])),
    ]));
    let examples =
        [("a_token", json!({ "token": TOKEN })), ("address_and_code", json!({ "email": ADDRESS, "code": CODE }))];
    json!({
        "operationId": "verify-password-reset",
        "summary": "Verify a token or code",
        "description": "Says whether a token, or an address with a code, would set a password now, and for how long. \
            Spends nothing. A wrong code counts as an attempt.",
        "tags": ["chaser"],
        "requestBody": body(JSON, "PasswordResetVerify", &examples),
        "responses": responses,
    })
}

fn confirm() -> Value {
    let mut responses = VOICE.usual();
    let changed =
        described("The password has been changed", "MessageResponse", &[("changed", json!({ "message": CHANGED }))]);
    let weak = Voice { schema: "WeakPassword", ..VOICE };
    let violations = vec![Violation::TooShort { length_min: 8 }, Violation::Common];
    responses.extend(map(&[
        ("200", changed),
        ("400", VOICE.refusal(DEAD, &[], vec![missing("new_password"), Refusal::Dead])),
        ("422", weak.refusal("`weak_password`; the token or code survives", &[], vec![Refusal::Weak(violations)])),
    ]));
    let examples = [
        ("a_token", json!({ "token": TOKEN, "new_password": PASSWORD })),
        ("address_and_code", json!({ "email": ADDRESS, "code": CODE, "new_password": PASSWORD })),
    ];
    json!({
        "operationId": "confirm-password-reset",
        "summary": "Set a new password",
        "description": "Once, with a token, or with an address and the code that was mailed to it; never both. It ends \
            the account's sessions and every other link, and the owner is told by mail.",
        "tags": ["chaser"],
        "requestBody": body(JSON, "PasswordResetConfirm", &examples),
        "responses": responses,
    })
}

const DEAD: &str = "`invalid_request`: the body is not as described; or `invalid_token`: the token or code opens nothing, \
    whether it was never issued, expired, superseded or used";

fn missing(field: &str) -> Refusal {
    Refusal::Fields(vec![FieldFault::new(field, format!("`{field}` is required."))])
}

pub(super) fn schemas() -> Map<String, Value> {
    let token = || ("token", secret("The token in the mailed link."));
    let by_code = || [("email", text("The address.")), ("code", secret("The code in the mail, as it was typed."))];
    let password = || ("new_password", secret("The new password. `password` and `newPassword` are the same."));
    let [email, code] = by_code();
    let violation = object(&[("code", text("A stable word.")), ("message", text("One English sentence."))]);
    let weak = object(&[
        ("code", json!({ "const": "weak_password", "description": "A stable word for programs." })),
        ("message", text("One English sentence.")),
        (
            "violations",
            json!({
                "type": "array",
                "items": violation,
                "minItems": 1,
                "description": "Every rule that the password breaks, all at once; `previously_used` comes alone.",
            }),
        ),
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
                ("valid", json!({ "const": true, "description": "Always so; what is not live is refused." })),
                (
                    "expires_in_seconds",
                    json!({ "type": "integer", "minimum": 0, "description": "How long it stays live." }),
                ),
            ]),
        ),
        ("PasswordResetConfirm", confirm),
        ("WeakPassword", object(&[("error", weak)])),
    ])
}
