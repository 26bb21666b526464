//! A program that serves HTTP: started, waited for, ended.

use crate::support::process::{DEADLINE, client, eventually, without_our_settings};
use std::process::{Child, Command, Stdio};
use tempfile::NamedTempFile;

/// One that is ready. Dropping it kills it.
pub(crate) struct Program {
    child: Child,
    output: NamedTempFile,
}

impl Program {
    /// Starts `command` without any setting of these tests, and waits until `url` answers, whatever it answers.
    pub(crate) async fn start(mut command: Command, url: &str) -> Self {
        let output = NamedTempFile::new().unwrap();
        // One place in the file for both: each with its own would write over the other.
        let streams = [(); 2].map(|()| Stdio::from(output.as_file().try_clone().unwrap()));
        let [stdout, stderr] = streams;
        without_our_settings(&mut command).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut program = Self { child, output };
        let client = client();
        let answers = async || {
            let status = program.child.try_wait().unwrap();
            assert!(status.is_none(), "{command:?} ended with {status:?}:\n{}", program.said());
            client.get(url).send().await.ok()
        };
        eventually(&format!("answer from {url}"), DEADLINE * 3, answers).await;
        program
    }

    /// What it printed so far.
    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.output.path()).unwrap()).into_owned()
    }
}

impl Drop for Program {
    /// Shows what it printed where a test failed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the application said:\n{}", self.said());
        }
    }
}

/// Runs `command` to its end, which must be a good one, and hands back what it printed.
pub(crate) fn run(mut command: Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{command:?} ended with {}:\n{stdout}{stderr}", output.status);
    stdout
}
