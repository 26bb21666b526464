//! As much of an HTTP/1.1 answer as it takes to know where it ends and what it says.

/// An answer that has come in whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Whether the server closes the connection after it.
    pub(crate) closes: bool,
}

/// The answer that `bytes` are, once its last byte is there. Bytes after it are nobody's: we ask for one at a time.
pub(crate) fn parse(bytes: &[u8]) -> Option<Answer> {
    let head_ends = find(bytes, b"\r\n\r\n")?;
    let (head, body) = (&bytes[..head_ends], &bytes[head_ends + 4..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = lines.next().and_then(|line| number(line.get(9..12)?))?;
    let (mut length, mut chunked, mut closes) = (0, false, false);
    for line in lines {
        // All that matters begins with a C or a T.
        match line.first() {
            Some(b'c' | b'C') => {
                length = value(line, b"content-length:").and_then(number).unwrap_or(length);
                closes |= value(line, b"connection:").is_some_and(|value| value.eq_ignore_ascii_case(b"close"));
            }
            Some(b't' | b'T') => chunked |= value(line, b"transfer-encoding:").is_some(),
            _ => {}
        }
    }
    let complete = if chunked { body.ends_with(b"0\r\n\r\n") } else { body.len() >= length };
    complete.then_some(Answer { status: u16::try_from(status).ok()?, closes })
}

fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_with_its_last_byte() {
        let whole = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(parse(whole), Some(Answer { status: 200, closes: false }));
        for end in 0..whole.len() {
            assert_eq!(parse(&whole[..end]), None, "{end}");
        }
    }

    #[test]
    fn chunks_end_with_an_empty_one() {
        let whole = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nno\r\n0\r\n\r\n";
        assert_eq!(parse(whole), Some(Answer { status: 503, closes: true }));
        assert_eq!(parse(&whole[..whole.len() - 5]), None);
    }

    #[test]
    fn without_a_length_there_is_no_body() {
        assert_eq!(parse(b"HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n"), Some(Answer { status: 302, closes: false }));
    }
}
