//! With what PHP has without extensions.

use super::{Call, single_quoted};
use std::fmt::Write;

pub(super) fn write(call: &Call) -> String {
    let mut headers = Vec::new();
    if call.is_protected {
        headers.push("'Authorization: Bearer ' . getenv('API_TOKEN')".to_owned());
    }
    headers.extend(call.plain_headers().map(|(name, value)| single_quoted(&format!("{name}: {value}"))));
    let mut text =
        format!("<?php\n$context = stream_context_create(['http' => [\n    'method' => '{}',\n", call.method);
    if !headers.is_empty() {
        let headers: String = headers.iter().map(|header| format!("        {header},\n")).collect();
        let _ = writeln!(text, "    'header' => [\n{headers}    ],");
    }
    if let Some(body) = &call.body {
        let _ = writeln!(text, "    'content' => {},", single_quoted(&body.text()));
    }
    let url = single_quoted(&call.url);
    let _ = write!(
        text,
        "    'ignore_errors' => true, // an answer that says no is an answer\n]]);\n\
         $answer = fopen({url}, 'r', false, $context);\n\
         echo stream_get_meta_data($answer)['wrapper_data'][0], \"\\n\", stream_get_contents($answer), \"\\n\";"
    );
    text
}
