//! SendGrid.

use super::*;
use regain::config;

pub(super) struct Sendgrid;

impl Provider for Sendgrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn transport(&self, url: &str, key: &str) -> HttpTransport {
        HttpTransport::sendgrid(&config::Sendgrid { api_key: key.into(), url: url.parse().unwrap() }).unwrap()
    }

    fn is_authorized(&self, asked: &Asked) -> bool {
        asked.header("authorization") == format!("Bearer {KEY}")
    }

    fn bad_key(&self) -> Reply {
        let said = "The provided authorization grant is invalid, expired, or revoked";
        Reply::json(401, &format!(r#"{{"errors":[{{"message":"{said}","field":null,"help":null}}]}}"#))
    }

    fn probed(&self, asked: &Asked) -> Option<Reply> {
        let scopes = r#"{"scopes":["mail.batch.create","mail.send"]}"#;
        (asked.method == "GET" && asked.path == "/v3/scopes").then(|| Reply::json(200, scopes))
    }

    fn taken_apart(&self, asked: &Asked) -> Option<Taken> {
        let body = asked.json();
        let one = |pointer| body.pointer(pointer).and_then(Value::as_array).is_some_and(|list| list.len() == 1);
        let off = |kind| body.pointer(&format!("/tracking_settings/{kind}/enable")) == Some(&Value::Bool(false));
        let right = asked.method == "POST"
            && asked.path == "/v3/mail/send"
            && asked.header("content-type") == "application/json"
            && one("/personalizations")
            && one("/personalizations/0/to")
            && ["click_tracking", "open_tracking", "subscription_tracking"].into_iter().all(off)
            && text(&body, "/content/0/type") == "text/plain"
            && text(&body, "/content/1/type") == "text/html";
        right.then(|| Taken {
            from: text(&body, "/from/email"),
            to: text(&body, "/personalizations/0/to/0/email"),
            subject: text(&body, "/subject"),
            text: text(&body, "/content/0/value"),
            html: text(&body, "/content/1/value"),
            reply_to: text(&body, "/reply_to/email"),
            message_id: text(&body, "/headers/Message-ID"),
            auto_submitted: text(&body, "/headers/Auto-Submitted"),
            delivery: text(&body, "/personalizations/0/custom_args/regain-delivery"),
            picture: body.get("attachments").map(|_| {
                assert_eq!(text(&body, "/attachments/0/disposition"), "inline");
                (text(&body, "/attachments/0/content_id"), text(&body, "/attachments/0/content"))
            }),
        })
    }

    fn accepted(&self, id: &str) -> Reply {
        Reply { status: 202, headers: format!("X-Message-Id: {id}\r\n"), body: String::new() }
    }

    fn refusal(&self) -> Reply {
        let said = "Does not contain a valid address.";
        let field = "personalizations.0.to.0.email";
        Reply::json(400, &format!(r#"{{"errors":[{{"message":"{said}","field":"{field}","help":null}}]}}"#))
    }
}
