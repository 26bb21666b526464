//! What the other side says, where it goes to the log although a mail may be quoted in it.

/// `reply` without words that stand in the mail `content`, natural words aside: filters quote what they object to, links
/// above all, and a link must not be logged.
pub(super) fn without_quotes(reply: &str, content: &[u8]) -> String {
    let lines = String::from_utf8_lossy(content).replace("=\r\n", "");
    let unhyphenated = lines.replace('-', "");
    let is_quoted = |word: &str| !is_natural(word) && (lines.contains(word) || unhyphenated.contains(word));
    let blotted = |piece: &str| {
        let word = piece.trim_end_matches(|c| !is_of_word(c));
        let rest = &piece[word.len()..];
        if is_quoted(word) { format!("[…]{rest}") } else { piece.to_owned() }
    };
    reply.split_inclusive(|c| !is_of_word(c)).map(blotted).collect()
}

/// Tokens and codes are made of these.
fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// A word of a language, or too short to give anything away.
fn is_natural(word: &str) -> bool {
    let after_first = word.get(1..).unwrap_or_default();
    word.len() < TELLING_OCTETS || after_first.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Less of a secret says nothing.
const TELLING_OCTETS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_codes_are_taken_out_and_words_stay() {
        let content = b"To choose a new password, open https://a.example/r#dGhlIHRva2VuIG9m=\r\nIHRoZSBsaW5r or type 01AB-CDEF\r\n";
        for (said, logged) in [
            ("550 a.example/r#dGhlIHRva2VuIG9mIHRoZSBsaW5r is bad", "550 a.example/r#[…] is bad"),
            ("cut off: dGhlIHRva2V", "cut off: […]"),
            ("01AB-CDEF or 01ABCDEF", "[…] or […]"),
            (
                "401 choose a new password; check mail.postmark.server_token",
                "401 choose a new password; check mail.postmark.server_token",
            ),
        ] {
            assert_eq!(without_quotes(said, content), logged);
        }
    }
}
