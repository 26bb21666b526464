//! With `net/http`.

use super::{Call, quoted};
use std::fmt::Write;

pub(super) fn write(call: &Call) -> String {
    let body = call.body.as_ref().map(|body| format!("strings.NewReader({})", raw(&body.text())));
    let (os, strings) = (call.is_protected, body.is_some());
    let packages = [("fmt", true), ("io", true), ("log", true), ("net/http", true), ("os", os), ("strings", strings)];
    let mut text = "package main\n\nimport (\n".to_owned();
    for (package, _) in packages.iter().filter(|(_, is_used)| *is_used) {
        let _ = writeln!(text, "\t{}", quoted(package));
    }
    let (method, url) = (quoted(&call.method), quoted(&call.url));
    let body = body.as_deref().unwrap_or("nil");
    let _ = write!(text, ")\n\nfunc main() {{\n\trequest, err := http.NewRequest({method}, {url}, {body})\n{CHECK}");
    if call.is_protected {
        text.push_str("\trequest.Header.Set(\"Authorization\", \"Bearer \"+os.Getenv(\"API_TOKEN\"))\n");
    }
    for (name, value) in call.plain_headers() {
        let _ = writeln!(text, "\trequest.Header.Set({}, {})", quoted(name), quoted(value));
    }
    let _ = write!(
        text,
        "\tresponse, err := http.DefaultClient.Do(request)\n{CHECK}\tdefer response.Body.Close()\n\
         \tanswer, err := io.ReadAll(response.Body)\n{CHECK}\tfmt.Println(response.StatusCode, string(answer))\n}}"
    );
    text
}

const CHECK: &str = "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n";

/// Between backticks, where nothing means anything, unless there is one in it.
fn raw(text: &str) -> String {
    if text.contains('`') { quoted(text) } else { format!("`{text}`") }
}
