//! One of the back ends in `examples/hook`, as a process of its own, with accounts in a file.

use super::canary::{self, Kind};
use super::process::{DEADLINE, client, lines_of, needed, without_our_settings};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// What both sides know.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Runs until it is dropped.
pub(crate) struct SampleBackEnd {
    child: Child,
    folder: TempDir,
    /// Where calls go.
    pub(crate) url: String,
}

impl SampleBackEnd {
    pub(crate) fn in_python(accounts: &Value) -> Self {
        let mut python = Command::new(needed("REGAIN_TEST_PYTHON"));
        python.arg(examples().join("python/app.py"));
        Self::start(python, accounts)
    }

    pub(crate) fn in_node(accounts: &Value) -> Self {
        let mut node = Command::new(needed("REGAIN_TEST_NODE"));
        node.arg(examples().join("node/app.mjs"));
        Self::start(node, accounts)
    }

    pub(crate) fn in_go(accounts: &Value) -> Self {
        Self::start(Command::new(built_go()), accounts)
    }

    fn start(mut command: Command, accounts: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("accounts.json");
        std::fs::write(&file, accounts.to_string()).unwrap();
        without_our_settings(&mut command).arg("0").env("HOOK_SECRET", SECRET).env("ACCOUNTS", &file);
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
        let ready = lines_of(child.stdout.take().unwrap()).recv_timeout(DEADLINE).unwrap();
        let url = ready.strip_prefix("ready ").expect("its first line").to_owned();
        Self { child, folder, url }
    }

    /// What it has of an account.
    pub(crate) fn account(&self, id: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join("accounts.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()[id].take()
    }

    /// Whether its log-in takes this.
    pub(crate) async fn logs_in(&self, address: &str, password: &str) -> bool {
        canary::note(Kind::Password, password);
        let url = self.url.replace("/regain", "/log-in");
        let body = json!({ "address": address, "password": password });
        client().post(url).json(&body).send().await.unwrap().status() == 200
    }
}

impl Drop for SampleBackEnd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hook")
}

/// Built once for all tests of this binary.
fn built_go() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hook-sample-in-go");
        let mut go = Command::new(needed("REGAIN_TEST_GO"));
        let built = go.args(["build", "-o"]).arg(&program).arg(examples().join("go/main.go")).status().unwrap();
        assert!(built.success());
        program
    })
}
