//! With `requests`.

use super::{Call, quoted};
use serde_json::Value;

pub(super) fn write(call: &Call) -> String {
    let import = if call.is_protected { "import os\n\n" } else { "" };
    let mut arguments = vec![quoted(&call.url)];
    let mut headers = Vec::new();
    if call.is_protected {
        headers.push("\"Authorization\": f\"Bearer {os.environ['API_TOKEN']}\"".to_owned());
    }
    headers.extend(call.headers.iter().map(|(name, value)| format!("{}: {}", quoted(name), quoted(value))));
    if !headers.is_empty() {
        arguments.push(format!("headers={{{}}}", headers.join(", ")));
    }
    // `json` and `data` announce themselves.
    arguments.extend(call.body.iter().map(|body| {
        let name = if body.is_json() { "json" } else { "data" };
        format!("{name}={}", literal(&body.value))
    }));
    arguments.push("timeout=10".to_owned());
    let arguments: String = arguments.iter().map(|argument| format!("    {argument},\n")).collect();
    let method = call.method.to_ascii_lowercase();
    format!(
        "{import}import requests\n\nresponse = requests.{method}(\n{arguments})\n\
         print(response.status_code, response.text)"
    )
}

/// JSON, but for three words.
fn literal(value: &Value) -> String {
    let members = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Array(items) => format!("[{}]", members(items.iter().map(literal).collect())),
        Value::Object(object) => {
            let pairs = object.iter().map(|(name, value)| format!("{}: {}", quoted(name), literal(value)));
            format!("{{{}}}", members(pairs.collect()))
        }
        Value::Number(_) | Value::String(_) => value.to_string(),
    }
}
