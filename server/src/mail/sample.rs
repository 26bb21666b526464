//! Mails that nobody asked for: to look at them, to try a transport, and to see that templates leave nothing out.

use crate::config::Config;
use regain_core::device::Device;
use regain_core::locale::Locale;
use regain_core::message::{Asker, Body, Message, MessageKind};
use regain_core::time::Timestamp;
use regain_core::token::ResetToken;
use secrecy::ExposeSecret;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// In the shape of a token; opens nothing, since nothing that is minted at random is the letters in their order.
pub(crate) const TOKEN: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnops";
/// Of the link that says "this was not me".
pub(crate) const NOT_ME_TOKEN: &str = "qponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA";
/// In the shape of a code.
pub(crate) const CODE: &str = "7K3P-M9QX";

/// What sample mails are about.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The link for a new password.
    pub link: String,
    /// The link that says "this was not me".
    pub not_me_link: String,
    /// The owner's name.
    pub name: Option<String>,
    /// How long the link lives.
    pub link_ttl: Duration,
    /// How long the code lives.
    pub code_ttl: Duration,
}

impl Sample {
    /// With links below `origin`, a scheme and a host, and with the lives that links and codes have by default.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        Self {
            link: format!("{origin}/reset-password#{TOKEN}"),
            not_me_link: format!("{origin}/not-me?token={NOT_ME_TOKEN}"),
            name: Some("Ada".to_owned()),
            link_ttl: Duration::from_secs(3600),
            code_ttl: Duration::from_secs(600),
        }
    }

    /// As the configured server would send it.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let sample = Self::at(&config.public_url.origin);
        let link = ResetToken::parse(TOKEN).map(|token| config.reset.link.render(&token).expose_secret().to_owned());
        let (link_ttl, code_ttl) = (config.reset.token_ttl, config.reset.code_ttl);
        Self { link: link.unwrap_or(sample.link), link_ttl, code_ttl, ..sample }
    }

    /// The message of this kind, in the language with this tag.
    #[must_use]
    pub fn message(&self, kind: MessageKind, tag: &str) -> Message {
        let not_me_link = self.not_me_link.as_str().into();
        let body = match kind {
            MessageKind::Reset => Body::Reset {
                link: self.link.as_str().into(),
                code: CODE.into(),
                link_ttl: self.link_ttl,
                code_ttl: self.code_ttl,
                not_me_link,
            },
            MessageKind::PasswordChanged => Body::PasswordChanged { not_me_link },
            MessageKind::NoAccount => Body::NoAccount,
            MessageKind::Test => Body::Test,
        };
        let told = matches!(kind, MessageKind::Reset | MessageKind::NoAccount);
        let device = Device::parse("Firefox on Windows").filter(|_| told);
        let address = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
        Message {
            body,
            name: self.name.clone(),
            locales: Locale::parse(tag).into_iter().collect(),
            at: WRITTEN_AT,
            asker: device.map(|device| Asker { device, address }),
        }
    }
}

/// 2026-11-21, 18:48:09 UTC.
const WRITTEN_AT: Timestamp = Timestamp::from_millis(1_795_286_889_000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_have_the_shape_of_what_they_stand_for() {
        for token in [TOKEN, NOT_ME_TOKEN] {
            assert_eq!(ResetToken::parse(token).unwrap().to_text().expose_secret(), token);
        }
        assert!(regain_core::code::ResetCode::parse(CODE).is_some());
    }
}
