//! Questions to somebody at a terminal.

use std::io::{BufRead, IsTerminal, Write};

/// Asks, if there is somebody to answer.
pub(super) struct Asker<'a>(Option<(&'a mut dyn BufRead, &'a mut dyn Write)>);

impl<'a> Asker<'a> {
    /// Whether somebody sits there: questions go to standard error, so that standard output can go elsewhere.
    pub(super) fn is_possible() -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    pub(super) fn of(input: &'a mut dyn BufRead, out: &'a mut dyn Write) -> Self {
        Self(Some((input, out)))
    }

    /// Nobody is there.
    pub(super) fn nobody() -> Self {
        Self(None)
    }

    /// Which of `options`, of which the first is the best guess. None if nobody says.
    pub(super) fn choose(&mut self, question: &str, options: &[String]) -> Option<usize> {
        let (input, out) = self.0.as_mut()?;
        writeln!(out, "{question}").ok()?;
        for (at, option) in options.iter().enumerate() {
            writeln!(out, "  {}  {option}", at + 1).ok()?;
        }
        for _ in 0..TRIES_MAX {
            write!(out, "1 to {} [1]: ", options.len()).ok()?;
            out.flush().ok()?;
            let answer = line(input)?;
            match answer.parse::<usize>() {
                _ if answer.is_empty() => return Some(0),
                Ok(number) if (1..=options.len()).contains(&number) => return Some(number - 1),
                _ => {}
            }
        }
        None
    }

    /// What is typed. None if nobody says anything.
    pub(super) fn text(&mut self, question: &str) -> Option<String> {
        let (input, out) = self.0.as_mut()?;
        write!(out, "{question} ").ok()?;
        out.flush().ok()?;
        line(input).filter(|answer| !answer.is_empty())
    }
}

fn line(input: &mut dyn BufRead) -> Option<String> {
    let mut line = String::new();
    (input.read_line(&mut line).ok()? > 0).then(|| line.trim().to_owned())
}

const TRIES_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(typed: &str) -> Option<usize> {
        let (mut input, mut out) = (typed.as_bytes(), Vec::new());
        Asker::of(&mut input, &mut out).choose("Which?", &["one".into(), "two".into()])
    }

    #[test]
    fn an_answer_is_a_number_or_the_first() {
        assert_eq!(chosen("2\n"), Some(1));
        assert_eq!(chosen("\n"), Some(0));
        assert_eq!(chosen("3\nno\n2\n"), Some(1));
        assert_eq!(chosen("3\n4\n5\n2\n"), None);
        assert_eq!(chosen(""), None);
        assert_eq!(Asker::nobody().choose("Which?", &["one".into()]), None);
    }
}
