//! `cargo xtask simulate`: the courier and redeeming through many simulated histories. See `server/tests/sim/`.

use crate::step::{Tests, cargo, run_tests};
use crate::tree::root;
use anyhow::{Context, Result, bail};

/// A few minutes' worth on two cores.
const SEEDS: u64 = 10_000;

/// Runs the histories of `--seeds N` seeds, `--from S`. One that breaks a promise is told from its last steps on (or its
/// last `--steps K`) and kept in `server/tests/sim/seeds.txt`, so that it runs first ever after.
pub(crate) fn simulate(arguments: &[&str]) -> Result<bool> {
    let (mut seeds, mut from, mut steps) = (SEEDS, 1, None);
    for pair in arguments.chunks(2) {
        let [name, number] = pair else { bail!("{} wants a number", pair[0]) };
        let number: u64 = number.parse().with_context(|| format!("{name} wants a number, not {number:?}"))?;
        match *name {
            "--seeds" => seeds = number,
            "--from" => from = number,
            "--steps" => steps = Some(number),
            _ => bail!("{name} is not known here; there are --seeds, --from and --steps"),
        }
    }
    let mut command = cargo("test -p regain --features failpoints --test sim -- whatever --nocapture");
    command.env("SIMULATE_SEEDS", seeds.to_string()).env("SIMULATE_FROM", from.to_string());
    command.env("SIMULATE_KEEP_IN", root().join("server/tests/sim/seeds.txt")).env("RUST_BACKTRACE", "0");
    command.envs(steps.map(|steps| ("SIMULATE_STEPS", steps.to_string())));
    run_tests(&mut command, &mut Tests::default()).map(|_| true)
}
