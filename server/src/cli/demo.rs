//! `regain demo`: everything in one process, and `--walk`, which uses it.

use super::Misused;
use super::serve::{Server, bind};
use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::App;
use crate::config::{Config, InForce};
use crate::demo::accounts::{self, ADA, INITIAL_PASSWORD};
use crate::demo::mailbox::Mailbox;
use crate::demo::walk;
use anyhow::Context;
use clap::Args;
use regain_core::entropy::random;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where the demo keeps its files; a second start finds them again.
    #[arg(long, value_name = "FOLDER", default_value = "regain-demo")]
    dir: PathBuf,
    /// Where people reach it; loopback only.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where health is told; loopback only.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9090")]
    admin_listen: SocketAddr,
    /// Do a whole reset against itself, print each step with its time, and end. Keeps nothing, and takes free ports,
    /// unless told otherwise.
    #[arg(long)]
    walk: bool,
}

pub(super) fn run(args: &DemoArgs, given: &clap::ArgMatches) -> anyhow::Result<()> {
    super::start_log(Some(if args.walk { "warn" } else { "info" }))?;
    for (name, address) in [("--listen", args.listen), ("--admin-listen", args.admin_listen)] {
        refuse_off_loopback(name, address)?;
    }
    let chosen = |name| given.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
    let port = |name, address: SocketAddr| if args.walk && !chosen(name) { FREE } else { address };
    let scratch = if args.walk && !chosen("dir") { Some(Scratch::new()?) } else { None };
    let dir = scratch.as_ref().map_or(args.dir.as_path(), |scratch| scratch.0.as_path());
    super::runtime()?.block_on(async {
        let public = bind(port("listen", args.listen), "--listen")?;
        let admin = bind(port("admin_listen", args.admin_listen), "--admin-listen")?;
        let demo = Demo::prepare(dir, &public, &admin, args.walk).await?;
        if args.walk { demo.walk(public, admin).await } else { demo.serve(public, admin).await }
    })
}

const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn refuse_off_loopback(name: &str, address: SocketAddr) -> Result<(), Misused> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let why = "the demo shows everybody's mail, so it listens on loopback only, such as 127.0.0.1:8080";
    Err(Misused(format!("{name} {address}: {why}")))
}

/// A demo ready to start.
struct Demo {
    app: Arc<App>,
    settings: InForce,
    mailbox: Arc<Mailbox>,
    dir: PathBuf,
    api_token: String,
}

impl Demo {
    async fn prepare(dir: &Path, public: &TcpListener, admin: &TcpListener, walks: bool) -> anyhow::Result<Self> {
        // The mails in it hold live links.
        let mut owner_alone = std::fs::DirBuilder::new();
        owner_alone.recursive(true).mode(0o700);
        owner_alone.create(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        accounts::create_if_absent(dir)?;
        let api_token = api_token(&dir.join("api-token"))?;
        let mailbox = Mailbox::start(dir, Arc::new(SystemClock)).await.context("cannot start the mailbox")?;
        let text = CONFIG
            .replace("{public_url}", &format!("http://{}", public.local_addr()?))
            .replace("{listen}", &public.local_addr()?.to_string())
            .replace("{admin_listen}", &admin.local_addr()?.to_string())
            .replace("{smtp}", &mailbox.smtp_addr().to_string());
        let beside: &[(&str, &str)] = if walks { &AS_OFTEN_AS_ONE_LIKES } else { &[] };
        let config = Config::from_toml(&text, dir, beside.iter().copied())?;
        // Takes the lock: a demo that runs in this folder already goes on by the file that it wrote.
        let mut app = App::join(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        let file = dir.join("regain.toml");
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        let settings = InForce::load(Some(&file), beside.iter().copied())?;
        let mailbox = Arc::new(mailbox);
        app.mailbox = Some(Arc::clone(&mailbox));
        app.pages.show_demo_mailbox();
        Ok(Self { app: Arc::new(app), settings, mailbox, dir: dir.to_owned(), api_token })
    }

    async fn serve(self, public: TcpListener, admin: TcpListener) -> anyhow::Result<()> {
        self.greet(&mut std::io::stdout())?;
        Server::start(self.app, public, admin)?.until_told_to_stop(Duration::ZERO, self.settings).await
    }

    async fn walk(self, public: TcpListener, admin: TcpListener) -> anyhow::Result<()> {
        let server = Server::start(Arc::clone(&self.app), public, admin)?;
        let walked = walk::walk(&self.app.config, &self.mailbox, &mut std::io::stdout()).await;
        server.stop(Duration::ZERO).await?;
        walked
    }

    fn greet(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let url = &self.app.config.public_url.origin;
        let dir = self.dir.display();
        writeln!(out, "Regain demo. Its files are in {dir}/; nothing leaves this machine.\n")?;
        writeln!(out, "  Forgot the password   {url}/forgot-password   (as {ADA}, say)")?;
        writeln!(out, "  Mailbox               {url}/demo/mail")?;
        writeln!(out, "  Why no mail came      http://{}/", self.app.config.admin.listen)?;
        writeln!(out, "  Health                http://{}/readyz", self.app.config.admin.listen)?;
        writeln!(out, "  API token             {}   (also in {dir}/api-token)\n", self.api_token)?;
        writeln!(out, "Ask for a reset as anybody may (Chaser's API), then look into the mailbox:\n")?;
        writeln!(
            out,
            "curl -sS {url}/auth/password-reset/request -H 'Content-Type: application/json' -d '{{\"email\":\"{ADA}\"}}'\n"
        )?;
        writeln!(out, "Ask as a trusted back end (Unleash's API):\n")?;
        writeln!(
            out,
            "curl -sS {url}/auth/reset/password-email -H 'Authorization: {}' -H 'Content-Type: application/json' \
             -d '{{\"email\":\"grace@example.com\"}}'\n",
            self.api_token
        )?;
        writeln!(out, "The accounts' password until you reset it is \"{INITIAL_PASSWORD}\".")?;
        writeln!(out, "What became of a request, from a second terminal (Ctrl+C here ends the demo):\n")?;
        let program = std::env::args().next().unwrap_or_else(|| "regain".into());
        writeln!(out, "{program} --config {dir}/regain.toml explain {ADA}\n")
    }
}

const CONFIG: &str = include_str!("../demo/regain.toml");

/// What a walk goes by beside that: it may have been done a moment ago, to the same account.
const AS_OFTEN_AS_ONE_LIKES: [(&str, &str); 2] =
    [("REGAIN_RESET__COOLDOWN_SECONDS", "0"), ("REGAIN_RESET__MAILS_PER_HOUR_MAX", "1000")];

/// The API token of the demo, made at the first start.
fn api_token(path: &Path) -> anyhow::Result<String> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match file {
        Ok(mut file) => {
            let token = super::token::mint();
            writeln!(file, "{token}")?;
            Ok(token)
        }
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(path)?.trim().to_owned())
        }
        Err(fault) => Err(fault).with_context(|| format!("cannot write {}", path.display())),
    }
}

/// A folder that is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let name = u64::from_le_bytes(random(&SystemEntropy));
        let path = std::env::temp_dir().join(format!("regain-walk-{name:016x}"));
        std::fs::create_dir(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
