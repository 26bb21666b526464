//! What is fed with octets by chance: each target takes any octets and panics if a promise is broken.
//!
//! `cargo xtask fuzz` lets libFuzzer look for such octets (the crate `fuzz/`). What it found worth keeping lies under
//! `fuzz/corpus/`, a folder for each target, and every run of the tests replays it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a target tells what it found by panicking")]

mod addresses;
mod bodies;
mod configuration;
mod hashes;
mod mails;
mod secrets;

pub use addresses::addresses;
pub use bodies::bodies;
pub use configuration::configuration;
pub use hashes::hashes;
pub use mails::{mails, templates};
pub use secrets::secrets;

/// Something that can be fed.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("addresses", addresses),
    ("bodies", bodies),
    ("configuration", configuration),
    ("hashes", hashes),
    ("mails", mails),
    ("secrets", secrets),
    ("templates", templates),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn fuzz() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("fuzz")
    }

    fn kept(target: &str) -> Vec<PathBuf> {
        let folder = fuzz().join("corpus").join(target);
        let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    #[test]
    fn what_was_kept_breaks_no_promise() {
        for (name, target) in TARGETS {
            let files = kept(name);
            assert!(files.len() >= 5, "{name} has {} files to start from", files.len());
            for file in files {
                // Shown only if the target panics.
                println!("{}", file.display());
                target(&fs::read(file).unwrap());
            }
        }
    }

    /// A little fuzzing in every run: the same each time, and blind to what the code does with it.
    #[test]
    fn what_was_kept_breaks_no_promise_when_it_is_mangled() {
        let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
        for (name, target) in TARGETS {
            let kept: Vec<_> = kept(name).into_iter().map(|file| fs::read(file).unwrap()).collect();
            for octets in kept.iter().cycle().take(600) {
                let mut octets = octets.clone();
                for _ in 0..=draw(&mut chance, 3) {
                    mangle(&mut octets, &kept, &mut chance);
                }
                println!("{name}: {:?}", String::from_utf8_lossy(&octets));
                target(&octets);
            }
        }
    }

    /// Changes, drops or repeats a stretch, or puts a stretch of another file in.
    fn mangle(octets: &mut Vec<u8>, kept: &[Vec<u8>], chance: &mut u64) {
        let start = draw(chance, octets.len());
        let end = (start + 1 + draw(chance, 8)).min(octets.len());
        match draw(chance, 4) {
            0 => octets[start..end].iter_mut().for_each(|octet| *octet ^= 1 << draw(chance, 7)),
            1 => drop(octets.drain(start..end)),
            2 => octets.extend_from_within(start..end),
            _ => {
                let other = &kept[draw(chance, kept.len() - 1)];
                let from = draw(chance, other.len());
                let to = (from + draw(chance, 40)).min(other.len());
                drop(octets.splice(start..end, other[from..to].iter().copied()));
            }
        }
    }

    /// A number from 0 to `most`, by Marsaglia's xorshift.
    fn draw(chance: &mut u64, most: usize) -> usize {
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        (*chance % (most as u64 + 1)) as usize
    }

    #[test]
    fn each_target_has_a_program_that_feeds_it() {
        for (name, _) in TARGETS {
            let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
            assert!(program.contains(&format!("regain::fuzzing::{name}")), "{name}");
        }
        assert_eq!(fs::read_dir(fuzz().join("fuzz_targets")).unwrap().count(), TARGETS.len());
    }

    #[test]
    fn what_is_kept_stays_small() {
        let octets: u64 =
            TARGETS.iter().flat_map(|(name, _)| kept(name)).map(|file| fs::metadata(file).unwrap().len()).sum();
        assert!(octets < 200_000, "{octets} octets; keep what shows something that no other file shows");
    }
}
