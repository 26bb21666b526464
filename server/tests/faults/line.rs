//! A line to a database that can go silent: nothing is refused, and nothing arrives until it carries again.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The line. Gone when dropped.
pub(crate) struct Line {
    address: SocketAddr,
    carries: watch::Sender<bool>,
    listening: tokio::task::JoinHandle<()>,
}

impl Line {
    /// To this port of the loopback.
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (carries, carrying) = watch::channel(true);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, port, carrying.clone()));
            }
        });
        Self { address, carries, listening }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Falls silent, or carries again; then first of all what was sent in the meantime.
    pub(crate) fn set_silent(&self, is_silent: bool) {
        self.carries.send_replace(!is_silent);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn connect(client: TcpStream, port: u16, mut carries: watch::Receiver<bool>) {
    if carries.wait_for(|carries| *carries).await.is_err() {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::join!(carry(from_client, to_server, carries.clone()), carry(from_server, to_client, carries));
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut carries: watch::Receiver<bool>) {
    let mut buffer = vec![0; 16_384];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        if carries.wait_for(|carries| *carries).await.is_err() || read == 0 {
            return;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
