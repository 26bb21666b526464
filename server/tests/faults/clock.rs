//! The system's clock jumps a day forward or back, while a relay's backlog waits and while everything is under way.

use crate::clients::Clients;
use crate::ledger::Engine;
use crate::scene::Scene;
use crate::support::process::{DEADLINE, eventually, needed};
use crate::support::smtp::{Behaviour, Phase};
use crate::table;
use std::path::PathBuf;
use std::time::Duration;

const DAY: i64 = 86_400;

async fn jumps_while_mail_waits(engine: Engine, what: &str, seconds: i64) {
    for _ in 0..table::runs() {
        let mut scene = Scene::on(engine, ACCOUNTS).await;
        let clock = Clock::of(&mut scene);
        let clients = Clients::of(&scene);
        scene.site.smtp.at(Phase::Connect, Behaviour::Drop);
        let nodes = scene.serve_all();
        let trouble = async {
            let tried = async || (scene.site.smtp.connections() >= ACCOUNTS).then_some(());
            eventually("first attempt for everybody", DEADLINE, tried).await;
            clock.jump(seconds);
            scene.site.smtp.behave();
        };
        clients.reset_during(&nodes, trouble).await;
        table::close(what, &clients, 0, nodes).await;
    }
}

async fn jumps_in_the_midst(engine: Engine, what: &str, seconds: i64) {
    for run in 0..table::runs() {
        let mut scene = Scene::on(engine, ACCOUNTS).await;
        let clock = Clock::of(&mut scene);
        let clients = Clients::of(&scene);
        let nodes = scene.serve_all();
        let trouble = async {
            tokio::time::sleep(Duration::from_millis(200 + 100 * run as u64)).await;
            clock.jump(seconds);
        };
        clients.reset_during(&nodes, trouble).await;
        // A mail on its way may be taken for lost.
        table::close(what, &clients, 1, nodes).await;
    }
}

const ACCOUNTS: usize = 20;

/// The wall clock of a scene's servers: the system's, and so many seconds. Others see none of it.
struct Clock(PathBuf);

impl Clock {
    fn of(scene: &mut Scene) -> Self {
        let clock = Self(scene.site.path().join("clock"));
        clock.jump(0);
        let library = needed("REGAIN_TEST_FAKETIME").into_string().unwrap();
        scene.env.extend([
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", clock.0.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
        ]);
        clock
    }

    fn jump(&self, seconds: i64) {
        // In one step: it is read all the time.
        let new = self.0.with_extension("new");
        std::fs::write(&new, format!("{seconds:+}\n")).unwrap();
        std::fs::rename(&new, &self.0).unwrap();
    }
}

on_both_ledgers! {
    jumps_forward_while_mail_waits: |engine| jumps_while_mail_waits(engine, "clock + 1 day, mail waiting", DAY);
    jumps_back_while_mail_waits: |engine| jumps_while_mail_waits(engine, "clock - 1 day, mail waiting", -DAY);
    jumps_forward_in_the_midst: |engine| jumps_in_the_midst(engine, "clock + 1 day, in the midst", DAY);
    jumps_back_in_the_midst: |engine| jumps_in_the_midst(engine, "clock - 1 day, in the midst", -DAY);
}
