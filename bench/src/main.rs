//! Measures Regain beside what the same machine could reach at most: `cargo xtask bench NAME…`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for a terminal: what it prints is its result")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of a measurement, far from the limits of their types"
)]

mod accounts;
mod attack;
mod benches;
mod disk;
mod hash;
mod limits;
mod load;
mod machine;
mod postfix;
mod postgres;
mod process;
mod processor;
mod regain;
mod report;
mod sink;
mod tls;

use anyhow::Result;
use benches::{Bench, Plan};
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "regain-bench", subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
struct Words {
    /// What to measure.
    #[arg(required = true, value_name = "NAME")]
    benches: Vec<Bench>,
    #[command(flatten)]
    plan: Plan,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What a measurement starts as a process of its own.
#[derive(Subcommand)]
enum Part {
    /// A yardstick.
    #[command(hide = true)]
    Limit {
        listen: SocketAddr,
        #[command(subcommand)]
        limit: limits::Limit,
    },
    /// Somebody who wishes a server ill.
    #[command(hide = true)]
    Attack {
        attack: attack::Attack,
        to: SocketAddr,
        /// The certificate of a server that speaks TLS.
        trusted: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let words = Words::parse();
    match &words.part {
        Some(Part::Limit { listen, limit }) => return exit_code(limits::serve(limit, *listen)),
        Some(Part::Attack { attack, to, trusted }) => return exit_code(attack::run(*attack, *to, trusted.as_deref())),
        None => {}
    }
    // One that does not work out keeps none of the others from being made.
    let codes = words.benches.iter().map(|bench| exit_code(bench.run(&words.plan)));
    codes.fold(ExitCode::SUCCESS, |worst, code| if code == ExitCode::SUCCESS { worst } else { code })
}

fn exit_code(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
