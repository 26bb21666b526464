//! For a POSIX shell.

use super::Call;

pub(super) fn write(call: &Call) -> String {
    let mut lines = vec![format!("curl -sS -i {}", quoted(&call.url))];
    if call.is_protected {
        lines.push("-H \"Authorization: Bearer $API_TOKEN\"".to_owned());
    }
    lines.extend(call.plain_headers().map(|(name, value)| format!("-H {}", quoted(&format!("{name}: {value}")))));
    // With a body, curl posts.
    lines.extend(call.body.iter().map(|body| format!("-d {}", quoted(&body.text()))));
    lines.join(" \\\n  ")
}

/// Nothing means anything between single quotes, not even a backslash.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
