//! What can be measured, a file each.

mod abuse;
mod accept;
mod accounts;
mod deliver;
mod measures;
mod memory;
mod nodes;
mod peers;
mod redeem;
mod start;
mod told_apart;

use crate::machine::Machine;
use crate::process::{Process, free_address};
use crate::report::Report;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Bench {
    /// Requests accepted in a second, with the ledger on SQLite.
    Accept,
    /// Requests accepted in a second, with the ledger on PostgreSQL.
    AcceptPostgres,
    /// Mails delivered in a second, beside Postfix's own smtp-source.
    Deliver,
    /// Passwords set in a second, beside the bare hash function; and what a storm of them does to requests.
    Redeem,
    /// What a request and its look-up cost, the more accounts there are.
    Accounts,
    /// Three nodes on one PostgreSQL, beside pgbench.
    Nodes,
    /// Memory, idle and loaded.
    Memory,
    /// From the start of the process to its first 200.
    Start,
    /// Whether anything about an answer tells if there is an account.
    ToldApart,
    /// What somebody quick notices while others wish the server ill, and what memory that takes.
    Abuse,
    /// The same with TLS, of what costs memory for each connection.
    AbuseTls,
    /// What other servers' own resets do under the same load.
    Peers,
}

/// How thoroughly, and with what.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Plan {
    /// How long each target has its turn, in each round.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How often each target has its turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Numbers of connections.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 256])]
    connections: Vec<usize>,
    /// Which share of the requests is for addresses of accounts.
    #[arg(long, default_value_t = 0.0)]
    known: f64,
    /// How many mails a turn of `deliver` has.
    #[arg(long, default_value_t = 5000)]
    mails: u64,
    /// The most accounts of `accounts`, which begins with a thousand; ten million take minutes to make.
    #[arg(long, default_value_t = 1_000_000)]
    accounts_max: u64,
    /// Samples of each kind of address in `told-apart`.
    #[arg(long, default_value_t = 20_000)]
    samples: usize,
    /// Settings of `told-apart` to measure alone, such as `sqlite-idle`; otherwise all.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    settings: Vec<String>,
    /// Another program than the one that was built for it.
    #[arg(long, value_name = "FILE")]
    regain: Option<PathBuf>,
}

impl Bench {
    pub(crate) fn run(self, plan: &Plan) -> Result<()> {
        let name = self.name();
        println!("── {name}: {}", self.about());
        let stage = Stage::new(&name, plan)?;
        let mut report = Report::new(&name, Machine::here(&stage.regain)?);
        let run = match self {
            Self::Accept => accept::on_sqlite,
            Self::AcceptPostgres => accept::on_postgres,
            Self::Deliver => deliver::run,
            Self::Redeem => redeem::run,
            Self::Accounts => accounts::run,
            Self::Nodes => nodes::run,
            Self::Memory => memory::run,
            Self::Start => start::run,
            Self::ToldApart => told_apart::run,
            Self::Abuse => abuse::run,
            Self::AbuseTls => abuse::run_encrypted,
            Self::Peers => peers::run,
        };
        run(&stage, &mut report).with_context(|| name)?;
        report.publish(&stage.folder)
    }

    fn name(self) -> String {
        use clap::ValueEnum;
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn about(self) -> String {
        use clap::ValueEnum;
        let help = self.to_possible_value().and_then(|value| Some(value.get_help()?.to_string()));
        help.unwrap_or_default()
    }
}

/// Where a measurement takes place.
struct Stage {
    plan: Plan,
    /// The program that is measured.
    regain: PathBuf,
    /// Where the results go; also where ledgers lie meanwhile, so on a disk.
    folder: PathBuf,
}

impl Stage {
    /// What is not in the plan comes from `cargo xtask bench`, or is where it would put it.
    fn new(name: &str, plan: &Plan) -> Result<Self> {
        let told = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
        let program = plan.regain.clone().or_else(|| told("REGAIN_BENCH_PROGRAM"));
        let program = program.unwrap_or_else(|| "target/release/regain".into());
        let regain = program.canonicalize().with_context(|| format!("{} is not built", program.display()))?;
        let folder = told("REGAIN_BENCH_FOLDER").unwrap_or_else(|| "target/bench".into()).join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(Self { plan: plan.clone(), regain, folder: folder.canonicalize()? })
    }

    /// A PostgreSQL whose word on durability can be trusted, and where databases may be made.
    fn postgres(&self) -> Result<String> {
        let url = std::env::var("REGAIN_BENCH_POSTGRES_URL");
        url.context("REGAIN_BENCH_POSTGRES_URL names no server; `cargo xtask bench` starts one")
    }

    /// An empty folder, on the disk that ledgers are measured on.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("run").join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Accounts that any measurement may use.
    fn accounts(&self, count: u64) -> Result<PathBuf> {
        let beside = self.folder.parent().unwrap_or(&self.folder).join("accounts");
        crate::accounts::make(&beside, count)
    }

    fn turn(&self) -> Duration {
        Duration::from_secs(self.plan.seconds)
    }
}

/// A yardstick, ready.
struct Yardstick {
    _process: Process,
    public: SocketAddr,
}

impl Yardstick {
    /// `words` say which one.
    fn start(folder: &Path, words: &[&str]) -> Result<Self> {
        let public = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("limit").arg(public.to_string()).args(words).current_dir(folder);
        let mut process = Process::start(command, folder)?;
        process.wait_until_listening(public).context("a yardstick")?;
        Ok(Self { _process: process, public })
    }
}
