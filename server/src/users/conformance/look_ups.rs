//! Which accounts are found, and what is said of each.

use super::{Change, Fixture, NewAccount, OLD, find, load, three_accounts};
use regain_core::account::{Match, matching};
use regain_core::email::EmailAddress;

pub(crate) async fn a_batch_is_found_in_one_look_up<F: Fixture>() {
    let (_fixture, store, ids) = three_accounts::<F>();
    let mut found = find(&*store, &["ada@example.com", "nobody@example.com", "grace@example.com"]).await;
    found.sort_by(|a, b| a.address.cmp(&b.address));
    let [ada, grace] = &found[..] else { panic!("{found:?}") };
    assert_eq!((ada.id.as_str(), ada.address.as_str()), (ids[0].as_str(), "ada@example.com"));
    assert_eq!((ada.name.as_deref(), ada.locale.as_deref()), (Some("Ada"), Some("en")));
    assert!(ada.eligible && grace.eligible);
    assert_eq!(grace.locale, None);
    let shows = ada.password.as_ref().map(|stored| stored.expose() == OLD);
    assert_eq!(shows, Some(store.shows_hashes()), "a state is not the password");
    assert!(store.find(&[]).await.unwrap().is_empty());
}

pub(crate) async fn more_addresses_than_one_query_takes_are_all_found<F: Fixture>() {
    let (_fixture, store, _) = three_accounts::<F>();
    let mut many: Vec<String> = (0..1_500).map(|n| format!("nobody{n}@example.com")).collect();
    many.extend(["ada@example.com".into(), "grace@example.com".into()]);
    assert_eq!(find(&*store, &many).await.len(), 2);
}

pub(crate) async fn case_is_folded_and_the_spelling_on_file_is_kept<F: Fixture>() {
    let (fixture, store, ids) = three_accounts::<F>();
    fixture.change(&ids[2], Change::Address("KAY@Example.COM"));
    let found = find(&*store, &["Kay@example.com"]).await;
    let [kay] = &found[..] else { panic!("{found:?}") };
    assert_eq!((kay.id.as_str(), kay.address.as_str()), (ids[2].as_str(), "KAY@Example.COM"));
}

pub(crate) async fn two_matches_are_both_returned<F: Fixture>() {
    let (fixture, store, ids) = three_accounts::<F>();
    fixture.change(&ids[2], Change::Address("ADA@example.com"));
    let found = find(&*store, &["ada@example.com"]).await;
    let chosen = |typed: &str| match matching(&EmailAddress::parse(typed).unwrap(), &found) {
        Match::None => None,
        Match::One(account) => ids.iter().position(|id| id == account.id.as_str()),
        Match::Ambiguous(_) => Some(usize::MAX),
    };
    let chosen = ["ada@example.com", "ADA@example.com", "Ada@example.com"].map(chosen);
    assert_eq!(chosen, [Some(0), Some(2), Some(usize::MAX)]);
}

/// Three are as ambiguous as three thousand, and the rest of the batch is still there.
pub(crate) async fn thousands_of_matches_stay_ambiguous_and_bounded<F: Fixture>() {
    let (fixture, store, _) = three_accounts::<F>();
    let twin = NewAccount { address: "dup@example.com".into(), name: None, locale: None, password: OLD };
    fixture.add(&vec![twin; 2_000]);
    let found = find(&*store, &["dup@example.com", "grace@example.com"]).await;
    assert!(found.len() < 100, "{}", found.len());
    let typed = |text: &str| EmailAddress::parse(text).unwrap();
    assert!(matches!(matching(&typed("dup@example.com"), &found), Match::Ambiguous(_)));
    assert!(matches!(matching(&typed("grace@example.com"), &found), Match::One(_)));
}

/// SQL, LDAP filters, JSON and URLs each have their own.
pub(crate) async fn what_is_syntax_elsewhere_finds_nobody<F: Fixture>() {
    let (_fixture, store, _) = three_accounts::<F>();
    for typed in [
        "*",
        "*@example.com",
        "ada@example.com)(uid=*",
        "*)(uid=*))(|(uid=*",
        "ada@example.com\\",
        "a\\64a@example.com",
        "' OR ''='",
        "ada@example.com'--",
        "ada@example.com\"]}",
        "%61da@example.com",
        "ada@example.com\n",
    ] {
        assert!(find(&*store, &[typed]).await.is_empty(), "{typed:?}");
        assert_eq!(find(&*store, &[typed, "ada@example.com"]).await.len(), 1, "{typed:?}");
    }
}

pub(crate) async fn keys_are_loaded_exactly<F: Fixture>() {
    let (_fixture, store, ids) = three_accounts::<F>();
    assert_eq!(load(&*store, &ids[1]).await.unwrap().address, "grace@example.com");
    let padded = [format!(" {}", ids[1]), format!("{} ", ids[1]), format!("0{}", ids[1]), format!("{}.0", ids[1])];
    let others = ["", "*", "999", "1 OR 1=1", "x'01'", "0x01", "0xé", "99999999999999999999", "uid=*", "1)(uid=*"];
    for id in padded.iter().map(String::as_str).chain(others) {
        assert!(load(&*store, id).await.is_none(), "{id:?}");
    }
}
