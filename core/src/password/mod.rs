//! The rule that a new password must meet.

mod blocklist;
#[cfg(test)]
mod tests;
mod violation;

pub use violation::Violation;

use crate::hash::PASSWORD_BYTES_MAX;
use blocklist::{Blocklist, fold, is_common};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// A password that met the rule. Only [`Policy::check`] makes one, and only these are written to accounts.
#[derive(Debug, Clone)]
pub struct AcceptedPassword(SecretString);

impl AcceptedPassword {
    /// The password, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A named rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// NIST SP 800-63B-4 §3.1.1.2: length, a blocklist with the words of the occasion, and no composition.
    Nist,
    /// What Unleash enforces, and nothing else: so whatever Unleash would take is taken, and `validate-password`, which
    /// knows no account, agrees with `password`. No built-in blocklist therefore, and no words of the occasion.
    Unleash,
}

impl Preset {
    /// Fewest and most characters, where nothing else is configured.
    #[must_use]
    pub fn lengths(self) -> Lengths {
        match self {
            // NIST asks for 15, or 8 where there is a second factor, and that 64 be allowed; most applications take 8.
            Self::Nist => Lengths { min: 8, max: 256 },
            Self::Unleash => Lengths { min: 10, max: 128 },
        }
    }
}

/// Bounds of a password in characters. One code point is one character (NIST SP 800-63B-4 §3.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Fewest.
    pub min: usize,
    /// Most.
    pub max: usize,
}

/// Whose password it is to be, and what can be stored for them.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The product's name.
    pub product: &'a str,
    /// The address on file; empty if no account is known.
    pub address: &'a str,
    /// The owner's name.
    pub name: Option<&'a str>,
    /// [`crate::hash::Format::bytes_max`] of the format to be written.
    pub bytes_max: Option<usize>,
    /// [`crate::hash::Format::nul_allowed`] of the format to be written.
    pub nul_allowed: bool,
    /// Whether it is on the operator's list of breached passwords, which is on a disk and not for this crate to read.
    pub breached: bool,
}

/// A rule, ready to be applied.
///
/// Spaces and every other character count and are kept as typed: the application will hash what is typed at its own
/// form, so nothing is trimmed or normalised here.
#[derive(Debug, Clone)]
pub struct Policy {
    preset: Preset,
    lengths: Lengths,
    blocklist: Blocklist,
}

impl Policy {
    /// The rule with these bounds. `extra` are an operator's own words to refuse, whatever the preset.
    #[must_use]
    pub fn new(preset: Preset, lengths: Lengths, extra: impl IntoIterator<Item = String>) -> Self {
        Self { preset, lengths, blocklist: Blocklist::new(extra) }
    }

    /// Accepts a password, or says all that is wrong with it.
    ///
    /// # Errors
    /// Every violation at once; of a password that no format could hold, its length alone.
    pub fn check(&self, password: SecretString, context: &Context<'_>) -> Result<AcceptedPassword, Vec<Violation>> {
        let text = password.expose_secret();
        let mut found = self.length_violations(text);
        if text.len() > PASSWORD_BYTES_MAX {
            let too_long = found.pop().unwrap_or(Violation::TooManyBytes { bytes_max: PASSWORD_BYTES_MAX });
            return Err(vec![too_long]);
        }
        found.extend(storage_violations(text, context));
        match self.preset {
            Preset::Nist => found.extend(self.guessable(text, context)),
            Preset::Unleash => {
                found.extend(composition_violations(text));
                found.extend(self.blocklist.has_extra(&fold(text)).then_some(Violation::Common));
            }
        }
        found.extend(context.breached.then_some(Violation::Breached));
        if found.is_empty() { Ok(AcceptedPassword(password)) } else { Err(found) }
    }

    fn length_violations(&self, text: &str) -> Vec<Violation> {
        let Lengths { min, max } = self.lengths;
        let length = text.chars().count();
        let too_short = (length < min).then_some(Violation::TooShort { length_min: min });
        let too_long = (length > max).then_some(Violation::TooLong { length_max: max });
        too_short.into_iter().chain(too_long).collect()
    }

    /// What an attacker who knows the occasion tries first.
    fn guessable(&self, text: &str, context: &Context<'_>) -> Vec<Violation> {
        let folded = fold(text);
        let common = is_common(&folded) || self.blocklist.has_extra(&folded);
        let (local_part, domain) = context.address.rsplit_once('@').unwrap_or((context.address, ""));
        let address = [context.address, local_part, domain].into_iter().chain(domain.split('.'));
        let name = context.name.unwrap_or_default();
        [
            (common, Violation::Common),
            (is_any_of(&folded, with_parts(context.product)), Violation::IsProductName),
            (is_any_of(&folded, address), Violation::IsAddress),
            (is_any_of(&folded, with_parts(name)), Violation::IsName),
        ]
        .into_iter()
        .filter_map(|(broken, violation)| broken.then_some(violation))
        .collect()
    }
}

/// What the application's own format cannot hold.
fn storage_violations(text: &str, context: &Context<'_>) -> Vec<Violation> {
    let bytes_max = context.bytes_max.filter(|bytes_max| text.len() > *bytes_max);
    let too_many_bytes = bytes_max.map(|bytes_max| Violation::TooManyBytes { bytes_max });
    let has_nul = (!context.nul_allowed && text.contains('\0')).then_some(Violation::HasNul);
    too_many_bytes.into_iter().chain(has_nul).collect()
}

fn composition_violations(text: &str) -> impl Iterator<Item = Violation> {
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let has = |kind: fn(&char) -> bool| chars.iter().any(kind);
    [
        (chars.windows(3).any(|three| three[0] == three[1] && three[1] == three[2]), Violation::Repeats),
        (!has(char::is_ascii_lowercase), Violation::NoLowerCase),
        (!has(char::is_ascii_uppercase), Violation::NoUpperCase),
        (!has(char::is_ascii_digit), Violation::NoDigit),
        (!has(|character| !character.is_ascii_alphanumeric()), Violation::NoSpecial),
    ]
    .into_iter()
    .filter_map(|(broken, violation)| broken.then_some(violation))
}

/// A name, and each of its words.
fn with_parts(name: &str) -> impl Iterator<Item = &str> {
    std::iter::once(name).chain(name.split_whitespace())
}

/// Whether a folded password is one of `words`, perhaps with a digit or two behind.
fn is_any_of<'a>(folded: &str, mut words: impl Iterator<Item = &'a str>) -> bool {
    let without_digit = |text: &'_ str| text.len() - usize::from(text.ends_with(|last: char| last.is_ascii_digit()));
    let once = &folded[..without_digit(folded)];
    let twice = &once[..without_digit(once)];
    words.any(|word| {
        let word = fold(word);
        !word.is_empty() && [folded, once, twice].contains(&word.as_str())
    })
}
