//! Where somebody asks: a server with its ledger, its accounts, its relay, and others who ask as well.

use super::{Couriers, Setting, Stage};
use crate::load::requests::{Addresses, Class, Requests, address};
use crate::load::{self, Load};
use crate::postgres::Database;
use crate::regain::{Regain, Settings};
use crate::sink::Sink;
use anyhow::{Context, Result};
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A server that is ready and warm. Fields are dropped in their order.
pub(super) struct Place {
    _others: Option<Others>,
    regain: Regain,
    _relay: Option<Sink>,
    _folder: Folder,
}

impl Place {
    pub(super) fn make(
        stage: &Stage,
        setting: &Setting,
        accounts: &Path,
        users: Option<&AccountsOnPostgres>,
    ) -> Result<Self> {
        let (sink, relay) = match setting.couriers {
            Couriers::Hanging => (None, silent_relay()?),
            Couriers::Idle | Couriers::Busy => {
                let sink = Sink::start()?;
                let address = sink.address;
                (Some(sink), address)
            }
        };
        let folder = if setting.ledger_on_disk { Folder(stage.fresh("target")?) } else { Folder::in_memory()? };
        let settings = Settings { program: &stage.regain, folder: folder.0.clone(), ledger: None, accounts, relay };
        let mut env = vec![("REGAIN_USERS__ELIGIBLE", "id % 2 = 1".to_owned())];
        env.extend(users.map(|users| ("REGAIN_USERS__URL", users.0.url())));
        let regain = Regain::start_with(&settings, &env)?;
        let warm_up: Arc<dyn Requests> =
            Arc::new(Addresses::of_regain(super::ACCOUNTS, 0.5).counted_from(WARM_UP_FROM).limited_to(WARM_UP));
        load::run(&Load::at_once(regain.public, 1), &warm_up)?.ensure_clean().context("the warm-up")?;
        let others = (setting.couriers == Couriers::Busy).then(|| Others::ask(regain.public)).transpose()?;
        Ok(Self { _others: others, regain, _relay: sink, _folder: folder })
    }

    pub(super) fn public(&self) -> SocketAddr {
        self.regain.public
    }
}

/// The accounts once more, in PostgreSQL: a database that goes when this does.
pub(super) struct AccountsOnPostgres(Database);

impl AccountsOnPostgres {
    pub(super) fn make(server: &str, count: u64) -> Result<Self> {
        let database = Database::create(server, "told_apart")?;
        let password = crate::hash::stored();
        database.run(&format!(
            "CREATE TABLE accounts (id bigint PRIMARY KEY, email text NOT NULL, password text DEFAULT '{password}')"
        ))?;
        for first in (0..count).step_by(AT_ONCE) {
            let mut sql = String::from("INSERT INTO accounts (id, email) VALUES ");
            for number in first..count.min(first + AT_ONCE as u64) {
                let comma = if number == first { "" } else { ", " };
                write!(sql, "{comma}({}, '{}')", number + 1, address(number).to_uppercase())?;
            }
            database.run(&sql)?;
        }
        for sql in ["CREATE UNIQUE INDEX ON accounts (lower(email))", "VACUUM ANALYZE accounts", "CHECKPOINT"] {
            database.run(sql)?;
        }
        Ok(Self(database))
    }
}

/// Who asks as well, for accounts that nobody else asks for, until this is dropped.
struct Others {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct UntilOver(Addresses, Arc<AtomicBool>);

impl Requests for UntilOver {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<Class> {
        if self.1.load(Ordering::Relaxed) { None } else { self.0.next(bytes) }
    }
}

impl Others {
    fn ask(public: SocketAddr) -> Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let addresses = Addresses::of_regain(super::ACCOUNTS, 1.0).counted_from(OTHERS_FROM);
        let requests: Arc<dyn Requests> = Arc::new(UntilOver(addresses, Arc::clone(&is_over)));
        let load = Load { pace: OTHERS_PACE, ..Load::at_once(public, OTHERS) };
        let ask = move || match load::run(&load, &requests).and_then(|outcome| outcome.ensure_clean()) {
            Ok(()) => {}
            Err(fault) => eprintln!("those who ask as well: {fault:#}"),
        };
        let thread = std::thread::Builder::new().name("others".into()).spawn(ask)?;
        Ok(Self { is_over, thread: Some(thread) })
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes connections as long as this process lives, and never says a word.
fn silent_relay() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let keep_silent = move || {
        let _kept: Vec<_> = listener.incoming().collect();
    };
    std::thread::Builder::new().name("silent".into()).spawn(keep_silent)?;
    Ok(address)
}

/// A folder that goes when this does.
struct Folder(PathBuf);

impl Folder {
    fn in_memory() -> Result<Self> {
        let folder = PathBuf::from(format!("/dev/shm/regain-bench-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const WARM_UP: u64 = 2_000;
const WARM_UP_FROM: u64 = 320_000;
/// Accounts from this number on are for those who ask as well.
pub(super) const OTHERS_FROM: u64 = 400_000;
const OTHERS: usize = 4;
const OTHERS_PACE: Duration = Duration::from_millis(20);
/// Rows in one statement.
const AT_ONCE: usize = 10_000;
