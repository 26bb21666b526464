//! What is on the wire, octet by octet, and what comes of too much of it.

mod answers;
mod certificate;
mod crowd;
mod frames;
mod http2;
mod networks;
mod siege;
mod wire;

use crate::support::Server;
use crate::support::process::DEADLINE;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const REQUEST: &str = "/auth/password-reset/request";
const PASSWORD_EMAIL: &str = "/auth/reset/password-email";

fn address(server: &Server) -> SocketAddr {
    server.url.trim_start_matches("http://").parse().unwrap()
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(address(server)).await.unwrap()
}

/// From another address of the loopback, each of which is a network of its own.
async fn connect_from(source: [u8; 4], server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    socket.connect(address(server)).await.unwrap()
}

/// What comes back, up to the end of the connection.
async fn say(server: &Server, octets: &[u8]) -> String {
    let mut stream = connect(server).await;
    // The server may close before it has read everything.
    let _ = stream.write_all(octets).await;
    read_to_end(&mut stream).await
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    // A reset is an end, too.
    let _ = timeout(DEADLINE, stream.read_to_end(&mut octets)).await.expect("the server closes");
    String::from_utf8_lossy(&octets).into_owned()
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\r\n{body}"
    )
}
