//! Every mail in every language, written as a trial and read strictly.
//!
//! The templates of this program pass, and tests see to it. An operator's own are tried when the server starts and when
//! they are read again, before anybody depends on them.

use super::markup::{Tag, fetched, tags};
use super::{Bodies, ComposeFault, Composer};
use crate::mail::sample::{self, Sample};
use regain_core::message::{Message, MessageKind};

/// # Errors
/// [`ComposeFault`], with the first thing that is wrong.
pub(super) fn prove(composer: &Composer) -> Result<(), ComposeFault> {
    let sample = Sample::at(&format!("https://{}", composer.letterhead.host));
    let hostile = Sample { name: Some(HOSTILE_NAME.to_owned()), ..sample.clone() };
    for language in composer.languages() {
        for kind in MessageKind::ALL {
            let mail = sample.message(kind, language.tag());
            let unasked = Message { asker: None, ..sample.message(kind, language.tag()) };
            let (mail, unasked) = (composer.bodies(&mail)?, composer.bodies(&unasked)?);
            let hostile = composer.bodies(&hostile.message(kind, language.tag()))?;
            let flaw = flaw(&sample, kind, &mail)
                .or_else(|| flaw(&sample, kind, &unasked))
                .or_else(|| of_name(&mail.html, &hostile.html));
            if let Some(Flaw { part, what, help }) = flaw {
                let name = format!("{}/body.{part}", kind.as_str());
                let what = format!("in the mail `{}` in the language `{}` {what}", kind.as_str(), language.tag());
                return Err(composer.sheets.templates.fault_at(&name, None, &what, help));
            }
        }
    }
    Ok(())
}

/// What a mail must not be.
struct Flaw {
    /// Which template is to blame, or one that this one extends: `txt` or `html`.
    part: &'static str,
    /// Goes on after "in the mail … ".
    what: String,
    help: &'static str,
}

fn flaw(sample: &Sample, kind: MessageKind, mail: &Bodies) -> Option<Flaw> {
    let (link, not_me) = (&*sample.link, &*sample.not_me_link);
    let wanted: &[(&str, &str)] = match kind {
        MessageKind::Reset => &[("link", link), ("code", sample::CODE), ("not_me_link", not_me)],
        MessageKind::PasswordChanged => &[("not_me_link", not_me)],
        MessageKind::NoAccount | MessageKind::Test => &[],
    };
    for (part, body) in [("txt", &mail.text), ("html", &mail.html)] {
        if let Some((gap, _)) = wanted.iter().find(|(_, value)| !body.contains(value)) {
            let what = format!("`{{{{ {gap} }}}}` is missing");
            return Some(Flaw { part, what, help: "whoever reads this part alone could not go on; put it in" });
        }
        if let Some(open) = ["{{", "{%", "{$"].into_iter().find(|it| body.contains(it)) {
            let what = format!("`{open}` is left over");
            return Some(Flaw { part, what, help: "a text has a gap that nothing fills, or a template is not closed" });
        }
        for (link, token) in [(link, sample::TOKEN), (not_me, sample::NOT_ME_TOKEN)] {
            if is_given_away(body, link, token) {
                let what = "a link stands within another address, or glued to other words".to_owned();
                return Some(Flaw {
                    part,
                    what,
                    help: "links lead to public_url and stand alone; nobody else may see them",
                });
            }
        }
    }
    if mail.text.contains("</") || mail.text.contains("&nbsp;") || mail.text.contains("&amp;") {
        let what = "there is markup in the text part".to_owned();
        return Some(Flaw { part: "txt", what, help: "body.txt is read as it is; write plain text" });
    }
    of_html(link, not_me, &mail.html)
}

fn of_html(link: &str, not_me: &str, html: &str) -> Option<Flaw> {
    if let Some(found) = fetched(html) {
        let what = format!("{found} would be fetched or run when the mail is read");
        let help =
            "a mail must fetch nothing: it would tell when and where it was read; [brand] logo_file puts a logo in";
        return Some(Flaw { part: "html", what, help });
    }
    let secrets = [sample::TOKEN, sample::NOT_ME_TOKEN, sample::CODE];
    for (name, value) in tags(html).into_iter().flat_map(|tag| tag.attributes) {
        let is_ours = name == "href" && (value == link || value == not_me);
        if !is_ours && secrets.iter().any(|secret| value.contains(secret)) {
            let what = format!("{name}=\"{value}\" has a secret in it");
            return Some(Flaw {
                part: "html",
                what,
                help: "put `{{ link }}` alone between the quotation marks of an href",
            });
        }
    }
    (html.len() > HTML_OCTETS_MAX).then(|| Flaw {
        part: "html",
        what: format!("the HTML part has {} octets", html.len()),
        help: "Gmail cuts mails off at about 100,000; make it shorter",
    })
}

/// Whether `token` stands anywhere but in `link`, or that anywhere but between blanks, quotation marks and tags.
fn is_given_away(body: &str, link: &str, token: &str) -> bool {
    let ends_address = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>');
    let stand_alone = body.match_indices(link).filter(|(at, _)| {
        let before = body[..*at].chars().next_back();
        let after = body[at + link.len()..].chars().next();
        before.is_none_or(ends_address) && after.is_none_or(ends_address)
    });
    stand_alone.count() != body.matches(token).count()
}

/// Whether somebody's name can add to the markup.
fn of_name(plain: &str, hostile: &str) -> Option<Flaw> {
    let names = |html: &str| -> Vec<(String, Vec<String>)> {
        let bare = |tag: Tag| (tag.name, tag.attributes.into_iter().map(|(name, _)| name).collect());
        tags(html).into_iter().map(bare).collect()
    };
    (names(plain) != names(hostile)).then(|| Flaw {
        part: "html",
        what: "a name like `> <b x=y` would become markup".to_owned(),
        help: "put `{{ greeting }}` between tags, or an attribute into quotation marks",
    })
}

/// Ends and adds to whatever it stands in.
const HOSTILE_NAME: &str = "> <b x=y \"z=1' u=v><i>";
/// Gmail shows the first 102 KB (Google's own figure is not published; measured by several senders).
const HTML_OCTETS_MAX: usize = 100_000;
