//! Colours, and whether a text in one can be read on another (WCAG 2.2).

use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A colour of the sRGB space, without transparency; in text `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    channels: [u8; 3],
}

/// A text is no [`Color`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a colour is a # and six hexadecimal digits")]
pub struct InvalidColor;

impl Color {
    /// `#ffffff`
    pub const WHITE: Self = Self::new(0xff, 0xff, 0xff);
    /// `#000000`
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// From its red, green and blue.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { channels: [red, green, blue] }
    }

    /// The contrast ratio of two colours, from 1 (the same) to 21 (black and white), whichever comes first.
    /// Source: WCAG 2.2, "contrast ratio".
    #[must_use]
    pub fn contrast_with(self, other: Self) -> f64 {
        let (one, two) = (self.relative_luminance(), other.relative_luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// White where it can be read on this colour at `contrast`, else whichever of white and black is read better: one
    /// of them always has 4.5, the least that WCAG 2.2 wants of text (1.4.3).
    #[must_use]
    pub fn text_on_it(self, contrast: f64) -> Self {
        let white = self.contrast_with(Self::WHITE);
        if white >= contrast || white >= self.contrast_with(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, as much lighter or darker (`towards` white or black) as it takes to be read on `ground` at
    /// `contrast`; white or black itself, if nothing less will do. Its hue and saturation (HSL) stay.
    #[must_use]
    pub fn legible_on(self, ground: Self, contrast: f64, towards: Self) -> Self {
        let (own, end) = (self.lightness(), towards.lightness());
        let at = |step: u8| own + (end - own) * f64::from(step) / f64::from(STEPS);
        let mut shades = (0..STEPS).map(|step| self.with_lightness(at(step)));
        shades.find(|shade| shade.contrast_with(ground) >= contrast).unwrap_or(towards)
    }

    /// From 0, black, to 1, white. Source: CSS Color Level 4, §7, HSL.
    fn lightness(self) -> f64 {
        let [one, two, three] = self.channels;
        (f64::from(one.max(two).max(three)) + f64::from(one.min(two).min(three))) / (2.0 * 255.0)
    }

    /// The colour of the same hue and saturation with this lightness.
    fn with_lightness(self, lightness: f64) -> Self {
        let room = |lightness: f64| 1.0 - (2.0 * lightness - 1.0).abs();
        let own = self.lightness();
        let scale = if room(own) > 0.0 { room(lightness) / room(own) } else { 0.0 };
        let channels = self.channels.map(|channel| {
            let value = lightness + (f64::from(channel) / 255.0 - own) * scale;
            // Within 0 and 255 after the clamp, and a cast of a float saturates.
            (value.clamp(0.0, 1.0) * 255.0).round() as u8
        });
        Self { channels }
    }

    /// From 0, black, to 1, white. Source: WCAG 2.2, "relative luminance".
    fn relative_luminance(self) -> f64 {
        let [red, green, blue] = self.channels.map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl FromStr for Color {
    type Err = InvalidColor;

    fn from_str(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(InvalidColor)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(InvalidColor);
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).map_err(|_| InvalidColor)?.to_be_bytes();
        Ok(Self::new(red, green, blue))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.channels;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Steps from one lightness to another; finer than the eye tells apart.
const STEPS: u8 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    /// The ratios that W3C's Understanding documents and WebAIM's checker give, to two digits.
    #[test]
    fn contrast_is_as_published() {
        for (one, two, published) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#767676", "#ffffff", 4.54),
            ("#777777", "#ffffff", 4.48),
            ("#949494", "#ffffff", 3.03),
            ("#ff0000", "#ffffff", 4.00),
            ("#0000ff", "#ffffff", 8.59),
            ("#00ff00", "#ffffff", 1.37),
            ("#ffff00", "#000000", 19.56),
            ("#0a0a0a", "#ffffff", 19.80),
        ] {
            let ratio = color(one).contrast_with(color(two));
            assert!((ratio - published).abs() < 0.005, "{one} on {two}: {ratio}");
            assert!((color(two).contrast_with(color(one)) - ratio).abs() < 1e-9);
        }
    }

    #[test]
    fn only_a_hash_and_six_digits_are_a_colour() {
        assert_eq!(color("#1D5c58").to_string(), "#1d5c58");
        for text in
            ["", "#", "1d5c58", "#1d5c5", "#1d5c588", "#1d5c5g", "#+d5c58", "red", " #1d5c58", "#1d5c58;}", "#é5c5"]
        {
            assert_eq!(text.parse::<Color>(), Err(InvalidColor), "{text}");
        }
    }

    #[test]
    fn white_is_preferred_where_it_can_be_read() {
        assert_eq!(color("#767676").text_on_it(4.5), Color::WHITE);
        assert_eq!(color("#777777").text_on_it(4.5), Color::BLACK);
        assert_eq!(color("#ffd500").text_on_it(4.5), Color::BLACK);
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        assert_eq!(color("#1d5c58").legible_on(Color::WHITE, 4.5, Color::BLACK), color("#1d5c58"));
    }

    #[test]
    fn a_colour_that_cannot_be_read_keeps_its_hue() {
        let on_black = |text| color(text).legible_on(Color::BLACK, 7.0, Color::WHITE).to_string();
        assert_eq!([on_black("#0000ff"), on_black("#1d5c58"), on_black("#000000")], ["#8a8aff", "#34a69f", "#969696"]);
        assert_eq!(color("#ffd500").legible_on(Color::WHITE, 4.5, Color::BLACK).to_string(), "#8c7500");
    }

    proptest! {
        #[test]
        fn some_text_can_be_read_on_every_colour(red: u8, green: u8, blue: u8) {
            let ground = Color::new(red, green, blue);
            prop_assert!(ground.text_on_it(4.5).contrast_with(ground) >= 4.5);
        }

        #[test]
        fn every_colour_has_a_shade_that_can_be_read(red: u8, green: u8, blue: u8) {
            let color = Color::new(red, green, blue);
            prop_assert!(color.legible_on(Color::WHITE, 4.5, Color::BLACK).contrast_with(Color::WHITE) >= 4.5);
            prop_assert!(color.legible_on(Color::BLACK, 7.0, Color::WHITE).contrast_with(Color::BLACK) >= 7.0);
        }

        #[test]
        fn a_colour_comes_back_from_its_text(red: u8, green: u8, blue: u8) {
            let color = Color::new(red, green, blue);
            prop_assert_eq!(color.to_string().parse(), Ok(color));
        }
    }
}
