//! A language's password libraries, asked through one child that lives as long as the test.

use crate::support::process::needed;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The child: a line with a question to it, a line with the answer from it.
pub(super) struct Libraries {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Libraries {
    pub(super) fn of_python() -> Self {
        Self::start(Command::new(needed("REGAIN_TEST_FORMATS_PYTHON")).args(["-c", include_str!("libraries.py")]))
    }

    /// Node finds packages beside the script, and one that is handed over in words stands where Node was started.
    pub(super) fn of_node() -> Self {
        let mut node = Command::new(needed("REGAIN_TEST_NODE"));
        node.args(["--input-type=module", "--eval", include_str!("libraries.mjs")]);
        Self::start(node.current_dir(needed("REGAIN_TEST_FORMATS_NODE_FOLDER")))
    }

    pub(super) fn of_php() -> Self {
        let script = include_str!("libraries.php").trim_start_matches("<?php");
        Self::start(Command::new(needed("REGAIN_TEST_PHP")).args(["-r", script]))
    }

    pub(super) fn of_perl() -> Self {
        Self::start(Command::new(needed("REGAIN_TEST_PERL")).args(["-e", include_str!("libraries.pl")]))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (questions, answers) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, questions, answers }
    }

    /// A hash that the library makes, or why it makes none of this password.
    pub(super) fn make(&mut self, scheme: &str, password: &str, pepper: Option<&str>) -> Result<String, String> {
        let answer = self.ask(json!({ "make": scheme, "password": password }), pepper)?;
        Ok(answer["stored"].as_str().unwrap().to_owned())
    }

    /// Whether the library lets this password in, or why it does not look.
    pub(super) fn verify(
        &mut self,
        scheme: &str,
        password: &str,
        stored: &str,
        pepper: Option<&str>,
    ) -> Result<bool, String> {
        let answer = self.ask(json!({ "verify": scheme, "password": password, "stored": stored }), pepper)?;
        Ok(answer["matches"].as_bool().unwrap())
    }

    fn ask(&mut self, mut question: Value, pepper: Option<&str>) -> Result<Value, String> {
        if let Some(pepper) = pepper {
            question["pepper"] = pepper.into();
        }
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            self.questions = None;
            panic!("{question} was answered {line:?}; the child's end: {:?}", self.child.wait())
        });
        answer["refused"].as_str().map_or(Ok(answer.clone()), |why| Err(why.to_owned()))
    }
}

impl Drop for Libraries {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.wait();
    }
}
