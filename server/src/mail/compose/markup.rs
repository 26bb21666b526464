//! The tags of an HTML part, read strictly enough to say what a mail program could fetch or run.

/// A tag with its attributes. Names are in lower case, values as they stand.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
}

/// Every opening tag, those within comments too: Outlook looks into some.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((_, tail)) = rest.split_once('<') {
        rest = tail;
        if tail.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let (tag, tail) = tag(tail);
            tags.push(tag);
            rest = tail;
        }
    }
    tags
}

/// The tag that begins here, and what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let end_of_name = text.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end_of_name);
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest.get(1..).unwrap_or_default());
        }
        // HTML takes an equals sign at the beginning for a part of the name.
        let end = rest.char_indices().skip(1).find(|(_, c)| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'));
        let (name, tail) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        let (value, tail) = match tail.trim_ascii_start().strip_prefix('=') {
            Some(tail) => value(tail.trim_ascii_start()),
            None => ("", tail),
        };
        tag.attributes.push((name.to_ascii_lowercase(), value.to_owned()));
        rest = tail;
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len()))
}

/// What in `html` would be fetched from elsewhere or run when the mail is read, in words; none, if nothing is. Pictures
/// that are part of the mail are not.
pub(super) fn fetched(html: &str) -> Option<String> {
    for Tag { name, attributes } in tags(html) {
        if FORBIDDEN.contains(&name.as_str()) {
            return Some(format!("<{name}>"));
        }
        for (attribute, value) in attributes {
            let is_loaded = LOADED.contains(&attribute.as_str()) && !value.trim_ascii().starts_with("cid:");
            let is_run = attribute.starts_with("on") || attribute == "http-equiv";
            if is_loaded || is_run || attribute == "style" && loads(&value) {
                return Some(format!("{attribute}=\"{}\" of <{name}>", value.chars().take(60).collect::<String>()));
            }
        }
    }
    let html = html.to_ascii_lowercase();
    let mut styles = html.split("<style").skip(1).filter_map(|rest| rest.split("</style").next());
    styles.any(loads).then(|| "url(), @import or a backslash in <style>".to_owned())
}

/// Whether a style loads anything, or could hide with a backslash that it does.
fn loads(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    ["url(", "@import", "image(", "image-set(", "src(", "\\"].iter().any(|it| style.contains(it))
}

const FORBIDDEN: &[&str] = &[
    "script", "iframe", "frame", "object", "embed", "applet", "link", "base", "form", "input", "video", "audio",
    "source", "track", "svg", "math", "image", "portal", "template",
];
const LOADED: &[&str] = &[
    "src",
    "srcset",
    "background",
    "poster",
    "data",
    "lowsrc",
    "dynsrc",
    "longdesc",
    "xlink:href",
    "ping",
    "manifest",
    "classid",
    "codebase",
    "action",
    "formaction",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_browsers_read_them() {
        let [a, b]: [Tag; 2] =
            tags("x < 3 </p><A HREF = 'a>b'  b c=d/e/><!--[if mso]><v:fill src=x><![endif]-->").try_into().unwrap();
        assert_eq!(a.name, "a");
        let attributes: Vec<_> = a.attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(attributes, [("href", "a>b"), ("b", ""), ("c", "d/e/")]);
        assert_eq!((&*b.name, &*b.attributes[0].1), ("v:fill", "x"));
        for broken in ["<", "<a", "<a b", "<a b=", "<a b=\"", "<a =", "<a/", "<ä>"] {
            let _ = tags(broken);
        }
    }

    #[test]
    fn whatever_would_be_fetched_is_found() {
        for html in [
            "<img src=\"https://evil.example/a.png\">",
            "<IMG SRC=//evil.example/a>",
            "<img srcset='https://evil.example 2x'>",
            "<td background=\"https://evil.example/\">",
            "<p style=\"background:URL(https://evil.example)\">",
            "<p style='background:u\\72l(x)'>",
            "<style>@import 'x'</style>",
            "<style>p{background:url(x)}</style>",
            "<link rel=stylesheet href=x>",
            "<!--[if mso]><v:fill src=\"https://evil.example\"/><![endif]-->",
            "<p onclick=x>",
            "<meta http-equiv=refresh content=0>",
            "<script>",
        ] {
            assert!(fetched(html).is_some(), "{html}");
        }
        let harmless = "<meta charset=utf-8><img src=\"cid:logo@example.com\"><a href=\"https://example.com\" style=\"color:red\">x</a>";
        assert_eq!(fetched(harmless), None);
    }
}
