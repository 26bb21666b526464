//! The accept loop: every wait has an end, and every number a bound.

mod arriving;
mod bounds;
mod burden;
mod door;
mod lobby;
mod stall;
#[cfg(test)]
mod tests;

use super::admin::AdminPort;
use super::following::Following;
use super::tls::{Certificate, TlsFault};
use super::{Port, PublicPort};
use crate::live::Live;
use crate::metrics::Metrics;
use bounds::Bounds;
use door::Door;
use futures_util::FutureExt;
use lobby::{Caps, Lobby};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Which port is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everybody's.
    Public,
    /// The operator's.
    Admin,
}

impl Role {
    /// The word for it in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Admin => "admin",
        }
    }
}

/// How far a server has come on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Open,
    /// The public port takes no new connections; calls on those that there are, are still answered.
    Deaf,
    /// Idle connections are closed, the others when what is under way on them is answered.
    Closing,
}

/// Serves `listener`, each call with the configuration in force, until the `stage` is [`Stage::Closing`] or its sender is
/// gone; then lets open requests end, for at most [`Bounds::drain`]. The admin port takes connections up to then.
///
/// # Errors
/// [`TlsFault`], before anything is accepted.
pub async fn serve(
    live: Arc<Live>,
    listener: TcpListener,
    role: Role,
    stage: watch::Receiver<Stage>,
) -> Result<(), TlsFault> {
    let app = live.app();
    let certificate = match (role, &app.config.server.tls) {
        (Role::Public, Some(files)) => Some(Certificate::load(files.clone())?),
        _ => None,
    };
    let (bounds, metrics) = (Bounds::of(role), Arc::clone(&app.metrics));
    let caps = bounds.caps(role, &app.config.server);
    let port: Arc<dyn Port> = match role {
        Role::Public => Arc::new(Following::new(live, PublicPort::new(app))),
        Role::Admin => Arc::new(Following::new(live, AdminPort::new(app))),
    };
    let door = Door {
        port: Arc::clone(&port),
        tls: certificate.as_ref().map(Certificate::acceptor),
        stage,
        bounds,
        counts: Arc::clone(metrics.connections.of(role)),
        burden: Arc::default(),
    };
    let deaf_from = if role == Role::Public { Stage::Deaf } else { Stage::Closing };
    tokio::select! {
        () = accept_until(deaf_from, listener, door, caps) => {}
        () = port.watch() => {}
        () = follow(certificate, &metrics) => {}
    }
    Ok(())
}

/// Never returns.
async fn follow(certificate: Option<Certificate>, metrics: &Metrics) {
    match certificate {
        Some(certificate) => certificate.follow(metrics).await,
        None => std::future::pending().await,
    }
}

async fn accept_until(deaf_from: Stage, listener: TcpListener, door: Door, caps: Caps) {
    let slots = Arc::new(Semaphore::new(door.bounds.connections_max as usize));
    let lobby = Lobby::new(caps, Arc::clone(&door.counts));
    let mut stage = door.stage.clone();
    let let_in = |(stream, peer, slot): Accepted| {
        let Some(seat) = lobby.enter(peer.ip()) else { return };
        let door = door.clone();
        tokio::spawn(async move {
            let counts = Arc::clone(&door.counts);
            let _counted = counts.open.hold();
            door.welcome(stream, peer, seat).await;
            drop(slot);
        });
    };
    loop {
        tokio::select! {
            () = reached(deaf_from, &mut stage) => break,
            accepted = accept(&listener, &slots, &lobby) => let_in(accepted),
        }
    }
    // Whoever is connected already hears an answer.
    while let Some(accepted) = accept(&listener, &slots, &lobby).now_or_never() {
        let_in(accepted);
    }
    drop(listener);
    reached(Stage::Closing, &mut stage).await;
    // Every connection gives its slot back within `drain`; a little more lets the last ones do so.
    let all_gone = slots.acquire_many(door.bounds.connections_max);
    let _ = timeout(door.bounds.drain + Duration::from_secs(1), all_gone).await;
}

/// A connection, where it comes from, and its place among those that there may be.
type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>, lobby: &Lobby) -> Accepted {
    loop {
        if slots.available_permits() == 0 {
            lobby.evict_longest_waiting();
        }
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) => {
                // Out of file descriptors, or a client that gave up. Not a reason to stop, nor to spin.
                tracing::warn!(%error, "a connection could not be accepted");
                lobby.evict_longest_waiting();
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Returns when the server has come so far.
async fn reached(stage: Stage, now: &mut watch::Receiver<Stage>) {
    // An error means that whoever could tell is gone.
    let _ = now.wait_for(|now| *now >= stage).await;
}
