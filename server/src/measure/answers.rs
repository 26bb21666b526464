//! What answers say, compared octet by octet: a status, a header or a body that only one class of addresses gets.

use std::collections::HashMap;

/// What each class of addresses was answered.
pub struct Answers {
    classes: usize,
    parts: HashMap<Part, Values>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Part {
    Status,
    /// The names of the headers, in their order.
    Order,
    Header(String),
    Body,
    /// Of the body.
    Length,
}

/// How often each class got each value; none if there are so many that they say nothing by themselves.
type Values = Option<HashMap<Vec<u8>, Vec<u32>>>;

impl Answers {
    /// None yet, for so many classes.
    #[must_use]
    pub fn of(classes: usize) -> Self {
        Self { classes, parts: HashMap::new() }
    }

    /// Adds an answer, as it came.
    pub fn note(&mut self, class: usize, octets: &[u8]) {
        let end = octets.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(octets.len());
        let (head, rest) = octets.split_at(end);
        let body = rest.get(4..).unwrap_or_default();
        let mut lines = head.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
        self.add(class, Part::Status, lines.next().unwrap_or_default());
        let mut order = Vec::new();
        for line in lines {
            let colon = line.iter().position(|octet| *octet == b':').unwrap_or(line.len());
            let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
            order.extend_from_slice(name.as_bytes());
            order.push(b' ');
            if !OF_THE_MOMENT.contains(&name.as_str()) {
                self.add(class, Part::Header(name), line.get(colon + 1..).unwrap_or_default().trim_ascii());
            }
        }
        self.add(class, Part::Order, &order);
        self.add(class, Part::Body, body);
        self.add(class, Part::Length, body.len().to_string().as_bytes());
    }

    /// Adds an answer of which nothing is to be compared but that it came.
    pub fn note_status(&mut self, class: usize, status: u16) {
        self.add(class, Part::Status, status.to_string().as_bytes());
    }

    fn add(&mut self, class: usize, part: Part, value: &[u8]) {
        let classes = self.classes;
        let slot = self.parts.entry(part).or_insert_with(|| Some(HashMap::new()));
        if let Some(values) = slot {
            if let Some(counts) = values.get_mut(value) {
                counts[class] += 1;
            } else if values.len() < VALUES_MAX {
                let mut counts = vec![0; classes];
                counts[class] = 1;
                values.insert(value.to_vec(), counts);
            } else {
                *slot = None;
            }
        }
    }

    /// Whether any request was accepted.
    #[must_use]
    pub fn any_success(&self) -> bool {
        let statuses = self.parts.get(&Part::Status).and_then(Option::as_ref);
        statuses.is_some_and(|statuses| statuses.keys().any(|line| line.starts_with(b"HTTP/1.1 2")))
    }

    /// Whether the status alone tells one class from the other, so that no more has to be asked.
    #[must_use]
    pub fn status_tells(&self, classes: [usize; 2]) -> bool {
        self.tells_of(&Part::Status, classes).is_some()
    }

    /// What only one of the two classes gets, in words.
    #[must_use]
    pub fn tells(&self, classes: [usize; 2], names: [&str; 2]) -> Vec<String> {
        let mut tells: Vec<_> = self
            .parts
            .keys()
            .filter_map(|part| self.tells_of(part, classes).map(|(value, which)| part.said_of(value, names[which])))
            .collect();
        tells.sort();
        tells
    }

    /// A value that one class got often and the other never, and which one.
    fn tells_of(&self, part: &Part, [one, other]: [usize; 2]) -> Option<(&[u8], usize)> {
        let values = self.parts.get(part)?.as_ref()?;
        let asked = |class: usize| values.values().map(|counts| counts[class]).sum::<u32>();
        let asked_of_both = asked(one).min(asked(other));
        let telling = values.iter().filter_map(|(value, counts)| {
            let sure = part.sure(value);
            match (counts[one], counts[other]) {
                _ if asked_of_both < sure => None,
                (often, 0) if often >= sure => Some((value.as_slice(), 0)),
                (0, often) if often >= sure => Some((value.as_slice(), 1)),
                _ => None,
            }
        });
        // The class in question rather than what it is held against.
        telling.max_by_key(|(value, which)| (*which, *value))
    }
}

impl Part {
    /// So many answers of one class, and none of the other, are no chance: 2 to the power of −20. Few are enough for a
    /// status that says whom it is about, as 404 does; limits and restarts come when they come.
    fn sure(&self, value: &[u8]) -> u32 {
        let is_of_the_moment = value == b"429" || value.starts_with(b"5") || value.starts_with(b"HTTP/1.1 5");
        if *self == Self::Status && !is_of_the_moment { 4 } else { 20 }
    }

    fn said_of(&self, value: &[u8], class: &str) -> String {
        let value: String = String::from_utf8_lossy(value).chars().take(QUOTED_MAX).collect();
        let value = value.escape_default();
        match self {
            Self::Status => format!("only {class} addresses are answered with {value}"),
            Self::Order => format!("only {class} addresses are answered with these headers in this order: {value}"),
            Self::Header(name) => format!("only {class} addresses are answered with {name}: {value}"),
            Self::Body => format!("only {class} addresses are answered with this body: {value}"),
            Self::Length => format!("only {class} addresses are answered with a body of {value} octets"),
        }
    }
}

/// The clock's, and the client network's own count, which fills up again while a slow answer is on its way. That they are
/// there is compared, and in which order.
const OF_THE_MOMENT: [&str; 3] = ["date", "ratelimit-remaining", "ratelimit-reset"];

/// More are random, or count.
const VALUES_MAX: usize = 256;
const QUOTED_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["unknown", "known"];

    fn tells(answer: impl Fn(usize, u32) -> String) -> Vec<String> {
        let mut answers = Answers::of(2);
        for n in 0..100 {
            answers.note(n as usize % 2, answer(n as usize % 2, n / 3).as_bytes());
        }
        answers.tells([0, 1], NAMES)
    }

    #[test]
    fn what_changes_for_both_alike_tells_nothing() {
        let alike = tells(|_, n| {
            let left = n % 10;
            format!("HTTP/1.1 200 OK\r\ndate: {n}\r\nratelimit-remaining: {left}\r\nx-request-id: {n}-9\r\n\r\n{{}}")
        });
        assert_eq!(alike, [""; 0]);
    }

    #[test]
    fn whatever_one_class_alone_gets_is_named() {
        for (part, expected) in [
            ("status", "only known addresses are answered with HTTP/1.1 404 Not Found"),
            ("header", "only known addresses are answered with x-hit: 1"),
            ("order", "only known addresses are answered with these headers in this order: b a "),
            ("body", "only known addresses are answered with this body: {\\\"a\\\":2}"),
        ] {
            let found = tells(|class, _| match (part, class) {
                ("status", 1) => "HTTP/1.1 404 Not Found\r\na: 1\r\nb: 1\r\n\r\n{}".into(),
                ("header", 1) => "HTTP/1.1 200 OK\r\na: 1\r\nx-hit: 1\r\n\r\n{}".into(),
                ("header", _) => "HTTP/1.1 200 OK\r\na: 1\r\nx-hit: 0\r\n\r\n{}".into(),
                ("order", 1) => "HTTP/1.1 200 OK\r\nb: 1\r\na: 1\r\n\r\n{}".into(),
                ("body", 1) => "HTTP/1.1 200 OK\r\na: 1\r\nb: 1\r\n\r\n{\"a\":2}".into(),
                _ => "HTTP/1.1 200 OK\r\na: 1\r\nb: 1\r\n\r\n{}".to_owned(),
            });
            assert!(found.iter().any(|tell| tell == expected), "{part}: {found:?}");
        }
    }

    #[test]
    fn a_few_answers_tell_nothing_yet() {
        let mut answers = Answers::of(2);
        let ask = |answers: &mut Answers, times: usize, statuses: [u16; 2]| {
            (0..2 * times).for_each(|n| answers.note_status(n % 2, statuses[n % 2]));
            answers.status_tells([0, 1])
        };
        assert!(!ask(&mut answers, 3, [200, 404]));
        assert!(ask(&mut answers, 1, [200, 404]));
        let mut limited = Answers::of(2);
        assert!(
            !ask(&mut limited, 1, [200, 200]) && !ask(&mut limited, 15, [200, 429]) && ask(&mut limited, 5, [200, 429])
        );
    }
}
