use super::*;
use crate::metrics::{Connections, Cut};
use async_trait::async_trait;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use std::net::IpAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

/// Nothing ends by these, however slow the machine is: of what a test waits for, it shortens the one bound.
const PATIENT: Bounds = Bounds {
    connections_max: 3,
    handshake: Duration::from_secs(120),
    header: Duration::from_secs(120),
    write: Duration::from_secs(120),
    lifetime: Duration::from_secs(300),
    drain: Duration::from_secs(120),
};
/// For a bound that somebody is to run into.
const BRIEF: Duration = Duration::from_millis(300);
/// For what has to come to pass.
const SOON: Duration = Duration::from_secs(60);

struct Endpoints(Router);

#[async_trait]
impl Port for Endpoints {
    async fn answer(&self, _: IpAddr, request: axum::extract::Request) -> Response {
        crate::http::ask(&self.0, request).await
    }
}

struct Running {
    address: SocketAddr,
    stage: watch::Sender<Stage>,
    counts: Arc<Connections>,
    /// Told of each request for `/slow`.
    slow: Arc<Notify>,
    ended: tokio::task::JoinHandle<()>,
}

async fn start(bounds: Bounds) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stage, told) = watch::channel(Stage::Open);
    let slow = Arc::new(Notify::new());
    let asked = Arc::clone(&slow);
    let endpoints = Router::new()
        .route("/", get(async || "hello"))
        .route(
            "/slow",
            get(async move || {
                asked.notify_one();
                sleep(Duration::from_millis(500)).await;
            }),
        )
        .route("/body", axum::routing::post(async |body: String| body))
        .route("/long", get(async || "x".repeat(64 * 1024 * 1024)));
    let port = Arc::new(Endpoints(endpoints));
    let counts = Arc::new(Connections::default());
    let door = Door { port, tls: None, stage: told, bounds, counts: Arc::clone(&counts), burden: Arc::default() };
    let caps = Caps { network: 9, neighbourhood: 9, exempt: Vec::new() };
    Running { address, stage, counts, slow, ended: tokio::spawn(accept_until(Stage::Deaf, listener, door, caps)) }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Waits until so many connections were closed because nothing was taken on them.
    async fn has_cut(&self, connections: u64) {
        let counted = async {
            while self.counts.cut.of(Cut::Unread).value() < connections {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(SOON, counted).await.expect("the server closes");
    }

    /// What comes back, up to the end of the connection.
    async fn say(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        read_to_end(&mut stream).await
    }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    // A reset is an end, too.
    let _ = timeout(SOON, stream.read_to_end(&mut octets)).await.expect("the server closes");
    String::from_utf8_lossy(&octets).into_owned()
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_client_that_says_nothing_or_not_all_is_closed() {
    let server = start(Bounds { header: BRIEF, ..PATIENT }).await;
    for start in ["", "P", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b"] {
        assert!(!server.say(start).await.contains("hello"), "{start:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = start(Bounds { header: Duration::from_secs(2), ..PATIENT }).await;
    assert!(server.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.ends_with("hello"));
}

#[tokio::test]
async fn a_reader_who_takes_nothing_is_closed() {
    let server = start(Bounds { write: BRIEF, ..PATIENT }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    server.has_cut(1).await;
    assert!(read_to_end(&mut stream).await.len() < 64 * 1024 * 1024);
}

#[tokio::test]
async fn idle_sockets_do_not_stop_a_quick_client() {
    let server = start(PATIENT).await;
    let mut idle = Vec::new();
    for _ in 0..10 {
        idle.push(server.connect().await);
    }
    assert!(server.say(GET).await.ends_with("hello"));
}

#[tokio::test]
async fn bodies_that_come_by_drops_do_not_stop_a_quick_client() {
    let server = start(PATIENT).await;
    let mut dripping = Vec::new();
    for _ in 0..10 {
        let mut stream = server.connect().await;
        stream.write_all(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx").await.unwrap();
        dripping.push(stream);
    }
    for _ in 0..3 {
        assert!(server.say(GET).await.ends_with("hello"));
        let posted = "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        assert!(server.say(posted).await.ends_with("hello"));
    }
}

#[tokio::test]
async fn a_header_over_the_limit_is_refused() {
    let server = start(PATIENT).await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX-A: {}\r\n\r\n", "x".repeat(20_000));
    assert!(server.say(&long).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X-A: b\r\n".repeat(100));
    assert!(server.say(&many).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn at_shutdown_open_requests_end_and_nobody_new_is_served() {
    let server = start(PATIENT).await;
    let idle = server.connect().await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    timeout(SOON, server.slow.notified()).await.expect("a request under way");
    server.stage.send(Stage::Closing).unwrap();
    assert!(read_to_end(&mut stream).await.starts_with("HTTP/1.1 200"));
    timeout(SOON, server.ended).await.expect("the idle connection holds nothing up").unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_length_beside_chunks_does_not_smuggle_a_second_request() {
    let server = start(PATIENT).await;
    let answer = server
        .say("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        .await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

/// HTTP/2 (RFC 9113): asks for `path` on so many streams, and lets the server write nothing of the answers.
async fn ask_with_closed_windows(server: &Running, path: &str, streams: u8) -> TcpStream {
    let mut octets = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS, INITIAL_WINDOW_SIZE: 0.
    octets.extend([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0]);
    for stream in 0..streams {
        // HEADERS, the end of them and of the stream: GET, http, a path, and an authority.
        let length = u8::try_from(path.len()).unwrap();
        octets.extend([0, 0, 7 + length, 1, 5, 0, 0, 0, 2 * stream + 1, 0x82, 0x86, 4, length]);
        octets.extend(path.as_bytes());
        octets.extend([1, 1, b'a']);
    }
    let mut stream = server.connect().await;
    stream.write_all(&octets).await.unwrap();
    stream
}

#[tokio::test]
async fn a_reader_who_opens_no_window_is_closed() {
    let server = start(Bounds { write: BRIEF, ..PATIENT }).await;
    for path in ["/", "/long"] {
        let mut stream = ask_with_closed_windows(&server, path, 1).await;
        assert!(read_to_end(&mut stream).await.len() < 1000, "{path}");
    }
    server.has_cut(2).await;
}

#[tokio::test]
async fn whoever_piles_up_answers_is_closed_before_memory_runs_out() {
    let server = start(PATIENT).await;
    let mut patient = ask_with_closed_windows(&server, "/", 100).await;
    let mut heavy = ask_with_closed_windows(&server, "/long", 2).await;
    read_to_end(&mut heavy).await;
    assert_eq!(server.counts.cut.of(Cut::Heavy).value(), 1);
    let still_there = timeout(BRIEF, patient.read_to_end(&mut Vec::new())).await;
    assert!(still_there.is_err(), "who holds little stays");
}
