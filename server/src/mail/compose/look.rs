//! What the operator's brand gives to every mail: a logo, a colour, and where help is.

use crate::brand::{Accent, Brand, Tone};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Value, context};

/// How mails look.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Stands where the product's name would.
    pub logo: Option<Logo>,
    /// Of buttons and links, by day and by night.
    pub accent: Accent,
    /// Where questions go: an `https:` or `mailto:` address.
    pub support_url: Option<String>,
}

impl Look {
    /// As `[brand]` has it. A logo that few mail programs would show is left to the pages.
    #[must_use]
    pub fn of(brand: &Brand) -> Self {
        let logo = brand.logo.as_ref().and_then(|logo| Logo::read(logo.octets()));
        Self { logo, accent: brand.accent, support_url: brand.support_url.clone() }
    }

    /// For templates: `accent`, `logo` and `support`, the last two perhaps none.
    pub(super) fn context(&self, host: &str) -> Value {
        let logo = self.logo.as_ref().map(|logo| {
            let (width, height) = logo.shown_size();
            context! { src => format!("cid:{}", content_id(host)), width, height }
        });
        let support = self.support_url.as_deref().map(|url| {
            // An address is read, not opened, by whoever reads the text.
            let label = url.strip_prefix("mailto:").map_or(url, |rest| rest.split('?').next().unwrap_or(rest));
            context! { url, label }
        });
        let tone = |tone: Tone| {
            let (button, on_button, link) = (tone.fill.to_string(), tone.on_fill.to_string(), tone.ink.to_string());
            context! { button, on_button, link }
        };
        let accent = context! { light => tone(self.accent.light), dark => tone(self.accent.dark) };
        context! { accent, logo, support }
    }
}

/// Names the logo within a mail (RFC 2392).
pub(super) fn content_id(host: &str) -> String {
    format!("logo@{host}")
}

/// A picture that is part of every mail.
#[derive(Debug, Clone)]
pub struct Logo {
    /// Its media type.
    pub(super) media_type: &'static str,
    /// As it stands in a mail: base64 in lines of 76 characters, made once.
    pub(super) encoded: String,
    /// In pixels.
    size: (u32, u32),
}

impl Logo {
    /// Reads a PNG or JPEG; none, if it is neither. Other pictures are not shown by enough mail programs.
    #[must_use]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let (media_type, size) = match png_size(octets) {
            Some(size) => ("image/png", size),
            None => ("image/jpeg", jpeg_size(octets)?),
        };
        if size.0 == 0 || size.1 == 0 {
            return None;
        }
        let base64 = STANDARD.encode(octets);
        let mut encoded = String::with_capacity(base64.len() + base64.len() / 38 + 2);
        for line in base64.as_bytes().chunks(LINE_CHARS) {
            encoded.extend(line.iter().copied().map(char::from));
            encoded.push_str("\r\n");
        }
        Some(Self { media_type, encoded, size })
    }

    /// Within [`SHOWN_MAX`]: one that is twice as large is sharp on screens with fine pixels. Outlook goes by the attributes
    /// that tell this, and by no style.
    pub(super) fn shown_size(&self) -> (u32, u32) {
        let (width, height) = (f64::from(self.size.0), f64::from(self.size.1));
        let scale = (SHOWN_MAX.0 / width).min(SHOWN_MAX.1 / height).min(1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 240")]
        let shown = |length: f64| (length * scale).round().max(1.0) as u32;
        (shown(width), shown(height))
    }
}

/// Pixels of a logo in a mail, across and down.
const SHOWN_MAX: (f64, f64) = (240.0, 48.0);
/// RFC 2045 §6.8.
const LINE_CHARS: usize = 76;

/// Width and height (ISO/IEC 15948 §11.2.2).
fn png_size(octets: &[u8]) -> Option<(u32, u32)> {
    let rest = octets.strip_prefix(b"\x89PNG\r\n\x1A\n")?;
    let header = rest.get(4..16)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// Width and height, from the first frame header (ITU-T T.81 §B.2.2).
fn jpeg_size(octets: &[u8]) -> Option<(u32, u32)> {
    let mut rest = octets.strip_prefix(b"\xFF\xD8")?;
    loop {
        let [0xFF, marker, tail @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes(tail.get(..2)?.try_into().ok()?));
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            let number = |at: usize| Some(u32::from(u16::from_be_bytes(tail.get(at..at + 2)?.try_into().ok()?)));
            return Some((number(5)?, number(3)?));
        }
        rest = tail.get(length.max(2)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One by one pixel.
    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    #[test]
    fn the_size_of_a_picture_is_read_from_its_header() {
        let png = STANDARD.decode(PNG).unwrap();
        assert_eq!(png_size(&png), Some((1, 1)));
        let jpeg =
            [&[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2][..], &[0xFF, 0xC2, 0, 11, 8, 0, 40, 0, 200, 1, 1, 0x11, 0]].concat();
        assert_eq!(jpeg_size(&jpeg), Some((200, 40)));
        for broken in [&b""[..], b"GIF89a", b"<svg/>", &jpeg[..9], &png[..20], b"\xFF\xD8\xFF\xC0\0\0"] {
            assert!(Logo::read(broken).is_none(), "{broken:?}");
        }
    }

    #[test]
    fn a_logo_is_shown_within_bounds_and_in_proportion() {
        let shown = |size| Logo { media_type: "image/png", encoded: String::new(), size }.shown_size();
        assert_eq!(shown((1200, 240)), (240, 48));
        assert_eq!(shown((2400, 48)), (240, 5));
        assert_eq!(shown((100, 40)), (100, 40));
        assert_eq!(shown((1, 4_000_000_000)), (1, 48));
    }
}
