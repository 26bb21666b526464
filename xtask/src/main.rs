//! Tests, checks and generated files of this repository: `cargo xtask <command>`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command for a terminal: what it prints is its result")]

mod bench;
mod canaries;
mod conformance;
mod contact_sheets;
mod databases;
mod faults;
mod fuzz;
mod glossary;
mod interop;
mod libraries;
mod links;
mod mistakes;
mod mutants;
mod needs;
mod page_sheets;
mod references;
mod sbom;
mod simulate;
mod soak;
mod step;
mod suite;
mod supply_chain;
mod tree;
mod weaknesses;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["test"] => suite::test(),
        ["check"] => suite::check(),
        ["canaries", folder] => canaries::look_in(folder),
        ["databases"] => databases::stay(),
        ["interop", ref names @ ..] => interop::run_all(names),
        ["bench", ref words @ ..] => bench::run_all(words),
        ["faults", ref words @ ..] => faults::run_all(words),
        ["contact-sheets"] => contact_sheets::draw_all(),
        ["nodes", ref options @ ..] => soak::nodes(options),
        ["soak", ref options @ ..] => soak::soak(options),
        ["simulate", ref arguments @ ..] => simulate::simulate(arguments),
        ["weaknesses", ref names @ ..] => weaknesses::run_all(names),
        ["fuzz", ref words @ ..] => fuzz::run_all(words),
        ["page-sheets"] => page_sheets::draw(),
        ["mutants", ref words @ ..] => mutants::run_all(words),
        ["sbom"] => sbom::write(),
        ["regen"] => references::regenerate(),
        ["tidy"] => tree::tidy(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

const USAGE: &str = "cargo xtask COMMAND

  test             every test; the last line counts what ran and names what did not
  check            the quick part of it: format, clippy, the core's tests, the words
  interop [NAME…]  resets passwords of real applications: all, or those named
  bench NAME…      measures, beside what the machine could at most; `bench --help` names what
  faults [--runs N]
                   kills, stops and starves everything, ten times or N, and prints a table
  nodes            three nodes on one ledger: killed, raced and replaced, in earnest; --seed S, --from OLD_PROGRAM
  soak --minutes N people and faults of all kinds for so long, on three nodes or --nodes N; --seed S
  weaknesses [NAME…]
                   brings back what went wrong elsewhere, all or those named, and sees that a test notices
  contact-sheets   pictures of every mail in every language, by day and in the dark, in target/contact-sheets
  canaries FOLDER  looks for secrets in what tests left there that ran with REGAIN_TEST_CANARIES=FOLDER
  databases        the database servers of the tests, until Ctrl-C
  simulate         thousands of simulated histories: --seeds N, --from S; --steps K of one that fails
  fuzz [TARGET…]   looks for octets that break the parsers, a minute each or --seconds N
  page-sheets      draws every hosted page in every language into target/page-sheets/, for somebody to look at
  mutants [PART…]  changes rules, hashes or recovery in one place after the other: tests notice; --shard K/N for a share
  sbom             writes target/regain.cdx.json: what the program is built of, as CycloneDX
  regen            writes docs/reference/ anew
  tidy             lists files over 500 lines and left-overs";
