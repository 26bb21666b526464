//! The disk with the ledger is full for a while: requests are refused, what was acknowledged before is kept, and all
//! goes on once there is space again.

use crate::clients::Clients;
use crate::ledger::Ledger;
use crate::scene::Scene;
use crate::support::process::{DEADLINE, Process, Site, eventually};
use crate::table;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_full() {
    for _ in 0..table::runs() {
        let site = Site::with_accounts(&[]).await;
        let disk = SmallDisk::mount(&site.path().join("small"));
        let ledger = Ledger::Sqlite(disk.0.join("regain.db"));
        let scene = Scene::with(site, ledger, ACCOUNTS);
        let clients = Clients::of(&scene);
        let nodes = scene.serve_all();
        let trouble = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            disk.fill();
            eventually("refusal", DEADLINE, async || is_refused(&nodes[0]).await.then_some(())).await;
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            disk.free();
        };
        clients.reset_during(&nodes, trouble).await;
        table::close("disk full", &clients, 0, nodes).await;
    }
}

/// Whether a request is turned away with 503; nothing else but success is an answer.
async fn is_refused(server: &Process) -> bool {
    let answer = server.post("/auth/password-reset/request", &json!({ "email": "nobody@example.com" })).await.unwrap();
    assert!([200, 503].contains(&answer.status().as_u16()), "{}", answer.status());
    answer.status() == 503
}

const ACCOUNTS: usize = 20;

/// A file system of a few megabytes, gone when dropped. Only root may mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Self {
        std::fs::create_dir(folder).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder).status();
        assert!(mounted.unwrap().success(), "a small disk cannot be mounted");
        Self(folder.to_owned())
    }

    fn fill(&self) {
        use std::io::Write;
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
