//! `[password]`: the rule that a new password must meet.

use super::key::{Key, keys};
use super::settings::{Settings, refusal};
use super::value::Value;
use std::path::PathBuf;

/// `[password]`
#[derive(Debug, Clone)]
pub struct Password {
    /// The rule.
    pub preset: PasswordPreset,
    /// Fewest characters (code points).
    pub length_min: usize,
    /// Most characters (code points).
    pub length_max: usize,
    /// One more refused password a line.
    pub blocklist_file: Option<PathBuf>,
    /// A filter that `regain breached build` made.
    pub breached_file: Option<PathBuf>,
}

/// A named password rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPreset {
    /// NIST SP 800-63B-4: length and a blocklist, no composition.
    Nist,
    /// What Unleash enforces.
    Unleash,
}

keys! {
    PRESET = Key::one_of(
        "password.preset", &["nist", "unleash"],
        "`nist`: length and a list of known passwords (SP 800-63B-4), because rules of composition make passwords \
         worse; `unleash`: what Unleash itself enforces.",
    ).or("nist");
    LENGTH_MIN = Key::number(
        "password.length_min", "characters", (8, 128),
        "Fewest characters. 8 is the least that NIST SP 800-63B-4 and OWASP ASVS 5.0 accept; ASVS advises 15.",
    ).or_derived("8; with the preset `unleash` 10");
    LENGTH_MAX = Key::number(
        "password.length_max", "characters", (64, 4096),
        "Most characters. At least 64 must be allowed (ASVS 5.0, 6.2); a bound keeps hashing cheap (Django \
         CVE-2013-1443).",
    ).or_derived("256; with the preset `unleash` 128");
    BLOCKLIST_FILE = Key::path("password.blocklist_file", "More refused passwords, one a line. The built-in list always holds.");
    BREACHED_FILE = Key::path(
        "password.breached_file",
        "A compact filter of breached passwords, made by `regain breached build`: what is on it is refused, whatever the \
         preset (ASVS 5.0, 6.2; SP 800-63B-4, 3.1.1.2).",
    );
}

/// Reads the section. The preset fills in the lengths that are not configured.
pub(super) fn read(settings: &mut Settings) -> Option<Password> {
    let preset = match settings.text(&PRESET)?.as_str() {
        "unleash" => PasswordPreset::Unleash,
        _ => PasswordPreset::Nist,
    };
    let (default_min, default_max) = match preset {
        PasswordPreset::Nist => (8, 256),
        PasswordPreset::Unleash => (10, 128),
    };
    for (key, default) in [(&LENGTH_MIN, default_min), (&LENGTH_MAX, default_max)] {
        if !settings.configured(key) {
            settings.derive(key, Value::Number(default));
        }
    }
    let (length_min, length_max) = (settings.number(&LENGTH_MIN)?, settings.number(&LENGTH_MAX)?);
    if length_min > length_max {
        settings.refuse(&LENGTH_MIN, refusal("exceeds `password.length_max`", format!("at most {length_max}")));
    }
    let (blocklist_file, breached_file) = (settings.path(&BLOCKLIST_FILE), settings.path(&BREACHED_FILE));
    Some(Password { preset, length_min, length_max, blocklist_file, breached_file })
}
