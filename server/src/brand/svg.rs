//! What an SVG may hold that is served as a logo: shapes, colours, text, pictures that are part of it. It is served as
//! a picture and in a sandbox, where nothing else would work; so whatever else it holds is refused before.

use super::css;

/// Whether `text` is an SVG document: its first element says so.
pub(super) fn is_svg(text: &str) -> bool {
    let first = tags(text).find(|tag| !matches!(tag, Tag::Aside(_)));
    matches!(first, Some(Tag::Element { name, .. }) if name.eq_ignore_ascii_case("svg"))
}

/// What in an SVG runs, loads or leads elsewhere, if anything does.
pub(super) fn does_more_than_be_looked_at(text: &str) -> Option<String> {
    if text.contains("&#") {
        return Some("a character reference (&#), which could hide anything; write the character itself".into());
    }
    let refused = |tag| match tag {
        Tag::Aside(aside) => (!is_harmless(aside)).then(|| format!("{}…", start_of(aside))),
        Tag::Element { name, attributes } => refused_in(name, attributes),
    };
    tags(text).find_map(refused).or_else(|| css::loaded_by(text))
}

/// A comment, or the XML declaration of a text in UTF-8, which is how it was read here. A document type could rename
/// anything, an instruction could name a style sheet.
fn is_harmless(aside: &str) -> bool {
    let declared = aside.to_ascii_lowercase();
    let is_utf8 = !declared.contains("encoding") || declared.contains("\"utf-8\"") || declared.contains("'utf-8'");
    aside.starts_with("<!--") || aside.starts_with("<?xml ") && is_utf8
}

fn refused_in(name: &str, attributes: &str) -> Option<String> {
    let name = local(name);
    if ELEMENTS_REFUSED.contains(&name.as_str()) {
        return Some(format!("the element <{name}>"));
    }
    attributes_of(attributes).find_map(|(attribute, value)| {
        let attribute = local(attribute);
        let leads_away = ["href", "src", "base"].contains(&attribute.as_str()) && !is_part_of_it(value);
        let animates_link = attribute == "attributename" && (local(value) == "href" || local(value).starts_with("on"));
        (leads_away || animates_link || attribute.starts_with("on"))
            .then(|| format!("the attribute {attribute}={:?}", start_of(value)))
    })
}

/// Whether a link leads to a place in the same document, or holds the picture itself.
fn is_part_of_it(value: &str) -> bool {
    let value = value.trim_ascii().to_ascii_lowercase();
    value.starts_with('#') || ["data:image/png", "data:image/jpeg"].iter().any(|start| value.starts_with(start))
}

/// The name without its prefix, in lower case: `a:Script` is as good as `script`.
fn local(name: &str) -> String {
    name.trim_ascii().rsplit(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// What stands between `<` and `>`.
enum Tag<'a> {
    /// A start tag.
    Element { name: &'a str, attributes: &'a str },
    /// A comment, declaration or instruction, from its `<` on.
    Aside(&'a str),
}

/// Every tag but end tags, in order. What is not well formed ends as one that is refused, or is no tag to a browser
/// either.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')?..];
            let tag = &rest[..end_of_tag(rest)];
            let inner = tag.trim_start_matches('<').trim_end_matches('>');
            rest = &rest[tag.len()..];
            if tag.starts_with("<!") || tag.starts_with("<?") {
                return Some(Tag::Aside(tag));
            }
            if !tag.starts_with("</") {
                let end = inner.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inner.len());
                let (name, attributes) = inner.split_at(end);
                return Some(Tag::Element { name, attributes });
            }
        }
    })
}

/// Where the tag ends that `text` starts with: a comment at its mark, everything else at the first `>` outside
/// quotation marks.
fn end_of_tag(text: &str) -> usize {
    if text.starts_with("<!--") {
        return text.find("-->").map_or(text.len(), |at| at + 3);
    }
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Names and values; a name without a value has an empty one.
fn attributes_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let name = &rest[..rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len())];
        let after = rest[name.len()..].trim_start();
        let Some(quoted) = after.strip_prefix('=').map(str::trim_start) else {
            rest = &rest[name.len()..];
            return (!name.is_empty()).then_some((name, ""));
        };
        let (value, left) = match quoted.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            Some(quote) => quoted[1..].split_once(quote).unwrap_or((&quoted[1..], "")),
            None => quoted.split_at(quoted.find(char::is_whitespace).unwrap_or(quoted.len())),
        };
        rest = left;
        Some((name, value))
    })
}

fn start_of(text: &str) -> String {
    text.chars().take(24).collect()
}

/// What runs, embeds, or is HTML; in lower case.
const ELEMENTS_REFUSED: &[&str] = &[
    "a",
    "audio",
    "base",
    "body",
    "canvas",
    "embed",
    "foreignobject",
    "form",
    "frame",
    "handler",
    "html",
    "iframe",
    "img",
    "input",
    "link",
    "listener",
    "meta",
    "object",
    "script",
    "video",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn svg(inner: &str) -> String {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{inner}</svg>")
    }

    #[test]
    fn an_svg_is_told_by_its_first_element() {
        for text in [
            "<svg/>",
            "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<!-- <html> --><svg width='1'>",
            "  <svg\nviewBox='0 0 1 1'></svg>",
        ] {
            assert!(is_svg(text), "{text}");
        }
        for text in ["", "svg", "<html><svg/></html>", "<svgx/>", "<!-- <svg/> -->", "<"] {
            assert!(!is_svg(text), "{text}");
        }
    }

    #[test]
    fn what_drawing_programs_write_is_taken() {
        for inner in [
            "",
            "<title>Tea &amp; Cakes</title><path d='M0 0h9v9z' fill=\"#1d5c58\"/>",
            "<defs><linearGradient id='a'/></defs><rect fill='url(#a)' style=\"fill:url( '#a' )\"/><use xlink:href='#b' href = \"#b\"/>",
            "<style>.a{fill:#fff} @media (prefers-color-scheme: dark) { .a { fill: #000 } }</style>",
            "<image href='data:image/png;base64,iVBORw0KGgo='/>",
            "<sodipodi:namedview id='n' inkscape:zoom='1'/><metadata><rdf:RDF/></metadata>",
            "<text>1 &lt; 2 > 1 ©</text>",
        ] {
            assert_eq!(does_more_than_be_looked_at(&svg(inner)), None, "{inner}");
        }
    }

    #[test]
    fn what_runs_loads_or_leads_elsewhere_is_refused() {
        for inner in [
            "<script>alert(1)</script>",
            "<SCRIPT href='data:text/javascript,alert(1)'/>",
            "<svg:script/>",
            "<script\n>alert(1)</script>",
            "<script/x>",
            "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
            "<h:iframe xmlns:h='http://www.w3.org/1999/xhtml' src='//evil.example'/>",
            "<rect onload='alert(1)'/>",
            "<rect\tonclick = \"alert(1)\"/>",
            "<rect/onload='alert(1)'/>",
            "<rect a='>' onload=alert(1)>",
            "<a href='javascript:alert(1)'><rect/></a>",
            "<use href='https://evil.example/a.svg#a'/>",
            "<use href=' //evil.example/a.svg#a'/>",
            "<image xlink:href='https://evil.example/a.png'/>",
            "<image href='data:image/svg+xml,<svg/>'/>",
            "<image href='&#104;ttps://evil.example/'/>",
            "<set attributeName='href' to='javascript:alert(1)'/>",
            "<animate attributeName=' xlink:href' values='https://evil.example'/>",
            "<style>@import 'https://evil.example/a.css';</style>",
            "<rect fill='url(https://evil.example/a.svg#a)'/>",
            "<rect style='fill:u\\72l(//evil.example)'/>",
            "<style>@&#105;mport 'https://evil.example/a.css';</style>",
            "<![CDATA[<script>]]>",
            "<?xml-stylesheet href='https://evil.example/a.css'?>",
        ] {
            assert!(does_more_than_be_looked_at(&svg(inner)).is_some(), "{inner}");
        }
    }

    #[test]
    fn a_text_that_says_it_is_in_another_encoding_is_refused() {
        for (encoding, is_taken) in
            [("UTF-8", true), ("utf-8", true), ("ISO-2022-JP", false), ("UTF-7", false), ("", false)]
        {
            let declared = format!("<?xml version='1.0' encoding='{encoding}'?>{}", svg(""));
            assert!(is_svg(&declared));
            assert_eq!(does_more_than_be_looked_at(&declared).is_none(), is_taken, "{encoding}");
        }
    }

    #[test]
    fn a_document_type_is_refused_whatever_it_declares() {
        let declared = "<!DOCTYPE svg [<!ENTITY a '<script/>'>]><svg>&a;</svg>";
        assert!(is_svg(declared) && does_more_than_be_looked_at(declared).is_some());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[<>/='\" a-zé:!?&;#-]{0,60}|\\PC{0,60}") {
            let _ = (is_svg(&text), does_more_than_be_looked_at(&text));
        }
    }
}
