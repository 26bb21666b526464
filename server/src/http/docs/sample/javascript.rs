//! For Node from 18 on, as a module.

use super::{Call, quoted};

pub(super) fn write(call: &Call) -> String {
    let mut headers = Vec::new();
    if call.is_protected {
        headers.push("\"Authorization\": `Bearer ${process.env.API_TOKEN}`".to_owned());
    }
    headers.extend(call.plain_headers().map(|(name, value)| format!("{}: {}", quoted(name), quoted(value))));
    let headers: String = headers.iter().map(|header| format!("    {header},\n")).collect();
    let mut options = Vec::new();
    if call.method != "GET" {
        options.push(format!("  method: {},\n", quoted(&call.method)));
    }
    if !headers.is_empty() {
        options.push(format!("  headers: {{\n{headers}  }},\n"));
    }
    options.extend(call.body.iter().map(|body| {
        let text = if body.is_json() { format!("JSON.stringify({})", body.text()) } else { quoted(&body.text()) };
        format!("  body: {text},\n")
    }));
    let options = if options.is_empty() { String::new() } else { format!(", {{\n{}}}", options.concat()) };
    format!(
        "const response = await fetch({}{options});\nconsole.log(response.status, await response.text());",
        quoted(&call.url),
    )
}
