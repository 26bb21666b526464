//! What is kept of a mail: a relay that quotes it does not make the ledger or the log a place to find links in.

use super::ADA;
use crate::support::process::{DEADLINE, Site, eventually};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Sulu, kratos, GoTrue: links lay about in tables and logs that many can read.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_relay_quotes_of_a_mail_is_kept_without_its_secrets() {
    let relay = QuotingRelay::start().await;
    let site = Site::with_accounts(&[ADA]).await;
    let mut server = site.serve(&[("REGAIN_MAIL__SMTP__URL", &relay.url)]);
    server.request(ADA).await;
    let told = async || site.printed_by(&["explain", ADA]).contains("spam").then_some(());
    eventually("the relay's words in the timeline", DEADLINE, told).await;
    let quoted = relay.quoted.lock().unwrap().clone().expect("a link that was quoted");
    assert!(server.terminate().success());
    let files = std::fs::read_dir(site.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let held = files.filter(|octets| octets.windows(quoted.len()).any(|window| window == quoted.as_bytes())).count();
    assert_eq!(held, 0, "{quoted} is in a file");
    assert!(!server.log().contains(&quoted) && !site.printed_by(&["explain", ADA]).contains(&quoted));
}

/// Takes no mail, and says of each which link it does not like.
struct QuotingRelay {
    url: String,
    /// The last token that it quoted.
    quoted: Arc<Mutex<Option<String>>>,
}

impl QuotingRelay {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let quoted = Arc::new(Mutex::new(None));
        let quote = Arc::clone(&quoted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&quote)));
            }
        });
        Self { url, quoted }
    }
}

async fn converse(stream: TcpStream, quoted: Arc<Mutex<Option<String>>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 relay.test ESMTP\r\n").await?;
    let (mut is_content, mut content) = (false, String::new());
    while let Some(line) = lines.next_line().await? {
        let reply = match (is_content, line.as_str()) {
            (true, ".") => {
                is_content = false;
                let token = token_in(&content);
                let reply = format!("554 5.7.1 spam: http://127.0.0.1:8080/reset-password#{token}\r\n");
                *quoted.lock().unwrap() = Some(token);
                reply
            }
            (true, line) => {
                content.push_str(line);
                content.push_str("\r\n");
                continue;
            }
            (false, "DATA") => {
                is_content = true;
                "354 go ahead\r\n".to_owned()
            }
            (false, _) => "250 relay.test\r\n".to_owned(),
        };
        writing.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}

fn token_in(content: &str) -> String {
    let message = mail_parser::MessageParser::default().parse(content).expect("a mail");
    let text = message.body_text(0).expect("a text").into_owned();
    text.split_once("/reset-password#").expect("a link").1.chars().take(43).collect()
}
