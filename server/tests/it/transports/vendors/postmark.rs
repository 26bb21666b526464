//! Postmark.

use super::*;
use regain::config;

pub(super) struct Postmark;

impl Provider for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
    }

    fn transport(&self, url: &str, key: &str) -> HttpTransport {
        let (server_token, message_stream) = (key.into(), "outbound".into());
        HttpTransport::postmark(&config::Postmark { server_token, message_stream, url: url.parse().unwrap() }).unwrap()
    }

    fn is_authorized(&self, asked: &Asked) -> bool {
        asked.header("x-postmark-server-token") == KEY
    }

    fn bad_key(&self) -> Reply {
        Reply::json(401, r#"{"ErrorCode":10,"Message":"Request does not contain a valid Server token."}"#)
    }

    fn probed(&self, asked: &Asked) -> Option<Reply> {
        let server = r#"{"ID":1,"Name":"Production","DeliveryType":"Live"}"#;
        (asked.method == "GET" && asked.path == "/server").then(|| Reply::json(200, server))
    }

    fn taken_apart(&self, asked: &Asked) -> Option<Taken> {
        let body = asked.json();
        let header = |name: &str| {
            let named = |header: &&Value| header["Name"] == name;
            let found = body["Headers"].as_array().and_then(|headers| headers.iter().find(named));
            found.and_then(|header| header["Value"].as_str()).unwrap_or_default().to_owned()
        };
        let right = asked.method == "POST"
            && asked.path == "/email"
            && asked.header("content-type") == "application/json"
            && asked.header("accept") == "application/json"
            && body["MessageStream"] == "outbound"
            && body["TrackLinks"] == "None"
            && body["TrackOpens"] == false
            && header("X-PM-KeepID") == "true"
            && !text(&body, "/To").contains(',');
        right.then(|| Taken {
            from: bare(&text(&body, "/From")),
            to: text(&body, "/To"),
            subject: text(&body, "/Subject"),
            text: text(&body, "/TextBody"),
            html: text(&body, "/HtmlBody"),
            reply_to: text(&body, "/ReplyTo"),
            message_id: header("Message-ID"),
            auto_submitted: header("Auto-Submitted"),
            delivery: text(&body, "/Metadata/regain-delivery"),
            picture: body.get("Attachments").map(|_| {
                let id = text(&body, "/Attachments/0/ContentID").trim_start_matches("cid:").to_owned();
                (id, text(&body, "/Attachments/0/Content"))
            }),
        })
    }

    fn accepted(&self, id: &str) -> Reply {
        Reply::json(200, &format!(r#"{{"To":"x","MessageID":"{id}","ErrorCode":0,"Message":"OK"}}"#))
    }

    fn refusal(&self) -> Reply {
        let said = "You tried to send to recipient(s) that have been marked as inactive.";
        Reply::json(422, &format!(r#"{{"ErrorCode":406,"Message":"{said}"}}"#))
    }
}
