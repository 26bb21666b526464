//! Writing a password: as it was read, once, and together with the end of the sessions.

use super::{SqlFixture, count, load, three_accounts, write};
use crate::users::Written;
use futures_util::future::join_all;

pub(crate) async fn a_password_is_written_and_the_sessions_end<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "new");
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 2"), "old");
    assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 0);
    assert_eq!(count(&fixture, "sessions WHERE account_id = 2"), 1);
}

pub(crate) async fn nothing_is_written_over_a_change_made_meanwhile<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    for meanwhile in [
        "UPDATE accounts SET password = 'OLD' WHERE id = 1",
        "UPDATE accounts SET password = 'old ' WHERE id = 1",
        "UPDATE accounts SET email = 'Ada@example.com' WHERE id = 1",
        "DELETE FROM accounts WHERE id = 1",
    ] {
        fixture.run("UPDATE accounts SET password = 'old', email = 'ada@example.com' WHERE id = 1");
        fixture.run(meanwhile);
        assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::NoLongerMatches, "{meanwhile}");
        assert_eq!(fixture.ask("SELECT ended_by FROM sessions WHERE account_id = 1"), "nobody", "{meanwhile}");
    }
    assert!(load(&*store, "1").await.is_none());
}

pub(crate) async fn of_64_writers_one_succeeds<F: SqlFixture>() {
    let fixture = F::new();
    let store = fixture.store(|_| {});
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true)");
    let names: Vec<String> = (0..64).map(|n| format!("new{n}")).collect();
    let outcomes = join_all(names.iter().map(|new| write(&*store, "1", "old", new))).await;
    let winners: Vec<_> =
        outcomes.iter().zip(&names).filter(|(outcome, _)| matches!(outcome, Ok(Written::Yes(_)))).collect();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(winners.len(), 1);
    assert_eq!(&fixture.ask("SELECT password FROM accounts WHERE id = 1"), winners[0].1);
}
