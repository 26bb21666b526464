//! Resend.

use super::*;
use regain::config;

pub(super) struct Resend;

impl Provider for Resend {
    fn name(&self) -> &'static str {
        "resend"
    }

    fn transport(&self, url: &str, key: &str) -> HttpTransport {
        HttpTransport::resend(&config::Resend { api_key: key.into(), url: url.parse().unwrap() }).unwrap()
    }

    fn is_authorized(&self, asked: &Asked) -> bool {
        asked.header("authorization") == format!("Bearer {KEY}")
    }

    fn bad_key(&self) -> Reply {
        Reply::json(403, r#"{"statusCode":403,"name":"invalid_api_key","message":"API key is invalid"}"#)
    }

    fn probed(&self, asked: &Asked) -> Option<Reply> {
        let domains = r#"{"object":"list","data":[]}"#;
        (asked.method == "GET" && asked.path == "/domains").then(|| Reply::json(200, domains))
    }

    fn taken_apart(&self, asked: &Asked) -> Option<Taken> {
        let body = asked.json();
        let delivery = text(&body, "/tags/0/value");
        let right = asked.method == "POST"
            && asked.path == "/emails"
            && asked.header("content-type") == "application/json"
            && asked.header("user-agent").starts_with("regain/")
            && asked.header("idempotency-key") == delivery
            && text(&body, "/tags/0/name") == "regain-delivery"
            && body["to"].as_array()?.len() == 1;
        right.then(|| Taken {
            from: bare(&text(&body, "/from")),
            to: text(&body, "/to/0"),
            subject: text(&body, "/subject"),
            text: text(&body, "/text"),
            html: text(&body, "/html"),
            reply_to: text(&body, "/reply_to"),
            message_id: text(&body, "/headers/Message-ID"),
            auto_submitted: text(&body, "/headers/Auto-Submitted"),
            delivery,
            picture: body
                .get("attachments")
                .map(|_| (text(&body, "/attachments/0/content_id"), text(&body, "/attachments/0/content"))),
        })
    }

    fn accepted(&self, id: &str) -> Reply {
        Reply::json(200, &format!(r#"{{"id":"{id}"}}"#))
    }

    fn refusal(&self) -> Reply {
        let said = "Invalid `to` field. The email address needs to follow the `email@example.com` format.";
        Reply::json(422, &format!(r#"{{"statusCode":422,"name":"validation_error","message":"{said}"}}"#))
    }
}
