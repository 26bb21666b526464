//! `regain serve`.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::App;
use crate::config::Config;
use crate::courier::Courier;
use crate::http::server::{Role, serve};
use crate::http::tls;
use crate::telemetry;
use anyhow::Context;
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
        let (public, admin) = (bind(config.server.listen).await?, bind(config.admin.listen).await?);
        let app = App::join(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
        Server::start(Arc::new(app), public, admin)?.until_told_to_stop().await
    })
}

/// A port to listen on.
pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; is another server running? See [server] and [admin] listen")
    })
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
        let courier = Courier::new(Arc::clone(&app));
        let (theirs, for_courier) = (stopped.clone(), stopped.clone());
        let for_admin = Arc::clone(&app);
        tasks.spawn(async move { Ok(serve(app, public, Role::Public, theirs).await?) });
        tasks.spawn(async move { Ok(serve(for_admin, admin, Role::Admin, stopped).await?) });
        tasks.spawn(async move {
            courier.run(for_courier).await;
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
