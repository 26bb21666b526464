//! What the operator's brand gives to every mail: a logo, a colour, and where help is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Value, context};

/// How mails look.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Stands where the product's name would.
    pub logo: Option<Logo>,
    /// Of buttons and links.
    pub accent: Accent,
    /// Where questions go: an `https:` or `mailto:` address.
    pub support_url: Option<String>,
}

impl Look {
    /// For templates: `accent`, `logo` and `support`, the last two perhaps none.
    pub(super) fn context(&self, host: &str) -> Value {
        let Accent { button, on_button, link, link_on_dark } = &self.accent;
        let logo = self.logo.as_ref().map(|logo| {
            let (width, height) = logo.shown_size();
            context! { src => format!("cid:{}", content_id(host)), width, height }
        });
        let support = self.support_url.as_deref().map(|url| {
            // An address is read, not opened, by whoever reads the text.
            let label = url.strip_prefix("mailto:").map_or(url, |rest| rest.split('?').next().unwrap_or(rest));
            context! { url, label }
        });
        context! { accent => context! { button, on_button, link, link_on_dark }, logo, support }
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

/// The operator's colour, and what is legible on it and instead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    pub(super) button: String,
    pub(super) on_button: String,
    pub(super) link: String,
    pub(super) link_on_dark: String,
}

impl Default for Accent {
    fn default() -> Self {
        Self::of([0x1D, 0x5C, 0x58])
    }
}

type Rgb = [u8; 3];

impl Accent {
    /// From the operator's colour. What would be illegible is moved towards black or white until it is not.
    #[must_use]
    pub fn of(color: Rgb) -> Self {
        // One of the two always is: the product of both contrasts is 21.
        let on_button = if contrast(color, WHITE) >= CONTRAST_MIN { WHITE } else { BLACK };
        let [button, on_button, link, link_on_dark] =
            [color, on_button, towards(color, BLACK, WHITE), towards(color, WHITE, DARK_CARD)].map(hex);
        Self { button, on_button, link, link_on_dark }
    }
}

const WHITE: Rgb = [0xFF; 3];
const BLACK: Rgb = [0; 3];
/// Of the built-in template, where it is dark.
const DARK_CARD: Rgb = [0x1F, 0x23, 0x29];
/// Of text (WCAG 2.2, 1.4.3).
const CONTRAST_MIN: f64 = 4.5;

/// `color`, moved towards `end` no further than to be legible on `ground`.
fn towards(color: Rgb, end: Rgb, ground: Rgb) -> Rgb {
    let mixed = |step: u16| {
        let mix = |from: u8, to: u8| ((u16::from(from) * (20 - step) + u16::from(to) * step) / 20) as u8;
        [mix(color[0], end[0]), mix(color[1], end[1]), mix(color[2], end[2])]
    };
    (0..=20).map(mixed).find(|it| contrast(*it, ground) >= CONTRAST_MIN).unwrap_or(end)
}

/// WCAG 2.2, "contrast ratio".
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(color: Rgb) -> f64 {
    let [r, g, b] = color.map(|it| {
        let it = f64::from(it) / 255.0;
        if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One by one pixel.
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    #[test]
    fn the_size_of_a_picture_is_read_from_its_header() {
        let png = STANDARD.decode(PNG).unwrap();
        assert_eq!(png_size(&png), Some((1, 1)));
        let jpeg = [
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2][..],
            &[0xFF, 0xC2, 0, 11, 8, 0, 40, 0, 200, 1, 1, 0x11, 0],
        ]
        .concat();
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

    #[test]
    fn whatever_the_colour_everything_is_legible() {
        let read = |text: &str| -> Rgb {
            [1, 3, 5].map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        };
        for color in [[0, 0, 0], [255, 255, 255], [255, 255, 0], [0, 0, 255], [128, 128, 128], [0xE0, 0x6C, 0x00]] {
            let accent = Accent::of(color);
            assert!(contrast(read(&accent.button), read(&accent.on_button)) >= CONTRAST_MIN, "{accent:?}");
            assert!(contrast(read(&accent.link), WHITE) >= CONTRAST_MIN, "{accent:?}");
            assert!(contrast(read(&accent.link_on_dark), DARK_CARD) >= CONTRAST_MIN, "{accent:?}");
        }
    }
}
