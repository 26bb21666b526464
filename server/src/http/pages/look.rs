//! What pages look like: our style in the brand's colours, the operator's files beside it, and the policy that lets
//! these be loaded and nothing else.

use super::asset::Asset;
use super::{CSS, LOGO};
use crate::brand::{Accent, Brand, Tone};
use crate::weakness::{self, Weakness};
use axum::http::HeaderValue;
use axum::http::header::InvalidHeaderValue;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// What every page has in common, made ready once at start.
pub(super) struct Look {
    /// Stands in each page.
    pub(super) style: String,
    /// The address of the picture on the browser's tab; it is its own picture.
    pub(super) icon: String,
    pub(super) logo: Option<Asset>,
    pub(super) css: Option<Asset>,
    /// Where people get help.
    pub(super) support_url: Option<String>,
    pub(super) content_security_policy: HeaderValue,
}

impl Look {
    /// Takes what the configuration says. All of it was checked when it was read, and none of it is put into the style
    /// but colours, which print as digits.
    ///
    /// # Errors
    /// None that the digests of a style and a script could cause.
    pub(super) fn of(brand: &Brand) -> Result<Self, InvalidHeaderValue> {
        let style = format!("{STYLE}{}", colors(&brand.accent));
        let logo = brand
            .logo
            .as_ref()
            .map(|logo| Asset::new(LOGO, logo.kind().media_type(), Bytes::copy_from_slice(logo.octets())));
        let css = brand
            .css
            .as_ref()
            .map(|css| Asset::new(CSS, "text/css; charset=utf-8", Bytes::copy_from_slice(css.text().as_bytes())));
        Ok(Self {
            content_security_policy: content_security_policy(&style, logo.is_some(), css.is_some())?,
            icon: icon(brand.accent.light),
            support_url: brand.support_url.clone(),
            style,
            logo,
            css,
        })
    }
}

fn colors(accent: &Accent) -> String {
    let variables = |tone: Tone| {
        let Tone { fill, on_fill, ink } = tone;
        format!(":root {{ --accent: {fill}; --on-accent: {on_fill}; --link: {ink}; }}")
    };
    let (light, dark) = (variables(accent.light), variables(accent.dark));
    format!("{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n")
}

fn icon(tone: Tone) -> String {
    let (ground, ring) = (tone.fill.to_string(), tone.on_fill.to_string());
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' \
         height='16' rx='4' fill='{}'/%3E%3Ccircle cx='8' cy='8' r='3' fill='none' stroke='{}' \
         stroke-width='2'/%3E%3C/svg%3E",
        ground.replace('#', "%23"),
        ring.replace('#', "%23"),
    )
}

/// Style and script of ours are known by their digests (Content Security Policy Level 3); the operator's files come
/// from our own origin, where no other style or picture is. A style of theirs may hold pictures and fonts, and load
/// none.
fn content_security_policy(style: &str, has_logo: bool, has_css: bool) -> Result<HeaderValue, InvalidHeaderValue> {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let framed_by = if weakness::is(Weakness::FramingAllowed) { "*" } else { "'none'" };
    let own = |wanted| if wanted { " 'self'" } else { "" };
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{}'{}; script-src 'sha256-{}'; img-src data:{};{} form-action 'self'; \
         base-uri 'none'; frame-ancestors {framed_by}",
        digest(style),
        own(has_css),
        digest(SCRIPT),
        own(has_logo || has_css),
        if has_css { " font-src data:;" } else { "" },
    ))
}

const STYLE: &str =
    concat!(include_str!("../../../../templates/shared.css"), include_str!("../../../../templates/page/style.css"));
pub(super) const SCRIPT: &str = include_str!("../../../../templates/page/script.js");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brand::{Css, Logo};

    fn policy(brand: &Brand) -> String {
        Look::of(brand).unwrap().content_security_policy.to_str().unwrap().to_owned()
    }

    #[test]
    fn without_files_of_the_operators_nothing_is_loaded_from_anywhere() {
        let policy = policy(&Brand::default());
        assert!(!policy.contains("'self';") || policy.matches("'self'").count() == 1, "form-action alone: {policy}");
        assert!(policy.contains("img-src data:; form-action 'self'"), "{policy}");
    }

    #[test]
    fn the_operators_files_come_from_our_own_origin() {
        let logo = Logo::of(b"<svg/>".to_vec()).ok();
        let css = Css::of(b"main { border: 0 }").ok();
        let look = Look::of(&Brand { logo, css, ..Brand::default() }).unwrap();
        let policy = look.content_security_policy.to_str().unwrap();
        assert!(
            policy.contains("img-src data: 'self'; font-src data:;") && policy.contains("' 'self'; script-src"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    }

    #[test]
    fn the_style_ends_in_the_brands_colours_by_day_and_by_night() {
        let look = Look::of(&Brand { accent: Accent::of("#ffd500".parse().unwrap()), ..Brand::default() }).unwrap();
        assert!(look.style.ends_with(
            ":root { --accent: #ffd500; --on-accent: #000000; --link: #826d00; }\n\
             @media (prefers-color-scheme: dark) { :root { --accent: #ffd500; --on-accent: #000000; --link: #ffd500; } }\n"
        ), "{}", &look.style[STYLE.len()..]);
        assert!(look.icon.contains("fill='%23ffd500'"));
    }
}
