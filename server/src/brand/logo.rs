//! The logo: told by its octets, never by its name.

use super::Unfit;
use super::svg;
use std::fmt;
use std::sync::Arc;

/// A picture that is safe to show.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    kind: LogoKind,
    octets: Arc<[u8]>,
}

/// What a logo may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    /// Portable Network Graphics
    Png,
    /// JPEG
    Jpeg,
    /// Scalable Vector Graphics, without scripts and without anything from elsewhere. No mail program can be relied on
    /// to show it.
    Svg,
}

impl Logo {
    /// Takes what a file holds.
    ///
    /// # Errors
    /// [`Unfit`], if it is too large, none of the kinds, or an SVG that does more than be looked at.
    pub fn of(octets: Vec<u8>) -> Result<Self, Unfit> {
        if octets.len() > LOGO_OCTETS_MAX {
            return Err(Unfit(format!("names a file of {} octets", octets.len())));
        }
        let kind = if octets.starts_with(PNG) {
            LogoKind::Png
        } else if octets.starts_with(JPEG) {
            LogoKind::Jpeg
        } else if let Some(text) = std::str::from_utf8(&octets).ok().filter(|text| svg::is_svg(text)) {
            if let Some(what) = svg::does_more_than_be_looked_at(text) {
                return Err(Unfit(format!("names an SVG that does more than be looked at: {what}")));
            }
            LogoKind::Svg
        } else {
            return Err(Unfit("names a file that is neither PNG nor JPEG nor SVG".into()));
        };
        Ok(Self { kind, octets: octets.into() })
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> LogoKind {
        self.kind
    }

    /// The file, as it is.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl LogoKind {
    /// For `Content-Type`.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Svg => "image/svg+xml",
        }
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} octets)", self.kind, self.octets.len())
    }
}

/// It is part of every mail and loaded with every page.
pub const LOGO_OCTETS_MAX: usize = 64 * 1024;
/// PNG (Third Edition) §5.2
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Start of image, and the first octet of the marker after it (ITU-T T.81, B.1.1.3).
const JPEG: &[u8] = b"\xff\xd8\xff";

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(octets: &[u8]) -> Option<LogoKind> {
        Logo::of(octets.to_vec()).map(|logo| logo.kind()).ok()
    }

    #[test]
    fn a_logo_is_told_by_its_first_octets() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some(LogoKind::Png));
        assert_eq!(kind(b"\xff\xd8\xff\xe0...."), Some(LogoKind::Jpeg));
        assert_eq!(kind(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Some(LogoKind::Svg));
        for other in
            [&b""[..], b"GIF89a", b"<html><svg></svg></html>", b"\x89PNG\n\x1a\n", b"%PDF-", b"\xff\xfe<\0s\0v\0g\0"]
        {
            assert_eq!(kind(other), None, "{other:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_logo_is_said() {
        let complaint = |octets: &[u8]| Logo::of(octets.to_vec()).unwrap_err().to_string();
        assert_eq!(complaint(&[0; LOGO_OCTETS_MAX + 1]), "names a file of 65537 octets");
        assert_eq!(complaint(b"GIF89a"), "names a file that is neither PNG nor JPEG nor SVG");
        assert_eq!(
            complaint(b"<svg><script>alert(1)</script></svg>"),
            "names an SVG that does more than be looked at: the element <script>"
        );
    }
}
