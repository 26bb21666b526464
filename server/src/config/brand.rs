//! `[brand]`: what pages and mails show of the product.

use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::url;
use crate::brand::{Accent, Brand, CSS_OCTETS_MAX, Css, LOGO_OCTETS_MAX, Logo, Unfit};
use regain_core::color::Color;
use regain_core::email::EmailAddress;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

keys! {
    LOGO_FILE = Key::path(
        "brand.logo_file",
        "A picture, at most 64 KiB: PNG or JPEG for mails and pages, SVG for pages alone, because many mail programs show none. \
         What it is is told by its octets. An SVG with a script, or with anything from elsewhere, is refused.",
    ).such_as("\"logo.png\"");
    COLOR = Key::text(
        "brand.color",
        "The colour of buttons and links. Every colour will do: the text on it is white or black, whichever can be read \
         (WCAG 2.2, 1.4.3: 4.5 to 1), and where links in it would be too pale or, in the dark, too dark, they get a shade of it.",
    ).or("#1d5c58").such_as("\"#1d5c58\"");
    SUPPORT_URL = Key::url(
        "brand.support_url",
        "Where people get help: a page, or a mailbox as `mailto:`. Without it nothing points there.",
    ).such_as("\"mailto:help@example.com\"");
    CSS_FILE = Key::path(
        "brand.css_file",
        "More style for the pages, at most 64 KiB, after ours. It cannot load anything from elsewhere.",
    ).such_as("\"brand.css\"");
}

/// Reads the section, and the files that it names.
pub(super) fn read(settings: &mut Settings) -> Option<Brand> {
    let color = settings.parsed(&COLOR, color);
    let support_url = settings.parsed(&SUPPORT_URL, support_url);
    let logo = file(settings, &LOGO_FILE, LOGO_OCTETS_MAX, Logo::of);
    let css = file(settings, &CSS_FILE, CSS_OCTETS_MAX, |octets| Css::of(&octets));
    Some(Brand { accent: Accent::of(color?), logo, support_url, css })
}

fn color(text: &str) -> Result<Color, Refusal> {
    text.parse().map_err(|_| refusal("is no colour", "a # and six hexadecimal digits, such as \"#1d5c58\""))
}

/// What is read here stands in a link, so nothing but these two will do.
fn support_url(text: &str) -> Result<String, Refusal> {
    let accepted = "an https URL, or \"mailto:\" and an address";
    match text.strip_prefix("mailto:") {
        Some(address) if EmailAddress::parse(address).is_ok() && address.bytes().all(stands_for_itself) => {
            Ok(text.to_owned())
        }
        Some(_) => Err(refusal("is no address that mail can be sent to", accepted)),
        None if EmailAddress::parse(text).is_ok() => {
            Err(refusal("is an address without \"mailto:\"", format!("\"mailto:{text}\", or an https URL")))
        }
        None => url::web(text).map(String::from),
    }
}

/// Whether an octet of an address needs no percent-encoding in `mailto:` (RFC 6068 §2).
fn stands_for_itself(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~!$'*+@".contains(&octet)
}

/// What the file holds that `key` names, if it is fit; nothing that is not has to be read to its end.
fn file<T>(
    settings: &mut Settings,
    key: &Key,
    octets_max: usize,
    take: impl FnOnce(Vec<u8>) -> Result<T, Unfit>,
) -> Option<T> {
    let path = settings.path(key)?;
    let kibibytes = octets_max / 1024;
    let taken = match octets(&path, octets_max) {
        Ok(octets) => take(octets).map_err(|Unfit(complaint)| complaint),
        Err(error) => Err(format!("names a file that cannot be read: {error}")),
    };
    match taken {
        Ok(taken) => Some(taken),
        Err(complaint) => {
            settings.refuse(key, refusal(complaint, format!("{}, at most {kibibytes} KiB", key.accepted())));
            None
        }
    }
}

fn octets(path: &Path, octets_max: usize) -> io::Result<Vec<u8>> {
    // Before it is opened: a pipe would keep us waiting.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let enough = u64::try_from(octets_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut octets = Vec::new();
    File::open(path)?.take(enough).read_to_end(&mut octets)?;
    Ok(octets)
}
