//! `regain serve`.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::App;
use crate::config::Config;
use crate::courier::Courier;
use crate::http::server::{Role, serve};
use crate::http::tls;
use crate::telemetry;
use anyhow::anyhow;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(super) fn run(config: Config) -> anyhow::Result<()> {
    telemetry::start(std::env::var("REGAIN_LOG").ok().as_deref());
    super::runtime()?.block_on(async {
        let public = bind(config.server.listen, "server.listen").await?;
        let admin = bind(config.admin.listen, "admin.listen").await?;
        let app = App::join(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        Server::start(Arc::new(app), public, admin)?.until_told_to_stop().await
    })
}

/// A port to listen on, which comes from `setting`.
pub(super) async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let advice = |cause| anyhow!("cannot listen on {address}: {cause}; stop what has the port, or change {setting}");
    TcpListener::bind(address).await.map_err(advice)
}

/// A running server: two ports and the courier.
pub(super) struct Server {
    tasks: JoinSet<anyhow::Result<()>>,
    stop: watch::Sender<bool>,
    signals: Signals,
}

/// What an operator tells a process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Server {
    /// Starts everything, and says so in one line on standard output.
    pub(super) fn start(app: Arc<App>, public: TcpListener, admin: TcpListener) -> anyhow::Result<Self> {
        // Read again when the port opens; here so that nobody is told of a server that is about to give up.
        if let Some(files) = &app.config.server.tls {
            tls::acceptor(files)?;
        }
        let ready = format!("ready {} {}", public.local_addr()?, admin.local_addr()?);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for (listener, role) in [(public, Role::Public), (admin, Role::Admin)] {
            let (app, stopped) = (Arc::clone(&app), stopped.clone());
            tasks.spawn(async move { Ok(serve(app, listener, role, stopped).await?) });
        }
        let courier = Courier::new(app);
        tasks.spawn(async move {
            courier.run(stopped).await;
            Ok(())
        });
        // Listened for before anybody is told that there is a server to be stopped.
        let signals = Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        };
        let mut out = std::io::stdout();
        writeln!(out, "{ready}")?;
        out.flush()?;
        Ok(Self { tasks, stop, signals })
    }

    /// Serves until SIGTERM or SIGINT, then lets what is under way finish.
    pub(super) async fn until_told_to_stop(mut self) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                _ = self.signals.terminate.recv() => break,
                _ = self.signals.interrupt.recv() => break,
                _ = self.signals.hang_up.recv() => tracing::warn!("nothing is reloaded while running; restart to apply changes"),
                ended = self.tasks.join_next() => {
                    // None ends by itself unless it failed.
                    if let Some(ended) = ended { ended?? }
                }
            }
        }
        tracing::info!("stopping");
        self.stop().await
    }

    /// Stops, letting what is under way finish.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let _ = self.stop.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}
