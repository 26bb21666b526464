//! Mailgun.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain::config;

pub(super) struct Mailgun;

impl Provider for Mailgun {
    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn transport(&self, url: &str, key: &str) -> HttpTransport {
        let (domain, api_key) = ("mg.example.com".into(), key.into());
        HttpTransport::mailgun(&config::Mailgun { domain, api_key, url: url.parse().unwrap() }).unwrap()
    }

    fn is_authorized(&self, asked: &Asked) -> bool {
        asked.header("authorization") == format!("Basic {}", STANDARD.encode(format!("api:{KEY}")))
    }

    fn bad_key(&self) -> Reply {
        Reply { status: 401, headers: "Content-Type: text/html\r\n".into(), body: "Forbidden".into() }
    }

    fn probed(&self, asked: &Asked) -> Option<Reply> {
        let lacking = Reply::json(400, r#"{"message":"to parameter is missing"}"#);
        (fields(asked)?.iter().all(|(name, _)| name != "to")).then_some(lacking)
    }

    fn taken_apart(&self, asked: &Asked) -> Option<Taken> {
        let fields = fields(asked)?;
        let field = |name: &str| {
            let values: Vec<_> = fields.iter().filter(|(own, _)| own == name).map(|(_, value)| value.clone()).collect();
            <[Vec<u8>; 1]>::try_from(values).ok().map(|[value]| value)
        };
        let text = |name: &str| field(name).map(|value| String::from_utf8(value).unwrap());
        let right = asked.method == "POST"
            && asked.path == "/v3/mg.example.com/messages.mime"
            && text("o:tracking")? == "no"
            && !text("to")?.contains(',');
        of_mime(&field("message")?, &text("to")?, &text("v:regain-delivery")?).filter(|_| right)
    }

    fn accepted(&self, id: &str) -> Reply {
        Reply::json(200, &format!(r#"{{"id":"<{id}>","message":"Queued. Thank you."}}"#))
    }

    fn refusal(&self) -> Reply {
        Reply::json(400, r#"{"message":"'to' parameter is not a valid address. please check documentation"}"#)
    }
}

/// The fields of a form (RFC 7578).
fn fields(asked: &Asked) -> Option<Vec<(String, Vec<u8>)>> {
    let boundary = asked.header("content-type").strip_prefix("multipart/form-data; boundary=")?;
    let body = String::from_utf8(asked.body.clone()).ok()?;
    let body = body.strip_suffix(&format!("--{boundary}--\r\n"))?;
    let begin = format!("--{boundary}\r\n");
    let parts = body.split(&begin).filter(|part| !part.is_empty());
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let name = head.strip_prefix("Content-Disposition: form-data; name=\"")?.split('"').next()?;
        Some((name.to_owned(), value.strip_suffix("\r\n")?.as_bytes().to_vec()))
    };
    parts.map(field).collect()
}
