//! Weaknesses that other programs had, which a test brings back one at a time, to see that they would be noticed.
//!
//! In a build with the feature `failpoints`, `REGAIN_WEAKNESS=name` chooses one. `docs/mistakes.md` says of each which
//! test stands against it, and `cargo xtask weaknesses` demands that this test fails. Other builds contain none of it:
//! there [`is`] is a constant.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regain_core::keys::Digest;
use regain_core::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::sync::Mutex;

#[cfg(feature = "failpoints")]
pub use chosen::is;

/// False, in a build without failpoints.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
#[must_use]
pub const fn is(_weakness: Weakness) -> bool {
    false
}

/// What is sound; or what becomes of it by `weakness`, if a test brought that one back.
#[inline(always)]
#[must_use]
pub fn spoilt<T>(weakness: Weakness, sound: T, spoil: impl FnOnce(T) -> T) -> T {
    if is(weakness) { spoil(sound) } else { sound }
}

macro_rules! weaknesses {
    ($($(#[$words:meta])* $weakness:ident = $name:literal,)*) => {
        /// A weakness, by what it lets happen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Weakness {
            $($(#[$words])* $weakness,)*
        }

        impl Weakness {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$weakness,)*];

            /// What a test and `docs/mistakes.md` call it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$weakness => $name,)*
                }
            }
        }
    };
}

weaknesses! {
    /// Mail goes to what was typed, not to the address on file.
    MailToTypedAddress = "mail-to-typed-address",
    /// What was typed is folded as Unicode has it.
    UnicodeFolding = "unicode-folding",
    /// Of several accounts that may be meant, the first is taken.
    FirstOfSeveral = "first-of-several",
    /// A list of addresses is taken for its first.
    ArrayOfAddresses = "array-of-addresses",
    /// A member `to` says where the mail goes.
    ExtraFieldHonoured = "extra-field-honoured",
    /// Who may not reset gets a link.
    DisabledMailed = "disabled-mailed",
    /// The link points to the host that the request named.
    HostInTheLink = "host-in-the-link",
    /// `next` says where the browser is sent.
    RedirectAnywhere = "redirect-anywhere",
    /// Links may go out in clear text.
    AnyBaseUrl = "any-base-url",
    /// Everybody is told who has no account.
    UnknownTold = "unknown-told",
    /// Everybody is told whose account was asked for a moment ago.
    ThrottledTold = "throttled-told",
    /// A link tells whose it is.
    AddressTold = "address-told",
    /// A link that died of a change is answered otherwise than one that never was.
    DeadLinksToldApart = "dead-links-told-apart",
    /// The token is in the log.
    TokenLogged = "token-logged",
    /// The query, in which a token may be, is in the log.
    QueryLogged = "query-logged",
    /// The ledger holds the token itself.
    TokenKeptPlain = "token-kept-plain",
    /// What a relay quotes of a mail is kept with its secrets.
    ReplyKeptWhole = "reply-kept-whole",
    /// Links have no end.
    LinksNeverExpire = "links-never-expire",
    /// A link may be used again.
    LinkNotSpent = "link-not-spent",
    /// Nobody looks whether somebody was faster.
    ClaimNotGuarded = "claim-not-guarded",
    /// A newer mail leaves the older link alive.
    OlderLinksLive = "older-links-live",
    /// A link outlives a change of password or address.
    FingerprintNotChecked = "fingerprint-not-checked",
    /// A token of one purpose serves another.
    PurposesMixed = "purposes-mixed",
    /// Looking at the form spends the link.
    LookingSpends = "looking-spends",
    /// A code may be guessed at for as long as it lives.
    CodeAttemptsUncounted = "code-attempts-uncounted",
    /// Forms of other sites are taken.
    CrossSitePost = "cross-site-post",
    /// Answers may be stored on their way.
    AnswersMayBeStored = "answers-may-be-stored",
    /// Pages may stand in other sites' frames.
    FramingAllowed = "framing-allowed",
    /// Nothing tells browsers what a page may load.
    NoContentPolicy = "no-content-policy",
    /// Any site's scripts may read answers.
    AnyOriginMayRead = "any-origin-may-read",
    /// A neighbouring host may plant our cookie.
    CookieForAnyHost = "cookie-for-any-host",
    /// Browsers are not told to stay with https.
    NoStrictTransport = "no-strict-transport",
    /// A body may be as long as it likes.
    BodyUnbounded = "body-unbounded",
    /// A key may stand twice in one object.
    DuplicateKeys = "duplicate-keys",
    /// A password beyond all lengths is hashed before it is refused.
    LongPasswordHashed = "long-password-hashed",
    /// What bcrypt does not take is cut off.
    BcryptCut = "bcrypt-cut",
    /// White space around a password is taken off.
    PasswordTrimmed = "password-trimmed",
    /// A name may have several lines.
    NamesNotCleaned = "names-not-cleaned",
    /// A name may be HTML.
    NamesNotEscaped = "names-not-escaped",
    /// A line with a dot ends a mail.
    DotsNotDoubled = "dots-not-doubled",
    /// Mail goes out in clear text if the relay does not offer encryption.
    StartTlsStripped = "starttls-stripped",
    /// Who was signed in stays signed in.
    SessionsNotEnded = "sessions-not-ended",
    /// The owner is not told.
    NoticeNotSent = "notice-not-sent",
    /// A request that is suppressed ends the link before.
    SuppressedSupersedes = "suppressed-supersedes",
    /// An account's mails are not counted.
    MailsUncounted = "mails-uncounted",
    /// A network's calls are not counted.
    NetworkUncounted = "network-uncounted",
    /// What a client says of itself in X-Forwarded-For is believed.
    LeftmostForwarded = "leftmost-forwarded",
    /// Secrets out of everybody's documentation will do.
    SampleSecrets = "sample-secrets",
    /// What a provider of mail tells is believed though nobody signed it.
    UnsignedEventsHeard = "unsigned-events-heard",
    /// What is told to the operator's receiver is not signed.
    WebhookUnsigned = "webhook-unsigned",
    /// A receiver may send its webhooks elsewhere.
    WebhookRedirectFollowed = "webhook-redirect-followed",
    /// A name may lead webhooks into a private network.
    PrivateAddressesReached = "private-addresses-reached",
}

/// For [`Weakness::HostInTheLink`]: keeps the host that a request names.
pub fn overhear(headers: &HeaderMap) {
    if let (Some(Ok(host)), Ok(mut overheard)) = (headers.get(header::HOST).map(|host| host.to_str()), OVERHEARD.lock())
    {
        host.clone_into(&mut overheard);
    }
}

/// For [`Weakness::HostInTheLink`]: the link, at the host of the last request.
#[must_use]
pub fn at_overheard_host(link: SecretString) -> SecretString {
    let host = OVERHEARD.lock().map(|host| host.clone()).unwrap_or_default();
    match link.expose_secret().split('/').collect::<Vec<_>>()[..] {
        [scheme, "", _, ref path @ ..] => format!("{scheme}//{host}/{}", path.join("/")).into(),
        _ => link,
    }
}

static OVERHEARD: Mutex<String> = Mutex::new(String::new());

/// For [`Weakness::LeftmostForwarded`]: what a client says of itself.
#[must_use]
pub fn leftmost(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get("x-forwarded-for")?.to_str().ok()?.split(',').next()?.trim().parse().ok()
}

/// For [`Weakness::TokenKeptPlain`]: the token itself in place of its digest.
#[must_use]
pub fn undigested(token: &ResetToken) -> Digest {
    let raw = URL_SAFE_NO_PAD.decode(token.to_text().expose_secret());
    raw.ok().and_then(|raw| raw.try_into().ok()).unwrap_or_default()
}

/// For [`Weakness::BcryptCut`]: what bcrypt reads of a password.
#[must_use]
pub fn cut(password: &SecretString) -> SecretString {
    let text = password.expose_secret();
    text[..text.floor_char_boundary(72)].into()
}

/// For [`Weakness::PasswordTrimmed`].
#[must_use]
pub fn trimmed(password: &SecretString) -> SecretString {
    password.expose_secret().trim().into()
}

#[cfg(feature = "failpoints")]
mod chosen {
    use super::Weakness;
    use std::sync::LazyLock;

    /// Whether a test brought this one back.
    #[must_use]
    pub fn is(weakness: Weakness) -> bool {
        *CHOSEN == Some(weakness)
    }

    #[expect(clippy::panic, reason = "a test that asks for what there is not must not pass for one that noticed it")]
    static CHOSEN: LazyLock<Option<Weakness>> = LazyLock::new(|| {
        let name = std::env::var("REGAIN_WEAKNESS").ok()?;
        let known = Weakness::ALL.iter().copied().find(|weakness| weakness.name() == name);
        Some(known.unwrap_or_else(|| panic!("REGAIN_WEAKNESS={name}: there is no such weakness")))
    });
}
