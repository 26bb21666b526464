//! `[api]`: the two dialects and who may call them.

use super::key::{Key, keys};
use super::public::PublicUrl;
use super::samples;
use super::settings::{Refusal, Settings, refusal};
use regain_core::keys::Digest;
use sha2::{Digest as _, Sha256};

/// `[api]`
#[derive(Debug, Clone)]
pub struct Api {
    /// Digests (SHA-256) of the API tokens in the configuration.
    pub tokens: Vec<Digest>,
    /// `[api.chaser]`
    pub chaser: Dialect,
    /// `[api.unleash]`
    pub unleash: Dialect,
}

/// One dialect.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Whether its paths exist.
    pub enabled: bool,
    /// Who may ask for a reset.
    pub access: Access,
}

/// Who may ask for a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone; nobody learns anything.
    Public,
    /// Holders of an API token.
    Token,
}

keys! {
    TOKENS = Key::texts(
        "api.tokens",
        "API tokens of trusted callers, plain or as `sha256:` and the hexadecimal digest; besides those made by \
         `regain token create`. At least 16 characters unless `public_url` is this machine. None by default: nobody \
         is trusted.",
    ).secret();
    CHASER_ENABLED = Key::flag("api.chaser.enabled", "Whether `/auth/password-reset/…` answers. On: it tells nobody anything.").or("true");
    CHASER_ACCESS = Key::one_of(
        "api.chaser.access", &["public", "token"],
        "Who may ask for a reset there. Anyone, since the answer is the same for every address.",
    ).or("public");
    UNLEASH_ENABLED = Key::flag("api.unleash.enabled", "Whether `/auth/reset/…` answers. On, for callers with an API token.").or("true");
    UNLEASH_ACCESS = Key::one_of(
        "api.unleash.access", &["public", "token"],
        "Who may ask for a reset there. Its document requires the header, and a caller with an API token is told \
         whether the address is known; `public` is for Unleash's own login page and tells nobody.",
    ).or("token");
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings, public_url: Option<&PublicUrl>) -> Option<Api> {
    let on_this_machine = public_url.is_some_and(|public| public.loopback);
    let digests: Result<_, _> = settings
        .texts(&TOKENS)?
        .iter()
        .enumerate()
        .map(|(n, token)| {
            digest(token, on_this_machine).map_err(|why| {
                refusal(format!("holds a token (number {}) that {}", n + 1, why.complaint), why.accepted)
            })
        })
        .collect();
    let tokens = digests.map_err(|refused| settings.refuse(&TOKENS, refused)).ok();
    Some(Api {
        chaser: dialect(settings, &CHASER_ENABLED, &CHASER_ACCESS)?,
        unleash: dialect(settings, &UNLEASH_ENABLED, &UNLEASH_ACCESS)?,
        tokens: tokens?,
    })
}

fn dialect(settings: &Settings, enabled: &Key, access: &Key) -> Option<Dialect> {
    let access = match settings.text(access)?.as_str() {
        "public" => Access::Public,
        _ => Access::Token,
    };
    Some(Dialect { enabled: settings.flag(enabled)?, access })
}

/// 96 bits if they are random hexadecimal digits or base64; short enough for an Unleash token to be reused.
const TOKEN_CHARACTERS_MIN: usize = 16;

fn digest(token: &str, on_this_machine: bool) -> Result<Digest, Refusal> {
    let made = "a random token, such as `openssl rand -hex 32` prints";
    let digest = match token.strip_prefix("sha256:") {
        Some(hex) => from_hex(hex).ok_or_else(|| refusal("is no SHA-256", "sha256: and 64 hexadecimal digits"))?,
        None => Sha256::digest(token).into(),
    };
    let digest_of_sample = samples::SAMPLES.iter().any(|sample| digest == Digest::from(Sha256::digest(sample)));
    if samples::is_sample(token) || digest_of_sample || (samples::is_published(token) && !on_this_machine) {
        return Err(refusal("is from an example, so everybody knows it", made));
    }
    if token.starts_with("Bearer ") {
        return Err(refusal("starts with the name of its scheme", "the token alone, without `Bearer `"));
    }
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refusal("holds what no header can carry", "visible ASCII characters, no spaces"));
    }
    if token.len() < TOKEN_CHARACTERS_MIN && !on_this_machine {
        return Err(refusal(format!("has fewer than {TOKEN_CHARACTERS_MIN} characters"), made));
    }
    Ok(digest)
}

/// 32 bytes from 64 hexadecimal digits.
pub(super) fn from_hex(hex: &str) -> Option<[u8; 32]> {
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
