//! Asking: in random order, over one connection, one request at a time, within bounds.

use super::Times;
use super::answers::Answers;
use super::line::{Answer, Line, LineFault};
use super::made_up::below;
use super::target::Target;
use axum::http::{HeaderMap, StatusCode};
use regain_core::entropy::Entropy;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Addresses that have something in common, which nobody shall find out.
pub struct Class<'a> {
    /// What.
    pub name: &'static str,
    /// The next one to ask for.
    pub next: Box<dyn FnMut() -> String + 'a>,
}

/// How much.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Requests at most, those that are refused included.
    pub requests: usize,
    /// From the first on, at most.
    pub lasts: Duration,
}

/// What came of it. Classes are in the order in which they were given.
pub struct Series {
    /// What the classes are called.
    pub names: Vec<&'static str>,
    /// Of each class, in the order in which they were asked for.
    pub samples: Vec<Vec<Times>>,
    /// What was answered.
    pub answers: Answers,
    /// How many requests were sent, and how many of them were refused for now (429, 503).
    pub requests: usize,
    /// See `requests`.
    pub refused: usize,
}

/// What somebody who waits may want to know.
#[derive(Debug)]
pub enum Event {
    /// So many requests were answered.
    Answered(usize),
    /// The server wants a pause.
    Paused {
        /// 429 or 503.
        status: u16,
        /// How long it is going to be; none if that is longer than there is time.
        pause: Option<Duration>,
        /// How many requests a minute the server allows, if it says so.
        per_minute: Option<u32>,
    },
}

/// Nothing could be measured.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum SeriesFault {
    #[error(transparent)]
    Line(#[from] LineFault),
    #[error("it closes the connection after each answer, and what a new connection costs would hide everything else")]
    NotKept,
    #[error("it answers {0} to everybody: that is no request that could be measured")]
    NotAccepted(StatusCode),
    #[error("no runtime: {0}")]
    Runtime(std::io::Error),
}

/// Asks `target` for the same number of addresses of each class. The first class is what the others are held against:
/// once a status tells any of them apart, no more is asked.
///
/// # Errors
/// [`SeriesFault`].
pub fn collect(
    target: &Target,
    classes: &mut [Class],
    bounds: Bounds,
    entropy: &dyn Entropy,
    heard: &mut dyn FnMut(Event),
) -> Result<Series, SeriesFault> {
    // Of our own, on this thread alone: what wakes another one would be measured too.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SeriesFault::Runtime)?;
    let deck = shuffled(bounds.requests, classes.len(), entropy);
    let asking = Asking { line: Line::to(target), deadline: Instant::now() + bounds.lasts, former: None, broken: 0 };
    runtime.block_on(asking.ask_all(classes, &deck, heard))
}

/// So many classes, each as often as the others, in an order that nothing could learn (Fisher and Yates).
fn shuffled(count: usize, classes: usize, entropy: &dyn Entropy) -> Vec<usize> {
    let mut deck: Vec<usize> = (0..count).map(|n| n % classes.max(1)).collect();
    for last in (1..deck.len()).rev() {
        deck.swap(last, below(last + 1, entropy));
    }
    deck
}

struct Asking<'t> {
    line: Line<'t>,
    deadline: Instant,
    /// What was asked just before, and waits for what the next one takes.
    former: Option<(usize, Answer)>,
    broken: u32,
}

impl Asking<'_> {
    async fn ask_all(
        mut self,
        classes: &mut [Class<'_>],
        deck: &[usize],
        heard: &mut dyn FnMut(Event),
    ) -> Result<Series, SeriesFault> {
        let mut series = Series {
            names: classes.iter().map(|class| class.name).collect(),
            samples: vec![Vec::new(); classes.len()],
            answers: Answers::of(classes.len()),
            requests: 0,
            refused: 0,
        };
        for class in deck {
            if Instant::now() >= self.deadline {
                break;
            }
            let address = (classes[*class].next)();
            series.requests += 1;
            match self.line.ask(&address).await {
                Ok(answer) => {
                    self.broken = 0;
                    if !self.take(&mut series, *class, answer, heard).await? {
                        break;
                    }
                }
                Err(fault) => self.recover(fault).await?,
            }
            if (1..classes.len()).any(|other| series.answers.status_tells([0, other])) {
                break;
            }
        }
        Ok(series)
    }

    /// Whether to go on.
    async fn take(
        &mut self,
        series: &mut Series,
        class: usize,
        answer: Answer,
        heard: &mut dyn FnMut(Event),
    ) -> Result<bool, SeriesFault> {
        let former = self.former.take();
        if matches!(answer.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            series.answers.note_status(class, answer.status.as_u16());
            series.refused += 1;
            return Ok(self.pause(&answer, heard).await);
        }
        series.answers.note(class, &answer.octets);
        if let Some((class, former)) = former.filter(|_| !answer.is_on_new_connection) {
            series.samples[class].push([former.first, former.last, answer.last].map(|took| took.as_secs_f64() * 1e6));
        }
        let measured: usize = series.samples.iter().map(Vec::len).sum();
        let asked = series.requests - series.refused;
        if asked == PROBES && measured == 0 {
            return Err(SeriesFault::NotKept);
        }
        if asked == PROBES && !answer.status.is_success() && !series.answers.any_success() {
            return Err(SeriesFault::NotAccepted(answer.status));
        }
        heard(Event::Answered(asked));
        // On a new connection the first one is slower than the others, and counts for none.
        self.former = (!answer.is_on_new_connection).then_some((class, answer));
        Ok(true)
    }

    /// Waits as long as the server wants; not at all if that is too long.
    async fn pause(&mut self, answer: &Answer, heard: &mut dyn FnMut(Event)) -> bool {
        let seconds = |name| number(&answer.headers, name).map_or(0, u64::from);
        // With the bucket full again, requests can follow each other, as they must to be measured.
        let wanted = Duration::from_secs(seconds("retry-after").max(seconds("ratelimit-reset")).max(1));
        let left = self.deadline.saturating_duration_since(Instant::now());
        let pause = (wanted < left).then_some(wanted);
        let per_minute = number(&answer.headers, "ratelimit-limit");
        heard(Event::Paused { status: answer.status.as_u16(), pause, per_minute });
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        pause.is_some()
    }

    async fn recover(&mut self, fault: LineFault) -> Result<(), SeriesFault> {
        self.former = None;
        self.broken += 1;
        if self.broken > BROKEN_MAX {
            return Err(fault.into());
        }
        tokio::time::sleep(BROKEN_PAUSE).await;
        Ok(())
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u32> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// After so many answers something must have been measured.
const PROBES: usize = 12;
/// Broken connections in a row.
const BROKEN_MAX: u32 = 3;
const BROKEN_PAUSE: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;

    /// Somebody who answers so to everybody, a connection each time or not.
    fn whoever_answers(answer: &'static str) -> Target {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut octets = [0; 4096];
                while stream.read(&mut octets).is_ok_and(|count| count > 0)
                    && stream.write_all(answer.as_bytes()).is_ok()
                {
                    if answer.contains("close") {
                        break;
                    }
                }
            }
        });
        Target::parse(&url, None, None).unwrap()
    }

    fn collected(target: &Target) -> Result<Series, SeriesFault> {
        let mut classes =
            ["unknown", "known"].map(|name| Class { name, next: Box::new(|| "a@example.com".to_owned()) });
        let bounds = Bounds { requests: 40, lasts: Duration::from_secs(30) };
        collect(target, &mut classes, bounds, &SystemEntropy, &mut |_| ())
    }

    #[test]
    fn every_answer_but_the_first_and_the_last_is_a_sample() {
        let series = collected(&whoever_answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")).unwrap();
        assert_eq!((series.requests, series.refused), (40, 0));
        assert_eq!(series.samples.iter().map(Vec::len).sum::<usize>(), 38);
        assert!(
            series.samples.iter().flatten().all(|[first, last, next]| 0.0 < *first && first <= last && 0.0 < *next)
        );
    }

    #[test]
    fn what_cannot_be_measured_is_said() {
        let closes = collected(&whoever_answers("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        assert!(matches!(closes, Err(SeriesFault::NotKept)));
        let strange = collected(&whoever_answers("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        assert!(matches!(strange, Err(SeriesFault::NotAccepted(StatusCode::NOT_FOUND))));
        let nobody = Target::parse("http://127.0.0.1:1", None, None).unwrap();
        assert!(collected(&nobody).err().unwrap().to_string().contains("cannot be reached"));
    }

    #[test]
    fn a_server_without_room_is_not_pressed() {
        let full = "HTTP/1.1 503 No\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n";
        let series = collected(&whoever_answers(full)).unwrap();
        assert_eq!((series.requests, series.refused), (1, 1), "a minute is longer than there is time");
    }

    #[test]
    fn every_class_comes_as_often_and_in_no_order() {
        let deck = shuffled(3_000, 3, &SystemEntropy);
        for class in 0..3 {
            assert_eq!(deck.iter().filter(|it| **it == class).count(), 1_000);
        }
        let alike = deck.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert!((850..1_150).contains(&alike), "a third of neighbours are alike: {alike}");
    }
}
