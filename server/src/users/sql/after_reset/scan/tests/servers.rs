//! The scanner beside the lexers themselves: whatever a server prepares has as many parameters as there are binds.

use crate::users::sql::after_reset::Statement;
use crate::users::sql::engine::Engine;
use crate::users::sql::test_database::server_url;
use mysql_async::prelude::Queryable;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// What is read in another way by one engine or another, and what it takes to make a statement of it.
const MORSELS: &[&str] = &[
    "1", ":id", ":now", ",", ",", "||", " ", "\n", "\r", "'", "'", "''", "\"", "`", "\\", "\\'", "'a'", "'a\\'", "E'",
    "e'b\\'", "1e'", "_e'", "U&'", "$$", "$$", "$a$", "$a$", "$b$", "a$", "--", "-- ", "#", "/*", "*/", "/*!", "[",
    "]", ";", "::int", ":", "?", "@", " AS a", "é", "\u{a0}", "\t",
];

/// Puts statements together at random until enough of them were prepared.
async fn agree(engine: Engine, parameters: impl AsyncFn(String) -> Option<usize>) {
    let morsels = proptest::collection::vec(prop::sample::select(MORSELS), 0..9);
    let mut runner = TestRunner::default();
    let mut prepared = 0;
    while prepared < PREPARED_MIN {
        let text = format!("SELECT 1,{}", morsels.new_tree(&mut runner).unwrap().current().concat());
        let Ok(statement) = Statement::parse(&text, engine) else { continue };
        let (sql, binds) = statement.marked();
        if let Some(parameters) = parameters(sql.clone()).await {
            assert_eq!(parameters, binds.len(), "{text:?} as {sql:?}");
            prepared += 1;
        }
    }
}

const PREPARED_MIN: usize = 1_000;

#[tokio::test]
async fn postgresql_finds_the_same_parameters() {
    let (client, connection) =
        tokio_postgres::connect(&server_url(Engine::Postgres), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    agree(Engine::Postgres, async |sql| client.prepare(&sql).await.ok().map(|prepared| prepared.params().len())).await;
}

#[tokio::test]
async fn mariadb_finds_the_same_parameters() {
    let connection = tokio::sync::Mutex::new(mysql_async::Conn::from_url(server_url(Engine::Mysql)).await.unwrap());
    agree(Engine::Mysql, async |sql| {
        let mut connection = connection.lock().await;
        let prepared = connection.prep(sql).await.ok()?;
        let parameters = usize::from(prepared.num_params());
        connection.close(prepared).await.unwrap();
        Some(parameters)
    })
    .await;
}
