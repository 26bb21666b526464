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
