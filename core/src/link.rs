//! Links: made from the configuration and a token, and from nothing that a client sent.

use crate::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// The form of the link in a mail: an address with `{token}` in it exactly once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTemplate {
    before: String,
    after: String,
}

/// Why a text is no [`LinkTemplate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a link holds {{token}} exactly once; this one holds it {0} times")]
pub struct InvalidLinkTemplate(usize);

impl LinkTemplate {
    /// Reads `text`, filling `{public_url}` in.
    ///
    /// # Errors
    /// [`InvalidLinkTemplate`] unless `{token}` occurs exactly once.
    pub fn parse(text: &str, public_url: &str) -> Result<Self, InvalidLinkTemplate> {
        let text = text.replace("{public_url}", public_url);
        match text.split("{token}").collect::<Vec<_>>()[..] {
            [before, after] => Ok(Self { before: before.to_owned(), after: after.to_owned() }),
            ref parts => Err(InvalidLinkTemplate(parts.len() - 1)),
        }
    }

    /// The link for `token`.
    #[must_use]
    pub fn render(&self, token: &ResetToken) -> SecretString {
        [&self.before, token.to_text().expose_secret(), &self.after].concat().into()
    }

    /// The link without its token.
    #[must_use]
    pub fn before_token(&self) -> &str {
        &self.before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counting;

    #[test]
    fn the_token_lands_in_its_place() {
        let template = LinkTemplate::parse("{public_url}/reset-password#{token}", "https://a.example").unwrap();
        assert_eq!(template.before_token(), "https://a.example/reset-password#");
        let token = ResetToken::mint(&Counting::default());
        let text = token.to_text().expose_secret().to_owned();
        assert_eq!(template.render(&token).expose_secret(), format!("https://a.example/reset-password#{text}"));
    }

    #[test]
    fn what_stands_behind_the_token_stays() {
        let template = LinkTemplate::parse("{public_url}/{token}/new?from=mail", "https://a.example").unwrap();
        let token = ResetToken::mint(&Counting::default());
        let text = token.to_text().expose_secret().to_owned();
        assert_eq!(template.render(&token).expose_secret(), format!("https://a.example/{text}/new?from=mail"));
    }

    #[test]
    fn a_link_without_a_token_or_with_two_is_refused() {
        assert_eq!(LinkTemplate::parse("https://a.example/", ""), Err(InvalidLinkTemplate(0)));
        assert_eq!(LinkTemplate::parse("https://a.example/{token}/{token}", ""), Err(InvalidLinkTemplate(2)));
    }
}
