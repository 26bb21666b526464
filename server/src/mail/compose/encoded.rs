//! A rendered template as it goes over the wire: what many mails have in common is encoded once for all of them.

use super::fillings::Fillings;
use super::skeleton::Pieces;
use encodify::base64::MIME;
use encodify::qp::BODY;

/// A rendered template in quoted-printable (RFC 2045 §6.7), which encodes each line for itself: those without a gap are
/// encoded already.
#[derive(Debug)]
pub(super) struct Encoded {
    stretches: Vec<Stretch>,
    /// Without what fills the gaps.
    octets: usize,
}

#[derive(Debug)]
enum Stretch {
    /// Lines that are the same in each mail, encoded.
    Same(String),
    /// A line with gaps, not encoded yet.
    Differing(Pieces),
}

impl Encoded {
    /// None where base64 is shorter, as in languages with scripts of their own.
    pub(super) fn of(rendered: &str) -> Option<Self> {
        let octets = BODY.encoded_len(rendered);
        if octets > MIME.encoded_len(rendered.len()) {
            return None;
        }
        let mut stretches = Vec::new();
        for line in rendered.split_inclusive('\n') {
            let pieces = Pieces::of(line);
            match stretches.last_mut() {
                _ if pieces.has_gaps() => stretches.push(Stretch::Differing(pieces)),
                Some(Stretch::Same(before)) => drop(BODY.encode_append(line, before)),
                Some(Stretch::Differing(_)) | None => stretches.push(Stretch::Same(BODY.encode(line))),
            }
        }
        Some(Self { stretches, octets })
    }

    /// Puts the whole at the end of `mail`, with each gap filled.
    pub(super) fn fill_in(&self, fillings: &Fillings, mail: &mut Vec<u8>) {
        mail.reserve(self.octets);
        for stretch in &self.stretches {
            match stretch {
                Stretch::Same(encoded) => mail.extend_from_slice(encoded.as_bytes()),
                Stretch::Differing(line) => drop(BODY.encode_append(line.filled(fillings), mail)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::skeleton::Gap;
    use super::*;
    use crate::i18n::Words;
    use regain_core::message::{Body, Message};
    use regain_core::time::Timestamp;

    /// What a mail that greets this person puts into its gaps.
    fn fillings(name: &str) -> Fillings {
        let message = Message {
            body: Body::PasswordChanged { not_me_link: "https://a.example/not-me#=20".to_owned().into() },
            name: Some(name.to_owned()),
            locales: Vec::new(),
            at: Timestamp::from_millis(0),
            asker: None,
        };
        Fillings::of(&message, &Words::built_in().unwrap().choose(&[]))
    }

    #[test]
    fn a_script_of_its_own_is_left_to_base64() {
        assert!(Encoded::of("<p>パスワードを再設定する</p>\n").is_none());
        assert!(Encoded::of("<p>Passwort für Grüße zurücksetzen</p>\n").is_some());
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_by_lines_is_what_the_whole_would_be(
            lines in proptest::collection::vec("[a-z=. é\\t]{0,90}(\u{FDD0}|\u{FDD3})?[a-zü= .]{0,90}", 0..9),
            name in "[A-Za-zäöü ]{1,40}",
        ) {
            let rendered = lines.join("\n");
            let fillings = fillings(&name);
            let whole = Pieces::of(&rendered).filled(&fillings);
            if let Some(encoded) = Encoded::of(&rendered) {
                let mut filled = Vec::new();
                encoded.fill_in(&fillings, &mut filled);
                assert_eq!(String::from_utf8(filled), Ok(BODY.encode(whole)));
            }
            assert_eq!(Pieces::of(&rendered).has_gaps(), rendered.contains([Gap::Greeting.mark(), Gap::NotMeLink.mark()]));
        }
    }
}
