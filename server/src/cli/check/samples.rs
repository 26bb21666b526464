//! What is still as `regain init` wrote it, or as an example has it: it can be used, and people would not know what to make
//! of it.

use crate::config::{Config, Transport};
use crate::finding::Finding;

/// An advice for each. Where mails go into a folder and nowhere else, somebody is trying things out, and there is none.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let mut transports = config.mail.transports.iter();
    if transports.all(|transport| matches!(transport, Transport::File(_))) {
        return Vec::new();
    }
    let sender = &config.mail.from.address;
    let advice = [
        config.public_url.loopback.then(|| {
            let origin = &config.public_url.origin;
            let text = format!("links lead to {origin}, which is this machine alone; set the address that people use");
            Finding::advice("public URL", text)
        }),
        (config.product_name == "Example").then(|| {
            let text = "product_name is \"Example\", and mails and pages say so; name what people know";
            Finding::advice("name", text)
        }),
        is_for_examples(&sender.domain_ascii().to_ascii_lowercase()).then(|| {
            let text = format!(
                "mail.from is {}, a name that is kept for examples and belongs to nobody; take one you may send for",
                sender.as_str()
            );
            Finding::advice("mail", text)
        }),
    ];
    advice.into_iter().flatten().collect()
}

/// Names that documentation and tests have to themselves (RFC 2606).
fn is_for_examples(domain: &str) -> bool {
    let within =
        |reserved: &str| domain.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ["example.com", "example.net", "example.org", "example", "invalid", "test", "localhost"].into_iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;

    fn told(top: &str, mail: &str) -> Vec<&'static str> {
        let text = format!("{top}\n[users]\nurl = \"sqlite:a.db\"\ntable = \"a\"\n[mail]\n{mail}");
        let nothing = std::iter::empty::<(String, String)>();
        let config = Config::from_toml(&text, std::path::Path::new("/srv"), nothing).unwrap();
        let found = findings(&config);
        assert!(found.iter().all(|finding| finding.verdict == Verdict::Advice), "{found:?}");
        found.into_iter().map(|finding| finding.subject).collect()
    }

    #[test]
    fn what_init_left_to_be_filled_in_is_named() {
        let (url, name) = ("public_url = \"http://127.0.0.1:8080\"", "product_name = \"Example\"");
        let from = "from = \"Example <no-reply@example.com>\"";
        let smtp = "[mail.smtp]\nurl = \"smtp://localhost:25\"";
        assert_eq!(told(&format!("{url}\n{name}"), &format!("{from}\n{smtp}")), ["public URL", "name", "mail"]);

        let ours = "public_url = \"https://accounts.acme.dev\"\nproduct_name = \"Acme\"";
        assert!(told(ours, &format!("from = \"no-reply@acme.dev\"\n{smtp}")).is_empty());
        assert!(told(&format!("{url}\n{name}"), &format!("{from}\n[mail.file]\ndirectory = \"mails\"")).is_empty());
    }

    #[test]
    fn names_that_are_reserved_for_examples_are_known_and_others_left_alone() {
        for reserved in ["example.com", "mail.example.org", "acme.test", "localhost", "example"] {
            assert!(is_for_examples(reserved), "{reserved}");
        }
        for real in ["myexample.com", "example.de", "contest", "latest", "example.com.au"] {
            assert!(!is_for_examples(real), "{real}");
        }
    }
}
