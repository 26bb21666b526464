//! Many texts, looked for at once in large files.

use std::collections::HashMap;

/// All that is looked for.
pub(super) struct Needles {
    /// By their first [`HEAD`] octets: how each is called, and all of it.
    by_head: HashMap<u64, Vec<(String, Vec<u8>)>>,
    /// A bit for each head, so that most places are passed over at a glance.
    heads: Vec<u64>,
    count: usize,
}

/// How long a needle is at the least.
pub(super) const HEAD: usize = 8;

impl Needles {
    pub(super) fn new(needles: impl Iterator<Item = (String, Vec<u8>)>) -> Self {
        let mut all = Self { by_head: HashMap::new(), heads: vec![0; 1 << (HEAD_BITS - 6)], count: 0 };
        for (name, octets) in needles {
            let Some(head) = octets.first_chunk().map(|head| u64::from_be_bytes(*head)) else { continue };
            let bit = bit_of(head);
            all.heads[bit >> 6] |= 1 << (bit & 63);
            all.by_head.entry(head).or_default().push((name, octets));
            all.count += 1;
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Where any of them stands, each with what is around it; in a text with soft line breaks, also across those.
    pub(super) fn find_in(&self, octets: &[u8]) -> Vec<String> {
        let mut finds = self.finds(octets);
        if octets.windows(2).any(|pair| pair == b"=\n" || pair == b"=\r") {
            finds.extend(self.finds(&without_soft_breaks(octets)));
        }
        finds
    }

    fn finds(&self, octets: &[u8]) -> Vec<String> {
        let mut finds = Vec::new();
        let mut head = 0;
        for (at, octet) in octets.iter().enumerate() {
            head = head << 8 | u64::from(*octet);
            let bit = bit_of(head);
            if at + 1 < HEAD || self.heads[bit >> 6] >> (bit & 63) & 1 == 0 {
                continue;
            }
            let start = at + 1 - HEAD;
            let candidates = self.by_head.get(&head).into_iter().flatten();
            for (name, needle) in candidates.filter(|(_, needle)| octets[start..].starts_with(needle)) {
                let around = &octets[start.saturating_sub(AROUND)..octets.len().min(start + needle.len() + AROUND)];
                finds.push(format!("{name}, at {start}: {}", around.escape_ascii()));
            }
        }
        finds
    }
}

/// A few megabytes of bits: one in a hundred is set by a million needles.
const HEAD_BITS: u32 = 26;

fn bit_of(head: u64) -> usize {
    (head.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - HEAD_BITS)) as usize
}

/// As a mail's reader joins lines.
fn without_soft_breaks(octets: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(octets.len());
    let mut rest = octets;
    while let Some(octet) = rest.first() {
        rest = match rest {
            [b'=', b'\r', b'\n', rest @ ..] | [b'=', b'\n', rest @ ..] => rest,
            [_, rest @ ..] => {
                joined.push(*octet);
                rest
            }
            [] => rest,
        };
    }
    joined
}

/// What is shown of it on each side of a find.
const AROUND: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        Needles::new(
            [("a", "Nine-Lanterns"), ("b", "Nine-Lanterns-4"), ("c", "12345678")]
                .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
                .into_iter(),
        )
    }

    #[test]
    fn needles_are_found_at_the_beginning_in_the_middle_and_at_the_end() {
        for (text, found) in [
            ("Nine-Lanterns", vec!["a, at 0: Nine-Lanterns"]),
            ("a Nine-Lanterns-4", vec!["a, at 2: a Nine-Lanterns-4", "b, at 2: a Nine-Lanterns-4"]),
            ("\n123456789", vec!["c, at 1: \\n123456789"]),
            ("Nine-Lantern", vec![]),
            ("1234567", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(needles().find_in(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn a_mail_hides_nothing_by_breaking_its_lines() {
        for text in ["Nine-Lan=\nterns", "Nine-Lan=\r\nterns"] {
            assert_eq!(needles().find_in(text.as_bytes()), ["a, at 0: Nine-Lanterns"]);
        }
    }
}
