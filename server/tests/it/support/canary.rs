//! What tests know to be secret, and all that the servers under test leave behind: kept side by side in a folder, so that
//! `cargo xtask test` can look for the ones in the other once the suite has run. Without `REGAIN_TEST_CANARIES`, which
//! names the folder, nothing is kept.

use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, Once};
use std::time::Duration;

/// Something that no log, metric, ledger or backup may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A link's.
    Token,
    /// For typing.
    Code,
    /// Old, new or refused.
    Password,
    /// A trusted caller's.
    ApiToken,
}

/// Notes that `secret` is one.
pub(crate) fn note(kind: Kind, secret: &str) {
    let Some(canaries) = &*CANARIES else { return };
    let line = serde_json::json!([format!("{kind:?}"), secret]);
    writeln!(canaries.secrets.lock().unwrap(), "{line}").unwrap();
}

/// Notes what a mail opens with: the token of each of its links, and its code.
pub(crate) fn note_mail(mail: &super::smtp::ReceivedMail) {
    if CANARIES.is_none() || !mail.is_readable() {
        return;
    }
    for link in mail.links() {
        let token = link.split_once('#').or_else(|| link.split_once("token="));
        token.into_iter().for_each(|(_, token)| note(Kind::Token, token));
    }
    mail.code().iter().for_each(|code| note(Kind::Code, code));
}

/// Notes the passwords of a request's body.
pub(crate) fn note_body(body: &Value) {
    let passwords = ["password", "new_password", "password_confirmation"].into_iter().filter_map(|name| body.get(name));
    passwords.filter_map(Value::as_str).for_each(|password| note(Kind::Password, password));
}

/// Has `regain serve` and `regain demo` say all they can, unless the test wants something else.
pub(crate) fn loosen_tongue(command: &mut Command, words: &[&str]) {
    if CANARIES.is_some() && matches!(words, ["serve" | "demo", ..]) {
        command.env("REGAIN_LOG", "trace");
    }
}

/// Has the servers in this very process say all they can.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Some(log) = new_file("in-process.log") {
            let logs =
                tracing_subscriber::fmt().json().with_env_filter(regain::telemetry::filter(Some("trace")).unwrap());
            let _ = logs.with_writer(Mutex::new(log)).try_init();
        }
    });
}

/// A file for what a process writes to its standard error.
pub(crate) fn new_log() -> Option<File> {
    new_file("stderr.log")
}

/// Keeps a log that was written elsewhere.
#[allow(dead_code, reason = "for the tests of several nodes, who write one log over many lives")]
pub(crate) fn keep_log(log: &Path) {
    keep_file(log, "stderr.log");
}

/// Keeps the page of metrics at this admin port. A server that was killed or stopped shows none.
pub(crate) fn keep_metrics_at(admin: &str) {
    if CANARIES.is_none() || admin.is_empty() {
        return;
    }
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(admin)?;
        stream.set_read_timeout(Some(METRICS_WITHIN))?;
        stream.write_all(format!("GET /metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n").as_bytes())?;
        std::io::read_to_string(stream)
    };
    if let Ok(page) = ask() {
        keep_metrics(&page);
    }
}

/// Keeps a page of metrics.
pub(crate) fn keep_metrics(page: &str) {
    if let Some(mut file) = new_file("metrics.txt") {
        file.write_all(page.as_bytes()).unwrap();
    }
}

/// Keeps every SQLite database in `folder`, whether ledger, backup or accounts, with the files beside them.
pub(crate) fn keep_databases(folder: &Path) {
    if CANARIES.is_none() {
        return;
    }
    let files: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    let name = |file: &Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for database in files.iter().filter(|file| is_database(file)) {
        for file in files.iter().filter(|file| name(file).starts_with(&name(database))) {
            keep_file(file, &name(file));
        }
    }
}

/// Keeps every row of a ledger in this database, if there is one.
pub(crate) async fn keep_rows(database: &tokio_postgres::Config) {
    let Some(mut file) = new_file("rows.txt") else { return };
    // A server that was crashed on purpose has kept nothing that another has not.
    let Ok((client, connection)) = database.connect(tokio_postgres::NoTls).await else { return };
    tokio::spawn(connection);
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'regain'";
    for table in client.query(tables, &[]).await.unwrap_or_default() {
        let name: String = table.get(0);
        let rows = format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM regain.\"{name}\" AS t");
        let rows: String = client.query_one(&rows, &[]).await.map(|row| row.get(0)).unwrap_or_default();
        file.write_all(rows.as_bytes()).unwrap();
    }
}

struct Canaries {
    folder: PathBuf,
    secrets: Mutex<File>,
}

static CANARIES: LazyLock<Option<Canaries>> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var_os("REGAIN_TEST_CANARIES")?);
    for part in ["secrets", "left"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
    let secrets = folder.join("secrets").join(std::process::id().to_string());
    let secrets = Mutex::new(OpenOptions::new().create(true).append(true).open(secrets).unwrap());
    Some(Canaries { folder, secrets })
});

/// A name that no other file of this run has, ending in `name`.
fn new_path(name: &str) -> Option<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Some(CANARIES.as_ref()?.folder.join("left").join(format!("{}-{number}-{name}", std::process::id())))
}

fn new_file(name: &str) -> Option<File> {
    Some(File::create(new_path(name)?).unwrap())
}

/// By another name for the same octets where that is possible: what is written to it yet is then looked at too.
fn keep_file(file: &Path, name: &str) {
    let Some(kept) = new_path(name) else { return };
    if std::fs::hard_link(file, &kept).is_err() {
        // It may have been the server's to remove.
        let _ = std::fs::copy(file, kept);
    }
}

fn is_database(file: &Path) -> bool {
    let mut head = [0; 16];
    File::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *b"SQLite format 3\0"
}

const METRICS_WITHIN: Duration = Duration::from_secs(1);
