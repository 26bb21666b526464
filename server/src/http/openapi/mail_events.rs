//! What providers of mail tell: of those that are configured.

use super::parts::{JSON, Voice, described, header_refs, map};
use crate::config::MailEvents;
use crate::http::dialect::chaser;
use crate::http::mail_events::{MAILGUN, POSTMARK, RESEND, SENDGRID, SES};
use crate::http::problem;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

const VOICE: Voice = Voice {
    schema: "Problem",
    refuse: chaser::put_into_words,
    refuse_method: || problem::unknown_method().into_response(),
};

pub(super) fn paths(config: &MailEvents) -> Map<String, Value> {
    let providers = [
        (SES, "ses", "Amazon SES", "Amazon SNS has signed them for the topic that is configured", config.ses.is_some()),
        (POSTMARK, "postmark", "Postmark", "they bring the password that is configured", config.postmark.is_some()),
        (SENDGRID, "sendgrid", "SendGrid", "SendGrid has signed them", config.sendgrid.is_some()),
        (MAILGUN, "mailgun", "Mailgun", "Mailgun has signed them", config.mailgun.is_some()),
        (RESEND, "resend", "Resend", "Resend has signed them (Standard Webhooks)", config.resend.is_some()),
    ];
    let configured = providers.into_iter().filter(|(.., is_configured)| *is_configured);
    configured.map(|(path, id, name, proof, _)| (path.to_owned(), json!({ "post": hear(id, name, proof) }))).collect()
}

fn hear(id: &str, name: &str, proof: &str) -> Value {
    let mut responses = VOICE.usual();
    responses.remove("415");
    let refusal = |description: &str, code: &str, message: &str| {
        described(description, VOICE.schema, &[(code, json!({ "error": { "code": code, "message": message } }))])
    };
    let unsigned = "This call is not signed by whom it should be, or was signed long ago.";
    let unreadable = "This call is signed, but it cannot be read.";
    let heard = json!({
        "description": "It is noted; what is about no mail of this server is passed over",
        "headers": header_refs(&[]),
        "content": { JSON: { "schema": { "type": "object" } } },
    });
    responses.extend(map(&[
        ("200", heard),
        ("400", refusal("The body is not what the provider sends", "bad_request", unreadable)),
        ("401", refusal("Nothing shows that the provider calls", "unsigned", unsigned)),
    ]));
    json!({
        "operationId": format!("{id}-tells-of-mails"),
        "summary": format!("{name} tells what became of mails"),
        "description": format!("For {name}, and nobody else: calls are believed if {proof}. Those alone that show nothing \
                                of the kind count against the limit of the caller's network."),
        "tags": ["mail-events"],
        "requestBody": {
            "required": true,
            "description": format!("As {name} describes it."),
            "content": { JSON: { "schema": { "type": ["object", "array"] }, "examples": { "nothing": { "value": {} } } } },
        },
        "responses": responses,
    })
}
