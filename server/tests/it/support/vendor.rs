//! A provider's API for tests: an HTTP server that takes what it gets to pieces, and misbehaves when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A provider on a free port of 127.0.0.1, gone when dropped. Needs a Tokio runtime.
pub(crate) struct Vendor {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

/// What a request is answered with when all is well: checks it as the provider's documents say.
pub(crate) type Api = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Whole lines.
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// What is done in place of what should be.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// This answer, whatever was asked.
    Answer(Reply),
    /// Reads nothing, says nothing.
    HangBefore,
    /// Reads the request and says nothing.
    HangAfter,
    /// Reads the request and closes the connection.
    CloseAfter,
    /// Reads the request, does as it should, and closes the connection without an answer.
    TakeAndClose,
    /// Something that is not HTTP.
    Garbage,
    /// An answer of ten megabytes with this status.
    Huge(u16),
}

struct Shared {
    api: Api,
    script: Mutex<(Option<Behaviour>, bool)>,
    asked: Mutex<Vec<Asked>>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self { status, headers: "Content-Type: application/json\r\n".into(), body: body.into() }
    }
}

impl Asked {
    /// A header's value; empty, if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Vendor {
    pub(crate) async fn start(api: Api) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { api, script: Mutex::default(), asked: Mutex::default() });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Self { address, shared, listening }
    }

    /// For the provider's `url`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on behaves so.
    pub(crate) fn does(&self, behaviour: Behaviour) {
        *self.shared.script.lock().unwrap() = (Some(behaviour), false);
    }

    /// Behaves so once, and then as it should again.
    pub(crate) fn does_once(&self, behaviour: Behaviour) {
        *self.shared.script.lock().unwrap() = (Some(behaviour), true);
    }

    /// From now on does as it should.
    pub(crate) fn behaves(&self) {
        *self.shared.script.lock().unwrap() = (None, false);
    }

    /// Every request so far that was read.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // What a client does to the connection is its own business.
            let _ = serve(stream, &shared).await;
        });
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    loop {
        if matches!(shared.script.lock().unwrap().0, Some(Behaviour::HangBefore)) {
            std::future::pending::<()>().await;
        }
        let Some(asked) = read(&mut stream).await? else { return Ok(()) };
        shared.asked.lock().unwrap().push(asked.clone());
        let behaviour = {
            let mut script = shared.script.lock().unwrap();
            if script.1 { script.0.take() } else { script.0.clone() }
        };
        let reply = match behaviour {
            None => (shared.api)(&asked),
            Some(Behaviour::Answer(reply)) => reply,
            Some(Behaviour::HangBefore | Behaviour::HangAfter) => std::future::pending().await,
            Some(Behaviour::CloseAfter) => return Ok(()),
            Some(Behaviour::TakeAndClose) => {
                (shared.api)(&asked);
                return Ok(());
            }
            Some(Behaviour::Garbage) => {
                stream.write_all(b"220 mail.example.com ESMTP\r\n\x1b[31m\0\r\n\r\n").await?;
                return Ok(());
            }
            Some(Behaviour::Huge(status)) => Reply::json(status, &"[1, 2] ".repeat(10 << 20 >> 3)),
        };
        let Reply { status, headers, body } = reply;
        let head = format!("HTTP/1.1 {status} So\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await?;
    }
}

/// One request, or none if there is no more.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(end + 4);
    let head = String::from_utf8(bytes).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(Asked { method, path, headers, body }))
}
