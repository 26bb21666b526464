//! A MariaDB of the test's own: with TLS, and with settings that no statement may notice.

use super::fixture::mysql;
use super::*;
use crate::finding::Verdict;
use crate::users::sql::test_database::free_port;
use mysql_async::{Conn, OptsBuilder};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_is_what_the_url_asks_for() {
    let server = Server::start().await;
    let file = |name: &str| server.directory.path().join(name).display().to_string();
    let (ours, other) = (file("authority.pem"), file("other.pem"));
    for (host, options, encrypted) in [
        ("localhost", String::new(), false),
        ("localhost", "?ssl-mode=disabled".into(), false),
        ("127.0.0.1", "?ssl-mode=preferred".into(), true),
        ("127.0.0.1", "?ssl-mode=required".into(), true),
        ("localhost", format!("?ssl-ca={ours}"), true),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={ours}"), true),
    ] {
        let findings = server.store(host, &options, |_| {}).examine().await;
        assert_eq!(findings[0].verdict, Verdict::Holds, "{host}{options}: {findings:?}");
        assert_eq!(findings[0].text.contains("encrypted"), encrypted, "{host}{options}: {findings:?}");
    }
    for (host, options) in [
        ("localhost", format!("?ssl-ca={other}")),
        ("localhost", "?ssl-mode=verify_identity".into()),
        ("127.0.0.1", format!("?ssl-mode=verify_identity&ssl-ca={ours}")),
        ("127.0.0.1", format!("?ssl-mode=verify_ca&ssl-ca={ours}")),
    ] {
        let store = server.store(host, &options, |_| {});
        let fault = store.load(&AccountId::new("1")).await.unwrap_err().to_string();
        assert!(fault.contains("certificate") && fault.contains("ssl-ca"), "{host}{options}: {fault}");
    }
    let fault =
        server.store("localhost", "?ssl-ca=/nowhere/ca.pem", |_| {}).load(&AccountId::new("1")).await.unwrap_err();
    assert!(fault.to_string().contains("No such file"), "{fault}");
    settings_of_the_server_change_no_statement(&server).await;
    by_socket(&server).await;
}

/// It was started with ANSI quotes, without backslash escapes, and five hours east.
async fn settings_of_the_server_change_no_statement(server: &Server) {
    let store = server.store("127.0.0.1", "", |users| {
        users.eligible = Some(r#"name <> "it\"s" AND name = "Ada""#.into());
        users.after_reset = [
            "UPDATE sessions SET ended_by = IF(ABS(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW())) < 5, 'UTC', NOW())",
            r#"INSERT INTO sessions VALUES (:id, "'\":id")"#,
        ]
        .map(config::AfterReset::from)
        .to_vec();
    });
    assert_eq!(write(&store, "1", "ada@example.com", "old", "new").await.unwrap(), Written::Yes(vec![]));
    let sql = "SELECT GROUP_CONCAT(ended_by ORDER BY ended_by) FROM app.sessions";
    let ended: Option<String> = server.owner().await.query_first(sql).await.unwrap();
    assert_eq!(ended.as_deref(), Some("'\":id,UTC"));
}

async fn by_socket(server: &Server) {
    let socket = server.directory.path().join("socket");
    let store = server.store("nowhere.invalid", &format!("?socket={}", socket.display()), |_| {});
    assert_eq!(store.load(&AccountId::new("1")).await.unwrap().unwrap().address, "ada@example.com");
}

/// Ends with the test.
struct Server {
    directory: TempDir,
    port: u16,
    process: Child,
}

impl Server {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The server's own user has to come in.
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o777)).unwrap();
        certificates(directory.path());
        let port = free_port();
        let data = directory.path().join("data");
        let user = if belongs_to_root(directory.path()) { "--user=mysql" } else { "--console" };
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", user])
            .arg(format!("--datadir={}", data.display()))
            // A server that starts clears its temporary folder of what others have there.
            .env("TMPDIR", directory.path())
            .stdout(Stdio::null())
            .status();
        assert!(installed.expect("MariaDB's programs are installed; `cargo xtask test` says how").success());
        let process = Command::new(mariadbd())
            .args(["--no-defaults", "--bind-address=127.0.0.1", "--default-time-zone=+05:00", user])
            .env("TMPDIR", directory.path())
            .arg("--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT")
            .arg(format!("--port={port}"))
            .args(
                [("datadir", "data"), ("socket", "socket"), ("ssl-cert", "server.pem"), ("ssl-key", "server.key")]
                    .map(|(option, name)| format!("--{option}={}", directory.path().join(name).display())),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { directory, port, process };
        server.prepare().await;
        server
    }

    async fn prepare(&self) {
        let mut owner = self.owner().await;
        for sql in [
            "CREATE DATABASE app CHARACTER SET utf8mb4",
            "CREATE USER regain@localhost IDENTIFIED BY 'secret'",
            "GRANT ALL ON app.* TO regain@localhost",
            "CREATE TABLE app.accounts (id INT PRIMARY KEY, email VARCHAR(254), name VARCHAR(100), locale VARCHAR(20), \
             password VARCHAR(255), is_active BOOLEAN, email_verified BOOLEAN)",
            "CREATE TABLE app.sessions (account_id INT, ended_by VARCHAR(255))",
            "INSERT INTO app.accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true)",
            "INSERT INTO app.sessions VALUES (1, 'nobody')",
        ] {
            owner.query_drop(sql).await.unwrap();
        }
    }

    /// Waits for the server to be up.
    async fn owner(&self) -> Conn {
        let opts = OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(self.port).user(Some("root"));
        let begun = Instant::now();
        loop {
            match Conn::new(opts.clone()).await {
                Ok(connection) => return connection,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(60), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn store(&self, host: &str, options: &str, change: impl FnOnce(&mut config::Users)) -> MysqlStore {
        let url = format!("mysql://regain:secret@{host}:{}/app{options}", self.port);
        mysql(&url, change, TimeLimits::default())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// An authority, a certificate of it for `localhost`, and an authority that nobody asked.
fn certificates(directory: &Path) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(directory.join(name), authority.pem()).unwrap();
        authority
    };
    let (ours, _other) = (authority("authority.pem"), authority("other.pem"));
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
    std::fs::write(directory.join("server.pem"), server.pem()).unwrap();
    std::fs::write(directory.join("server.key"), key.serialize_pem()).unwrap();
}

fn mariadbd() -> PathBuf {
    let beside_the_path = Path::new("/usr/sbin/mariadbd");
    if beside_the_path.exists() { beside_the_path.into() } else { "mariadbd".into() }
}

/// Whether what this process makes belongs to root, as which the server refuses to run.
fn belongs_to_root(made: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(made).unwrap().uid() == 0
}
