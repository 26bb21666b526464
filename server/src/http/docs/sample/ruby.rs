//! With `Net::HTTP`.

use super::{Call, capitalised, quoted, single_quoted};
use std::fmt::Write;

pub(super) fn write(call: &Call) -> String {
    let method = capitalised(&call.method);
    let mut text = format!(
        "require \"net/http\"\n\nurl = URI({})\nrequest = Net::HTTP::{method}.new(url)\n",
        single_quoted(&call.url)
    );
    if call.is_protected {
        text.push_str("request[\"Authorization\"] = \"Bearer #{ENV.fetch(\"API_TOKEN\")}\"\n");
    }
    for (name, value) in call.plain_headers() {
        let _ = writeln!(text, "request[{}] = {}", quoted(name), single_quoted(value));
    }
    if let Some(body) = &call.body {
        let _ = writeln!(text, "request.body = {}", single_quoted(&body.text()));
    }
    text.push_str(
        "response = Net::HTTP.start(url.host, url.port, use_ssl: url.scheme == \"https\") do |http|\n  \
         http.request(request)\nend\nputs response.code, response.body",
    );
    text
}
