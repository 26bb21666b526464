//! `regain serve`.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::App;
use crate::config::{InForce, Reread};
use crate::courier::Courier;
use crate::http::server::{Role, Stage, serve};
use crate::http::tls::Certificate;
use crate::live::Live;
use crate::notify::Notifier;
use anyhow::anyhow;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub(super) fn run(settings: InForce) -> anyhow::Result<()> {
    super::start_log(None)?;
    let runtime = super::runtime()?;
    let config = settings.config().clone();
    let outcome = runtime.block_on(async {
        let public = bind(config.server.listen, "server.listen")?;
        let admin = bind(config.admin.listen, "admin.listen")?;
        let app = App::join(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        let notice = if app.config.ledger.url.is_shared() { NOTICE } else { Duration::ZERO };
        Server::start(Arc::new(app), public, admin)?.until_told_to_stop(notice, settings).await
    });
    if outcome.is_err() {
        // Nobody waits for what still runs.
        runtime.shutdown_background();
    }
    outcome
}

/// Where other servers share the ledger: how long calls are sent to them before the port closes. Longer than most who
/// spread load take to notice a `/readyz` that is asked each second, or two answers of 503.
const NOTICE: Duration = Duration::from_secs(3);

/// A port to listen on, which comes from `setting`.
pub(super) fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let advice = |cause| anyhow!("cannot listen on {address}: {cause}; stop what has the port, or change {setting}");
    listen(address).map_err(advice)
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Connections that wait to be accepted. With the 128 of the standard library's a burst of a thousand clients loses some,
/// who try again after a second. The system may allow fewer (`net.core.somaxconn`).
const BACKLOG: u32 = 1024;

/// A running server, and what an operator tells its process.
pub(super) struct Server {
    running: Running,
    signals: Signals,
}

/// Two ports and the courier.
struct Running {
    live: Arc<Live>,
    ports: JoinSet<anyhow::Result<()>>,
    stage: watch::Sender<Stage>,
    courier: JoinHandle<()>,
    courier_stops: watch::Sender<bool>,
}

impl Server {
    /// Starts everything, and says so in one line on standard output.
    pub(super) fn start(app: Arc<App>, public: TcpListener, admin: TcpListener) -> anyhow::Result<Self> {
        // Read again when the port opens; here so that nobody is told of a server that is about to give up.
        if let Some(files) = &app.config.server.tls {
            Certificate::load(files.clone())?;
        }
        let notifier = Notifier::new(Arc::clone(&app))?;
        let ready = format!("ready {} {}", public.local_addr()?, admin.local_addr()?);
        let running = Running::start(app, public, admin, notifier);
        // Listened for before anybody is told that there is a server to be stopped.
        let signals = Signals::listen()?;
        let mut out = std::io::stdout();
        writeln!(out, "{ready}")?;
        out.flush()?;
        Ok(Self { running, signals })
    }

    /// Serves by `settings` until SIGTERM or SIGINT, then stops as [`Server::stop`] says. A second signal ends it at once.
    pub(super) async fn until_told_to_stop(self, notice: Duration, settings: InForce) -> anyhow::Result<()> {
        let Self { mut running, mut signals } = self;
        let live = Arc::clone(&running.live);
        tokio::select! {
            () = signals.stop(&live, settings) => {}
            failed = running.failed() => return Err(failed),
        }
        tracing::info!("stopping");
        tokio::select! {
            stopped = running.stop(notice) => stopped,
            () = signals.terminated() => Err(anyhow!("told to stop a second time: ended at once; the next start takes up what was under way")),
        }
    }

    /// Stops. For as long as `notice` new calls are asked to go elsewhere, on new connections too, so that whoever
    /// spreads the load finds out without losing one; then no more connections are taken. What the courier has in
    /// flight finishes, and calls that are under way are answered.
    pub(super) async fn stop(self, notice: Duration) -> anyhow::Result<()> {
        self.running.stop(notice).await
    }
}

impl Running {
    fn start(app: Arc<App>, public: TcpListener, admin: TcpListener, notifier: Option<Notifier>) -> Self {
        let (stage, told) = watch::channel(Stage::Open);
        let live = Live::new(app);
        let mut ports = JoinSet::new();
        for (listener, role) in [(public, Role::Public), (admin, Role::Admin)] {
            let (live, told) = (Arc::clone(&live), told.clone());
            ports.spawn(async move { Ok(serve(live, listener, role, told).await?) });
        }
        let (courier_stops, told) = watch::channel(false);
        if let Some(notifier) = notifier {
            tokio::spawn(notifier.run(told.clone()));
        }
        let courier = tokio::spawn(Courier::following(Arc::clone(&live)).run(told));
        Self { live, ports, stage, courier, courier_stops }
    }

    /// Why something ended that should not.
    async fn failed(&mut self) -> anyhow::Error {
        let ended = tokio::select! {
            Some(port) = self.ports.join_next() => port.map_err(anyhow::Error::from).flatten(),
            courier = &mut self.courier => courier.map_err(anyhow::Error::from),
        };
        ended.err().unwrap_or_else(|| anyhow!("a part of the server ended by itself; report it with the log"))
    }

    async fn stop(mut self, notice: Duration) -> anyhow::Result<()> {
        self.live.app().leaving.store(true, Ordering::Relaxed);
        tokio::time::sleep(notice).await;
        self.stage.send_replace(Stage::Deaf);
        self.courier_stops.send_replace(true);
        self.courier.await?;
        self.stage.send_replace(Stage::Closing);
        while let Some(ended) = self.ports.join_next().await {
            ended??;
        }
        Ok(())
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Returns when the process is told to stop. Until then, SIGHUP has the configuration read again.
    async fn stop(&mut self, live: &Arc<Live>, settings: InForce) {
        let mut settings = Arc::new(settings);
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => settings = reload(live, settings).await,
            }
        }
    }

    /// Returns when the process is told to stop; whatever else it is told makes no difference any more.
    async fn terminated(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Reads the configuration again, with the texts, templates and other files that it names, and hands over what is in force
/// then: all of it, or what was. TLS files are followed by the port that has them.
async fn reload(live: &Arc<Live>, settings: Arc<InForce>) -> Arc<InForce> {
    let (app, before) = (live.app(), Arc::clone(&settings));
    match tokio::task::spawn_blocking(move || renew(&app, &before)).await {
        Ok(Ok((renewed, Reread { in_force, changed, pending }))) => {
            live.replace(Arc::new(renewed));
            tracing::info!(changed = list(&changed), "configuration, texts and templates are read again");
            if !pending.is_empty() {
                tracing::warn!(keys = list(&pending), "these apply after a restart");
            }
            return Arc::new(in_force);
        }
        Ok(Err(fault)) => tracing::error!("what is configured now cannot be used, and the old ones stay: {fault:#}"),
        Err(died) => {
            tracing::error!(%died, "configuration, texts and templates were not read again; the old ones stay");
        }
    }
    settings
}

fn renew(app: &App, settings: &InForce) -> anyhow::Result<(App, Reread)> {
    let reread = settings.read_again()?;
    let renewed = app.renewed(reread.in_force.config().clone())?;
    Ok((renewed, reread))
}

fn list(keys: &[&str]) -> String {
    if keys.is_empty() { "nothing".into() } else { keys.join(", ") }
}
