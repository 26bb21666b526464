//! The sample back ends in `examples/hook`, held to what every user store promises.

use super::double::{SECRET, store_at};
use crate::users::UserStore;
use crate::users::conformance::{Change, Fixture, NewAccount, conformance};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::marker::PhantomData;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

mod python {
    use super::{Python, Sample};
    super::conformance!(Sample<Python>);
    super::bounded!(Sample<Python>);
}

mod node {
    use super::{Node, Sample};
    super::conformance!(Sample<Node>);
    super::bounded!(Sample<Node>);
}

mod go {
    use super::{Go, Sample};
    super::conformance!(Sample<Go>);
    super::bounded!(Sample<Go>);
}

/// What whoever finds the URL can do to a sample without the secret.
macro_rules! bounded {
    ($sample:ty) => {
        #[test]
        fn a_body_without_end_is_not_waited_for() {
            let sample = <$sample as super::Fixture>::new();
            let megabyte = "x".repeat((1 << 20) + 1);
            for length in ["1000000000", "-1"] {
                let request = format!("POST /regain HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n");
                let answer = sample.says_to(&(request + &megabyte));
                assert!(answer.starts_with("HTTP/1.1 4"), "{length}: {answer:?}");
            }
        }

        #[test]
        fn who_sends_half_a_request_is_not_waited_for() {
            let sample = <$sample as super::Fixture>::new();
            let half = "POST /regain HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{";
            let answer = sample.says_to(half);
            assert!(!answer.starts_with("HTTP/1.1 2"), "{answer:?}");
        }
    };
}
use bounded;

/// What a sample is written in.
trait Language {
    /// What starts it, but for the port.
    fn command() -> Command;
}

struct Python;
struct Node;
struct Go;

impl Language for Python {
    fn command() -> Command {
        let mut python = Command::new(needed("REGAIN_TEST_PYTHON"));
        python.arg(examples().join("python/app.py"));
        python
    }
}

impl Language for Node {
    fn command() -> Command {
        let mut node = Command::new(needed("REGAIN_TEST_NODE"));
        node.arg(examples().join("node/app.mjs"));
        node
    }
}

impl Language for Go {
    /// Built once for all tests.
    fn command() -> Command {
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        Command::new(BUILT.get_or_init(|| {
            let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-hook/sample-in-go");
            let mut go = Command::new(needed("REGAIN_TEST_GO"));
            let built = go.args(["build", "-o"]).arg(&program).arg(examples().join("go/main.go")).status().unwrap();
            assert!(built.success());
            program
        }))
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hook")
}

fn needed(variable: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`"))
}

/// A sample as a process of its own, with accounts in a file that is changed behind its back.
struct Sample<L> {
    folder: tempfile::TempDir,
    port: u16,
    running: Mutex<Option<Child>>,
    language: PhantomData<L>,
}

impl<L: Language> Sample<L> {
    fn file(&self) -> PathBuf {
        self.folder.path().join("accounts.json")
    }

    fn accounts(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap()
    }

    fn keep(&self, accounts: &Value) {
        std::fs::write(self.file(), accounts.to_string()).unwrap();
    }

    /// Starts it, and waits until it listens.
    fn start(&self) -> Child {
        let mut command = L::command();
        command.arg(self.port.to_string()).env("HOOK_SECRET", SECRET).env("ACCOUNTS", self.file());
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready "), "{ready:?}");
        child
    }

    fn stop(&self) {
        if let Some(mut child) = self.running.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The first octets of its answer to this, and to no more; none if it hangs up.
    fn says_to(&self, request: &str) -> String {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may have heard enough before the end.
        let _ = line.write_all(request.as_bytes());
        let mut answer = Vec::new();
        match line.take(12).read_to_end(&mut answer) {
            Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("it waits for more: {error}"),
            Ok(_) | Err(_) => String::from_utf8_lossy(&answer).into_owned(),
        }
    }

    /// Whether its own log-in takes this.
    fn logs_in(&self, address: &Value, password: &str) -> bool {
        let body = json!({ "address": address, "password": password }).to_string();
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "POST /log-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        line.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).unwrap();
        answer.starts_with("HTTP/1.1 200 ")
    }
}

impl<L> Drop for Sample<L> {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.get_mut().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl<L: Language> Fixture for Sample<L> {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = Self { folder, port: free_port(), running: Mutex::new(None), language: PhantomData };
        sample.keep(&json!({}));
        *sample.running.lock().unwrap() = Some(sample.start());
        sample
    }

    fn open(&self) -> Box<dyn UserStore> {
        Box::new(store_at(&format!("http://127.0.0.1:{}/regain", self.port)))
    }

    fn add(&self, accounts: &[NewAccount]) -> Vec<String> {
        let mut kept = self.accounts();
        let taken = kept.as_object().unwrap().len();
        let ids: Vec<String> = (1..=accounts.len()).map(|n| (taken + n).to_string()).collect();
        for (id, NewAccount { address, name, locale, password }) in ids.iter().zip(accounts) {
            let (name, locale) = (name.unwrap_or_default(), locale.unwrap_or_default());
            kept[id] = json!({
                "address": address, "name": name, "locale": locale, "password": planted(password), "active": true,
                "sessions": [],
            });
        }
        self.keep(&kept);
        ids
    }

    fn change(&self, id: &str, change: Change<'_>) {
        let mut kept = self.accounts();
        match change {
            Change::Password(password) => kept[id]["password"] = planted(password).into(),
            Change::Address(address) => kept[id]["address"] = address.into(),
            Change::MayReset(may) => kept[id]["active"] = may.into(),
            Change::Gone => drop(kept.as_object_mut().unwrap().remove(id)),
        }
        self.keep(&kept);
    }

    fn accepts(&self, id: &str, password: &str) -> bool {
        let account = &self.accounts()[id];
        account["password"] == *planted(password) || self.logs_in(&account["address"], password)
    }

    fn set_reachable(&self, reachable: bool) {
        self.stop();
        if reachable {
            *self.running.lock().unwrap() = Some(self.start());
        }
    }
}

/// Longer than a sample waits for a stranger, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stands in a file for the hash of a password that no sample has hashed, each in a way of its own.
fn planted(password: &str) -> String {
    format!("planted {password}")
}

/// A port to which the same program can come back: below those that the system gives to anybody (Linux: from 32768).
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + (std::process::id() % 100) as u16 * 100;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed) % 2_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
