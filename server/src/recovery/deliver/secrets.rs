//! The secrets of one mail: minted, put into the mail, and kept out of everything else.

use crate::mail::events::without_secrets;
use crate::weakness::{self, Weakness};
use regain_core::code::ResetCode;
use regain_core::delivery::Outcome;
use regain_core::entropy::Entropy;
use regain_core::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};

/// What one mail holds that opens something.
pub(super) struct Secrets {
    pub(super) token: ResetToken,
    pub(super) code: ResetCode,
    pub(super) not_me: ResetToken,
}

impl Secrets {
    pub(super) fn mint(entropy: &dyn Entropy) -> Self {
        Self { token: ResetToken::mint(entropy), code: ResetCode::mint(entropy), not_me: ResetToken::mint(entropy) }
    }

    /// `outcome`, with its reply fit for ledger and log: relays that filter mail quote what they object to, links
    /// above all.
    pub(super) fn blotted_out(&self, outcome: Outcome) -> Outcome {
        if weakness::is(Weakness::ReplyKeptWhole) {
            return outcome;
        }
        let code = self.code.to_text();
        let unhyphenated = SecretString::from(code.expose_secret().replace('-', ""));
        let secrets = [self.token.to_text(), self.not_me.to_text(), code, unhyphenated];
        let blot = |reply: String| secrets.iter().fold(reply, |reply, secret| blot(reply, secret.expose_secret()));
        // Of a secret that the relay broke in pieces, those are taken out that could be one.
        let blot_pieces = |reply: String| without_secrets(&blot(reply));
        match outcome {
            // The name that the relay gave the mail stays whole.
            Outcome::Delivered(reply) => Outcome::Delivered(blot(reply)),
            Outcome::RetryAfter(reply) => Outcome::RetryAfter(blot_pieces(reply)),
            Outcome::Refused(reply) => Outcome::Refused(blot_pieces(reply)),
            Outcome::Unknown(reply) => Outcome::Unknown(blot_pieces(reply)),
        }
    }
}

/// Takes `secret`, which is ASCII, out of `reply`, and whatever piece of it says something. The reply may have been cut off
/// within it. A line of the mail may have ended within it, by quoted-printable (RFC 2045 §6.7), of which the reply may quote
/// one or both; a line of the reply is a space by now.
fn blot(reply: String, secret: &str) -> String {
    let (begin, end) = (&secret[..TELLING_OCTETS], &secret[secret.len() - TELLING_OCTETS..]);
    // As most replies are.
    if !reply.contains('=') && !reply.contains(begin) && !reply.contains(end) {
        return reply;
    }
    let joined = reply.replace("= ", "");
    let reply = if !reply.contains(secret) && joined.contains(secret) { joined } else { reply };
    let mut blotted = String::with_capacity(reply.len());
    let mut rest = reply.as_str();
    while let Some(c) = rest.chars().next() {
        let octets = piece_at_the_beginning(rest, secret);
        if octets < TELLING_OCTETS {
            blotted.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            blotted.push_str("[…]");
            rest = &rest[octets..];
        }
    }
    blotted
}

/// How many octets of `words` are, at the most, a piece of `secret`.
fn piece_at_the_beginning(words: &str, secret: &str) -> usize {
    let alike = |from: usize| words.bytes().zip(secret[from..].bytes()).take_while(|(one, other)| one == other).count();
    (0..secret.len()).map(alike).max().unwrap_or(0)
}

/// Less of a secret says nothing.
const TELLING_OCTETS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;

    #[test]
    fn a_reply_that_quotes_the_mail_is_blotted_out() {
        let secrets = Secrets::mint(&SystemEntropy);
        let [token, code, not_me] = [secrets.token.to_text(), secrets.code.to_text(), secrets.not_me.to_text()]
            .map(|it| it.expose_secret().to_owned());
        let half = &token[..20];
        for (said, kept) in [
            (
                format!("550 blocked URL https://a.example/r#{token} twice {token}"),
                "550 blocked URL https://a.example/r#[…] twice […]",
            ),
            (format!("550 {code} {} ?token={not_me}&x", code.replace('-', "")), "550 […] […] ?token=[…]&x"),
            (format!("550 cut off: {half}"), "550 cut off: […]"),
            (format!("550 first line: {half}="), "550 first line: […]="),
            (format!("550 next line: {}", &token[20..]), "550 next line: […]"),
            (format!("550 line: {half}= {}, end", &token[20..]), "550 line: […], end"),
            (format!("550 code: {}= {}, end", &code[..3], &code[3..]), "550 code: […], end"),
            ("550 pieces: aZ3kLmNoPqRsTuVwXyZ0 0123456789_AbCdEfGhIjKl".to_owned(), "550 pieces: […] […]"),
            ("250 2.0.0 Ok: queued as 4Zk1yQ2wqJz1".to_owned(), "250 2.0.0 Ok: queued as 4Zk1yQ2wqJz1"),
        ] {
            assert_eq!(secrets.blotted_out(Outcome::Refused(said)), Outcome::Refused(kept.to_owned()));
        }
    }

    #[test]
    fn a_reply_to_a_mail_that_was_taken_holds_no_secret_either() {
        let secrets = Secrets::mint(&SystemEntropy);
        let [token, code, not_me] = [secrets.token.to_text(), secrets.code.to_text(), secrets.not_me.to_text()]
            .map(|it| it.expose_secret().to_owned());
        for (said, kept) in [
            (format!("250 took {token}"), "250 took […]"),
            (format!("250 {code} {} ?token={not_me}&x", code.replace('-', "")), "250 […] […] ?token=[…]&x"),
            (format!("250 cut off: {}", &not_me[..TELLING_OCTETS]), "250 cut off: […]"),
            (format!("250 line: {}= {}, end", &token[..1], &token[1..]), "250 line: […], end"),
            (format!("250 first line: #{}= or so", &token[..42]), "250 first line: #[…]= or so"),
            (format!("250 first line: {}=", &not_me[..31]), "250 first line: […]="),
            (format!("250 next line: {} of c=3D", &not_me[12..]), "250 next line: […] of c=3D"),
            ("250 2.0.0 Ok: queued as 4Zk1yQ2wqJz1".to_owned(), "250 2.0.0 Ok: queued as 4Zk1yQ2wqJz1"),
        ] {
            assert_eq!(secrets.blotted_out(Outcome::Delivered(said)), Outcome::Delivered(kept.to_owned()));
        }
    }
}
