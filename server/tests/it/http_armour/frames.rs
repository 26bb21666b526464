//! HTTP/2 frame by frame (RFC 9113 §4), as no client of good manners sends them.

use super::{address, connect};
use crate::support::Server;
use crate::support::process::DEADLINE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const ACK: u8 = 1;

pub(super) const REFUSED_STREAM: u32 = 7;
pub(super) const ENHANCE_YOUR_CALM: u32 = 11;

/// One connection, opened without TLS by a client that knows that the server speaks HTTP/2.
pub(super) struct Http2(TcpStream);

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Http2 {
    pub(super) async fn open(server: &Server) -> Self {
        let mut stream = connect(server).await;
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut opened = Self(stream);
        assert!(opened.send(SETTINGS, 0, 0, &[]).await);
        opened
    }

    /// False if the server is gone.
    pub(super) async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        self.send_raw(&frame(kind, flags, stream, payload)).await
    }

    /// The same, of any octets.
    pub(super) async fn send_raw(&mut self, octets: &[u8]) -> bool {
        self.0.write_all(octets).await.is_ok()
    }

    /// Asks for `path` on a new stream, in one frame.
    pub(super) async fn get(&mut self, stream: u32, path: &str) -> bool {
        self.send(HEADERS, END_HEADERS | END_STREAM, stream, &request(b'\x82', path)).await
    }

    /// What the server sends next; none at the end of the connection.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        timeout(DEADLINE, self.read()).await.expect("the server answers or closes")
    }

    async fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, _flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.0.read_exact(&mut payload).await.ok()?;
        Some(Frame { kind, stream: u32::from_be_bytes(stream), payload })
    }

    /// The next frame of this kind, whatever comes before.
    pub(super) async fn next_of(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }

    /// Why the server ended the connection, if it said so before it did.
    pub(super) async fn farewell(&mut self) -> Option<u32> {
        Some(u32_at(&self.next_of(GOAWAY).await?.payload, 4))
    }
}

impl Frame {
    /// Of RST_STREAM: why.
    pub(super) fn code(&self) -> u32 {
        u32_at(&self.payload, 0)
    }
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[a, b, c, kind, flags][..], &stream.to_be_bytes(), payload].concat()
}

/// A header block (RFC 7541): the method as an index of the static table, `http`, the path, an authority.
pub(super) fn request(method: u8, path: &str) -> Vec<u8> {
    let text = |name: u8, value: &str| [&[name, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat();
    [vec![method, 0x86], text(0x04, path), text(0x01, "a")].concat()
}

pub(super) fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(octets[at..at + 4].try_into().unwrap())
}

/// Whether the server still answers others.
pub(super) async fn is_served(server: &Server) -> bool {
    let url = format!("http://{}/forgot-password/sent", address(server));
    let answer = timeout(DEADLINE, server.client().get(url).send()).await;
    answer.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status() == 200))
}
