//! The program itself, as a process of its own: started, asked, killed, started again.

use super::canary::{self, Kind};
use super::smtp::{ReceivedMail, SmtpServer};
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with a configuration, accounts and (once started) a ledger, and a mail server that keeps what it gets.
pub(crate) struct Site {
    pub(crate) dir: TempDir,
    pub(crate) smtp: SmtpServer,
}

/// `regain serve` or `regain demo`, ready. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    stdout: Receiver<String>,
    stderr: Arc<Mutex<String>>,
    /// What it printed before the line with `ready`, and that line.
    pub(crate) printed: Vec<String>,
    public: String,
    admin: String,
    client: Client,
}

/// Every account's password until it is reset.
pub(crate) const OLD_PASSWORD: &str = "old horse battery staple";
/// [`OLD_PASSWORD`] as bcrypt stores it, at the lowest cost that there is.
pub(crate) const OLD_PASSWORD_STORED: &str = "$2b$04$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.";
/// The trusted caller's API token.
pub(crate) const API_TOKEN: &str = "wobbling-lantern-7f1c-accordion-93ab";

/// Longer than anything here takes on a busy machine, shorter than one's patience.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

impl Site {
    /// One with these accounts.
    pub(crate) async fn with_accounts(addresses: &[&str]) -> Self {
        Self::reached_at("http://127.0.0.1:8080", "127.0.0.1:0", addresses).await
    }

    /// One whose links lead to the server itself.
    pub(crate) async fn with_working_links(addresses: &[&str]) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        Self::reached_at(&format!("http://{listen}"), &listen, addresses).await
    }

    async fn reached_at(public_url: &str, listen: &str, addresses: &[&str]) -> Self {
        canary::note(Kind::Password, OLD_PASSWORD);
        canary::note(Kind::ApiToken, API_TOKEN);
        let smtp = SmtpServer::start().await;
        let dir = tempfile::tempdir().unwrap();
        let config =
            CONFIG.replace("PUBLIC_URL", public_url).replace("LISTEN", listen).replace("SMTP_URL", &smtp.url());
        std::fs::write(dir.path().join("regain.toml"), config.replace("API_TOKEN", API_TOKEN)).unwrap();
        let mut accounts = rusqlite::Connection::open(dir.path().join("accounts.db")).unwrap();
        accounts.execute_batch(SCHEMA).unwrap();
        let transaction = accounts.transaction().unwrap();
        for address in addresses {
            let account = (address, OLD_PASSWORD_STORED);
            transaction
                .execute("INSERT INTO accounts (email, password, name) VALUES (?1, ?2, 'Ada')", account)
                .unwrap();
        }
        transaction.execute("INSERT INTO sessions SELECT id, 'open' FROM accounts", ()).unwrap();
        transaction.commit().unwrap();
        Self { dir, smtp }
    }

    /// `regain serve` in this folder.
    pub(crate) fn serve(&self, env: &[(&str, &str)]) -> Process {
        Process::start(self.path(), &["serve", "--config", "regain.toml"], env)
    }

    /// Any other command in this folder, run to its end with `stdin`.
    pub(crate) fn regain(&self, words: &[&str], stdin: &str) -> Output {
        run(self.path(), words, stdin)
    }

    /// [`Site::regain`] with settings from the environment.
    pub(crate) fn regain_with(&self, words: &[&str], stdin: &str, env: &[(&str, &str)]) -> Output {
        to_its_end(command(self.path(), words).envs(env.iter().copied()), stdin)
    }

    /// Changes the accounts behind everybody's back.
    pub(crate) fn run_sql(&self, sql: &str) {
        rusqlite::Connection::open(self.path().join("accounts.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// The command's standard output, if it exits 0.
    pub(crate) fn printed_by(&self, words: &[&str]) -> String {
        let output = self.regain(words, "");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "regain {words:?}: {}\n{stderr}", output.status);
        let printed = String::from_utf8(output.stdout).unwrap();
        if let ["token", "create", ..] = words {
            canary::note(Kind::ApiToken, printed.trim());
        }
        printed
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What the user store has for this account.
    pub(crate) fn stored_password(&self, address: &str) -> String {
        let accounts = rusqlite::Connection::open(self.path().join("accounts.db")).unwrap();
        accounts.query_row("SELECT password FROM accounts WHERE email = ?1", [address], |row| row.get(0)).unwrap()
    }

    /// Whether `password` is this account's, as `regain hash verify` sees it.
    pub(crate) fn accepts(&self, address: &str, password: &str) -> bool {
        canary::note(Kind::Password, password);
        let output = self.regain(&["hash", "verify", &self.stored_password(address)], password);
        match output.status.code() {
            Some(0) => true,
            Some(1) => false,
            code => panic!("hash verify: {code:?} {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    /// Waits until `address` has got `count` mails, and hands them over, oldest first.
    pub(crate) async fn mails_to(&self, address: &str, count: usize) -> Vec<ReceivedMail> {
        eventually(&format!("{count} mails to {address}"), DEADLINE, async || {
            let mails = self.smtp.mails_to(address);
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        canary::keep_databases(self.path());
    }
}

impl Process {
    /// Starts the program in `dir` and waits for its line `ready`.
    pub(crate) fn start(dir: &Path, words: &[&str], env: &[(&str, &str)]) -> Self {
        Self::try_start(dir, words, env).unwrap_or_else(|(status, log)| panic!("it ended with {status}:\n{log}"))
    }

    /// Starts the program so that a limit on the size of files fails its writes, rather than end it.
    pub(crate) fn start_deaf_to_limits(dir: &Path, words: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_regain")]).args(words);
        without_our_settings(shell.current_dir(dir).stdout(Stdio::piped()).stderr(Stdio::piped()));
        Self::spawned(shell).unwrap_or_else(|(status, log)| panic!("it ended with {status}:\n{log}"))
    }

    /// Starts the program; if it ends before it is ready: how, and what it said.
    pub(crate) fn try_start(dir: &Path, words: &[&str], env: &[(&str, &str)]) -> Result<Self, (ExitStatus, String)> {
        let mut command = command(dir, words);
        command.envs(env.iter().copied());
        Self::spawned(command)
    }

    fn spawned(mut command: Command) -> Result<Self, (ExitStatus, String)> {
        let mut child = command.stdin(Stdio::null()).spawn().unwrap();
        let stdout = lines_of(child.stdout.take().unwrap());
        let stderr = text_of(child.stderr.take().unwrap());
        let client = client();
        let mut process =
            Self { child, stdout, stderr, printed: vec![], public: String::new(), admin: String::new(), client };
        match process.next_line_where(|line| line.starts_with("ready ")) {
            Some(line) => {
                let mut addresses = line.split_whitespace().skip(1).map(|text| text.trim_start_matches("http://"));
                process.public = addresses.next().expect("a public address").to_owned();
                process.admin = addresses.next().expect("an admin address").to_owned();
                Ok(process)
            }
            None => {
                let status = process.ended();
                Err((status, process.log()))
            }
        }
    }

    /// Reads on until a line is as wanted; none if the program ends before.
    pub(crate) fn next_line_where(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        use std::sync::mpsc::RecvTimeoutError;
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.stdout.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.printed.push(line.clone());
                    if wanted(&line) {
                        return Some(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("it said only {:?}\n{}", self.printed, self.log()),
            }
        }
    }

    /// `path` on the public port.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.public)
    }

    /// `path` on the admin port.
    pub(crate) fn admin_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.admin)
    }

    /// Posts JSON; an error if the program dies over it.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        canary::note_body(body);
        self.client.post(self.url(path)).json(body).send().await
    }

    /// Asks for a reset through the public dialect; it must be acknowledged.
    pub(crate) async fn request(&self, address: &str) {
        let answer = self.post("/auth/password-reset/request", &json!({ "email": address })).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", self.log());
    }

    /// Asks for a reset as a trusted caller does; the status it gets.
    pub(crate) async fn request_with(&self, token: &str, address: &str) -> StatusCode {
        let request = self.client.post(self.url("/auth/reset/password-email"));
        let answer = request.header("Authorization", token).json(&json!({ "email": address })).send().await;
        answer.unwrap().status()
    }

    /// Sets a password with a link's token; whether it was accepted. 503 is a no as well: it is the answer while the
    /// claim of a process that died is being looked into. An error if the program dies over it.
    pub(crate) async fn confirm(&self, token: &str, password: &str) -> reqwest::Result<bool> {
        let body = json!({ "token": token, "new_password": password });
        let answer = self.post("/auth/password-reset/confirm", &body).await?;
        let status = answer.status();
        assert!(matches!(status.as_u16(), 200 | 400 | 503), "{status}: {}\n{}", answer.text().await?, self.log());
        Ok(status == StatusCode::OK)
    }

    /// Whether a link's token is live. Spends nothing.
    pub(crate) async fn is_live(&self, token: &str) -> bool {
        let answer = self.post("/auth/password-reset/verify", &json!({ "token": token })).await.unwrap();
        answer.status() == StatusCode::OK
    }

    /// What one series of `/metrics` says.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let page = self.client.get(self.admin_url("/metrics")).send().await.unwrap().text().await.unwrap();
        let value = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {series} in\n{page}")).parse().unwrap()
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.tell_to_stop();
        self.ended()
    }

    /// Sends SIGTERM.
    pub(crate) fn tell_to_stop(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for it to end by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap().filter(|_| self.is_gone()) {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.log());
            std::thread::sleep(PAUSE);
        }
    }

    /// Whether it has ended.
    pub(crate) fn is_gone(&self) -> bool {
        // Whoever reads its standard error lets go of the text at the end.
        Arc::strong_count(&self.stderr) == 1
    }

    /// What it wrote to standard error so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }
}

#[allow(dead_code, reason = "for the tests that kill and stop it")]
impl Process {
    /// Sends SIGHUP.
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Has it end as `kill -9` does, in the midst of what others do with it.
    pub(crate) fn die(&self) {
        self.signal("-KILL");
    }

    /// Lets it go on after it was stopped.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    /// Whether it was stopped by SIGSTOP.
    pub(crate) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        canary::keep_metrics_at(&self.admin);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token in a reset mail's link; none in other mails.
pub(crate) fn reset_token(mail: &ReceivedMail) -> Option<String> {
    mail.links().iter().find_map(|link| Some(link.split_once("/reset-password#")?.1.to_owned()))
}

/// Looks again and again until there is something to see.
pub(crate) async fn eventually<T>(what: &str, deadline: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < deadline, "no {what} within {deadline:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// A port of the loopback that nobody listens on, that nobody else here is given, and that the system hands to nobody,
/// as it may do with those of the ephemeral range (from 32768 on Linux) before whom it is for has begun to listen, or
/// while they are down.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    loop {
        let port = 20_000 + first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A program that `cargo xtask test` finds or installs.
pub(crate) fn needed(variable: &str) -> std::ffi::OsString {
    std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test`"))
}

/// Runs the program in `dir` to its end.
pub(crate) fn run(dir: &Path, words: &[&str], stdin: &str) -> Output {
    to_its_end(&mut command(dir, words), stdin)
}

fn to_its_end(command: &mut Command, stdin: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A program that ends without reading has its reasons.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    if let Some(mut log) = canary::new_log() {
        log.write_all(&output.stderr).unwrap();
    }
    output
}

/// The program in `dir`, with none of these tests' settings.
pub(crate) fn command(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regain"));
    without_our_settings(command.args(words).current_dir(dir).stdout(Stdio::piped()).stderr(Stdio::piped()));
    canary::loosen_tongue(&mut command, words);
    command
}

/// What these tests are told in the environment would be unknown settings to the program; but for a weakness, which is
/// brought back in both.
pub(crate) fn without_our_settings(command: &mut Command) -> &mut Command {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    for name in names.filter(|name| name.starts_with("REGAIN_") && name != "REGAIN_WEAKNESS") {
        command.env_remove(name);
    }
    command
}

/// A client that follows nothing and goes through no proxy.
pub(crate) fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).no_proxy().timeout(DEADLINE).build().unwrap()
}

/// Its lines as they come.
pub(crate) fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(pipe).lines().map_while(Result::ok);
        lines.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
    });
    receiver
}

fn text_of(pipe: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let kept = text.clone();
    let mut log = canary::new_log();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if let Some(log) = &mut log {
                writeln!(log, "{line}").unwrap();
            }
            let mut kept = kept.lock().unwrap();
            kept.push_str(&line);
            kept.push('\n');
        }
    });
    text
}

/// Between two looks at something that will change.
const PAUSE: Duration = Duration::from_millis(20);

const SCHEMA: &str = "
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password TEXT,
    name TEXT,
    is_active INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE sessions (account_id INTEGER NOT NULL, cookie TEXT NOT NULL);";

const CONFIG: &str = r#"
public_url = "PUBLIC_URL"
product_name = "Example"

[server]
listen = "LISTEN"

[ledger]
url = "sqlite:regain.db"

[users]
url = "sqlite:accounts.db"
table = "accounts"
id = "id"
email = "email"
password = "password"
name = "name"
eligible = "is_active = 1"
after_reset = ["DELETE FROM sessions WHERE account_id = :id"]

[limits]
requests_per_network_per_minute = 1000000

[mail]
from = "Example <no-reply@example.com>"

[mail.smtp]
url = "SMTP_URL"

[api]
tokens = ["API_TOKEN"]

[admin]
listen = "127.0.0.1:0"
"#;
