//! What pages and mails show of the product whose accounts these are: a colour, a logo, a way to get help.

mod css;
mod logo;
mod svg;

pub use css::{CSS_OCTETS_MAX, Css};
pub use logo::{LOGO_OCTETS_MAX, Logo, LogoKind};

use regain_core::color::Color;
use thiserror::Error;

/// `[brand]`, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    /// The colour in the shades that can be read.
    pub accent: Accent,
    /// Shown over mails and pages.
    pub logo: Option<Logo>,
    /// Where people get help: an https or mailto address.
    pub support_url: Option<String>,
    /// The operator's own style, for pages alone.
    pub css: Option<Css>,
}

/// One colour, in what each background needs of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// Where the background is white or nearly so.
    pub light: Tone,
    /// Where the background is nearly black.
    pub dark: Tone,
}

/// The colours of buttons, links and outlines on one background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tone {
    /// Of a button.
    pub fill: Color,
    /// Of the text on [`Tone::fill`]; at least [`CONTRAST_MIN`] to it.
    pub on_fill: Color,
    /// Of text and outlines on the background; at least [`CONTRAST_MIN`] to it.
    pub ink: Color,
}

/// A file cannot be shown to people. Continues "`key` …".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Unfit(pub(crate) String);

impl Accent {
    /// The shades of `color`. There are some for every colour: a text on it is white or black, and what is too pale or
    /// too dark to be read on the background gets a darker or lighter shade.
    #[must_use]
    pub fn of(color: Color) -> Self {
        let on_light = color.legible_on(LIGHT_GROUND, CONTRAST_MIN, Color::BLACK);
        let on_dark = color.legible_on(DARK_GROUND, CONTRAST_ON_DARK, Color::WHITE);
        let tone = |fill: Color, ink| Tone { fill, on_fill: fill.text_on_it(CONTRAST_MIN), ink };
        Self { light: tone(color, on_light), dark: tone(on_dark, on_dark) }
    }
}

impl Default for Accent {
    fn default() -> Self {
        Self::of(COLOR)
    }
}

/// The darkest light background, of pages and mails: what can be read on it can be read on white.
pub const LIGHT_GROUND: Color = Color::new(0xf4, 0xf3, 0xef);
/// The lightest dark background, of pages and mails: what can be read on it can be read on black.
pub const DARK_GROUND: Color = Color::new(0x1b, 0x20, 0x23);
/// Of texts (WCAG 2.2, 1.4.3, level AA).
pub const CONTRAST_MIN: f64 = 4.5;
/// Bright text among dark is read at a glance, so more than the least.
const CONTRAST_ON_DARK: f64 = 7.0;
/// Our own: no application looks worse for it.
const COLOR: Color = Color::new(0x1d, 0x5c, 0x58);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dark_colour_stays_itself_by_day_and_brightens_by_night() {
        let accent = Accent::default();
        assert_eq!((accent.light.fill, accent.light.ink), (COLOR, COLOR));
        assert_eq!(accent.light.on_fill, Color::WHITE);
        assert_eq!(accent.dark.on_fill, Color::BLACK);
    }

    proptest! {
        #[test]
        fn whatever_the_colour_all_can_be_read(red: u8, green: u8, blue: u8) {
            let Accent { light, dark } = Accent::of(Color::new(red, green, blue));
            for (tone, grounds) in [(light, [LIGHT_GROUND, Color::WHITE]), (dark, [DARK_GROUND, Color::BLACK])] {
                prop_assert!(tone.on_fill.contrast_with(tone.fill) >= CONTRAST_MIN);
                for ground in grounds {
                    prop_assert!(tone.ink.contrast_with(ground) >= CONTRAST_MIN);
                }
            }
        }
    }
}
