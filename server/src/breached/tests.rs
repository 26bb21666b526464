//! Filters made and asked.

use super::build::build_in;
use super::format::Header;
use super::*;
use proptest::prelude::*;
use sha1::{Digest, Sha1};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A list of these passwords as Have I Been Pwned has it.
fn list_of(passwords: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    passwords.into_iter().fold(String::new(), |mut list, password| {
        Sha1::digest(password).iter().for_each(|octet| write!(list, "{octet:02X}").unwrap());
        list.push_str(":3\r\n");
        list
    })
}

fn on_and_on(_: Progress) -> bool {
    true
}

struct Made {
    folder: TempDir,
    path: PathBuf,
    built: Built,
}

fn made_of(list: &str, run_keys_max: usize) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("breached.filter");
    let built = build_in(list.as_bytes(), &path, run_keys_max, &mut on_and_on).unwrap();
    Made { folder, path, built }
}

fn names_in(folder: &TempDir) -> Vec<String> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_password_of_the_list_is_found(
        passwords in prop::collection::vec(".{0,12}", 1..700),
        run_keys_max in 1_usize..1000,
    ) {
        let made = made_of(&list_of(&passwords), run_keys_max);
        let filter = Filter::open(&made.path).unwrap();
        for password in &passwords {
            prop_assert!(filter.has(password.as_bytes()).unwrap(), "{password:?}");
        }
        prop_assert_eq!(names_in(&made.folder), ["breached.filter"]);
    }
}

#[test]
fn of_passwords_that_are_not_listed_fewer_are_found_than_is_promised() {
    const LISTED: u32 = 100_000;
    const ASKED: u32 = 400_000;
    let made = made_of(&list_of((0..LISTED).map(|n| format!("listed {n}"))), 1 << 20);
    assert_eq!(made.built.listed, u64::from(LISTED));
    // 64 bits of a hash are told apart by their place in all but one of 131,072 cases.
    assert!((99_990..=100_000).contains(&made.built.kept), "{:?}", made.built);
    let bits = made.built.octets as f64 * 8.0 / f64::from(LISTED);
    assert!(bits < 18.0, "{bits} bits a hash");

    let filter = Filter::open(&made.path).unwrap();
    assert!((0..LISTED).all(|n| filter.has(format!("listed {n}").as_bytes()).unwrap()));
    let wrong = (0..ASKED).filter(|n| filter.has(format!("not listed {n}").as_bytes()).unwrap()).count();
    // 6.1 are promised at most, on average; the passwords are always the same, so this does not fail by chance.
    assert!((1..=9).contains(&wrong), "{wrong} found");
}

#[test]
fn however_it_is_sorted_the_filter_is_the_same() {
    let passwords: Vec<_> = (0..3000).map(|n| format!("listed {n}")).collect();
    let backwards = list_of(passwords.iter().rev());
    let mut lines: Vec<_> = backwards.lines().collect();
    lines.sort_unstable();
    let octets = [list_of(&passwords), backwards.clone(), lines.join("\n").to_lowercase()]
        .map(|list| fs::read(made_of(&list, 700).path).unwrap());
    assert!(octets[0] == octets[1] && octets[1] == octets[2]);
}

#[test]
fn case_and_spaces_count() {
    let filter = Filter::open(&made_of(&list_of(["Correct Horse"]), 10).path).unwrap();
    assert_eq!(filter.passwords(), 1);
    assert!(filter.has(b"Correct Horse").unwrap());
    assert!(!filter.has(b"correct horse").unwrap() && !filter.has(b"Correct Horse ").unwrap());
}

fn refused(path: &Path) -> String {
    Filter::open(path).expect_err("it must be refused").to_string()
}

#[test]
fn every_altered_octet_is_noticed() {
    let made = made_of(&list_of((0..600).map(|n| format!("listed {n}"))), 1 << 10);
    let good = fs::read(&made.path).unwrap();
    for at in (0..Header::OCTETS + 64).chain((200..good.len()).step_by(97)).chain([good.len() - 1]) {
        let mut altered = good.clone();
        altered[at] ^= 0x10;
        fs::write(&made.path, altered).unwrap();
        let fault = refused(&made.path);
        assert!(["no filter", "version", "damaged"].iter().any(|word| fault.contains(word)), "octet {at}: {fault}");
    }
    fs::write(&made.path, good).unwrap();
    assert!(Filter::open(&made.path).is_ok());
}

#[test]
fn what_is_cut_short_lengthened_or_something_else_is_refused() {
    let made = made_of(&list_of((0..600).map(|n| format!("listed {n}"))), 1 << 10);
    let good = fs::read(&made.path).unwrap();
    for (octets, words) in [
        (&good[..good.len() - 1], "its end is missing"),
        (&good[..Header::OCTETS], "its end is missing"),
        (&good[..Header::OCTETS - 1], "is no filter"),
        (&[][..], "is no filter"),
        (&[&good[..], b"\n"].concat()[..], "longer than it was made"),
        (list_of(["a", "b"]).as_bytes(), "`regain breached build LIST` makes one"),
    ] {
        fs::write(&made.path, octets).unwrap();
        assert!(refused(&made.path).contains(words), "{}", refused(&made.path));
    }
    assert!(refused(&made.folder.path().join("absent")).contains("cannot be read"));
    assert!(matches!(Filter::open(made.folder.path()), Err(FilterFault::Io(_))), "a folder");
}

#[test]
fn a_file_that_loses_its_end_while_open_is_a_fault_and_no_answer() {
    let passwords: Vec<_> = (0..600).map(|n| format!("listed {n}")).collect();
    let made = made_of(&list_of(&passwords), 1 << 10);
    let filter = Filter::open(&made.path).unwrap();
    fs::OpenOptions::new().write(true).open(&made.path).unwrap().set_len(100).unwrap();
    assert!(passwords.iter().any(|password| filter.has(password.as_bytes()).is_err()));
    assert!(passwords.iter().all(|password| !matches!(filter.has(password.as_bytes()), Ok(false))));
}

#[test]
fn a_list_that_is_none_leaves_the_old_filter_and_nothing_else() {
    let made = made_of(&list_of(["a"]), 10);
    let good = fs::read(&made.path).unwrap();
    let line_3 = format!("{}hunter2\n", list_of(["a", "b"]));
    for (list, words) in [("", "has no hash in it"), (&line_3, "line 3 of the list is no SHA-1 hash")] {
        let fault = build_in(list.as_bytes(), &made.path, 1, &mut on_and_on).unwrap_err();
        assert!(fault.to_string().contains(words), "{fault}");
        assert!(!fault.to_string().contains("hunter2"));
    }
    assert_eq!(fs::read(&made.path).unwrap(), good);
    assert_eq!(names_in(&made.folder), ["breached.filter"]);
}

#[test]
fn hashes_that_no_passwords_have_are_refused() {
    let mut list = String::new();
    for n in 0..100_000_u64 {
        writeln!(list, "{:016X}{:024X}", n << 32, 0).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let fault = build_in(list.as_bytes(), &folder.path().join("uneven"), 1 << 20, &mut on_and_on).unwrap_err();
    assert!(matches!(fault, BuildFault::Uneven), "{fault}");
    assert_eq!(names_in(&folder).len(), 0);
}

#[test]
fn stopped_while_reading_or_writing_it_leaves_nothing() {
    let list = list_of((0..140_000).map(|n| format!("listed {n}")));
    for stops_at in [
        |progress| matches!(progress, Progress::Reading { .. }),
        |progress| matches!(progress, Progress::Writing { hashes, .. } if hashes > 70_000),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut calls = 0;
        let mut goes_on = |progress| {
            calls += 1;
            !stops_at(progress)
        };
        let fault = build_in(list.as_bytes(), &folder.path().join("filter"), 50_000, &mut goes_on).unwrap_err();
        assert!(matches!(fault, BuildFault::Stopped), "{fault}");
        assert!(calls > 0);
        assert_eq!(names_in(&folder).len(), 0);
    }
}

#[test]
fn what_a_killed_build_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("filter.part"), "half of one").unwrap();
    build_in(list_of(["a"]).as_bytes(), &folder.path().join("filter"), 10, &mut on_and_on).unwrap();
    assert_eq!(names_in(&folder), ["filter"]);
}
