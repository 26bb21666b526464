use super::*;
use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::ReadBuf;

#[test]
fn dots_are_doubled_where_a_line_begins_and_nowhere_else() {
    for (content, sent) in [
        ("", ""),
        ("a.b\r\n", "a.b"),
        (".\r\n", ".."),
        ("..a\r\n.\r\n.b.", "...a\r\n..\r\n..b."),
        ("lone\n.\rones\r.\n", "lone\n..\rones\r..\n"),
    ] {
        assert_eq!(std::str::from_utf8(&dotted(content.as_bytes())), Ok(sent));
    }
}

/// A relay that says 250 to all, and takes few octets at a time, and no more than it has room for.
struct Trickle {
    at_once: usize,
    room: usize,
    taken: Arc<Mutex<Vec<u8>>>,
    replies: Cursor<&'static str>,
}

impl AsyncRead for Trickle {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.replies).poll_read(cx, buf)
    }
}

impl AsyncWrite for Trickle {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let count = buf.len().min(self.at_once).min(self.room);
        if count == 0 && !buf.is_empty() {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        self.room -= count;
        self.taken.lock().unwrap().extend_from_slice(&buf[..count]);
        Poll::Ready(Ok(count))
    }

    /// What is taken may end in any of them.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let whole: Vec<u8> = bufs.iter().flat_map(|part| part.iter().copied()).collect();
        self.poll_write(cx, &whole)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Gives a content and the announcement of the next mail, and says what came of it and what the relay took.
async fn give(at_once: usize, room: usize) -> (Result<String, Failure>, String) {
    let taken = Arc::default();
    let replies = Cursor::new("250 2.0.0 Ok\r\n");
    let stream: Box<dyn Stream> = Box::new(Trickle { at_once, room, taken: Arc::clone(&taken), replies });
    let patience = Duration::from_secs(5);
    let pipelining = EhloResponse { capabilities: EXT_PIPELINING, ..EhloResponse::default() };
    let mut connection = Connection::new(SmtpClient { stream, timeout: patience }, &pipelining, patience);
    let address = |text| EmailAddress::parse(text).unwrap();
    let next = Envelope {
        id: Id::from_bytes([7; 16]),
        from: address("no-reply@example.com"),
        to: address("next@bücher.example"),
    };
    let result = connection.give(CONTENT.as_bytes(), Some(&next), Instant::now() + patience).await;
    let taken = String::from_utf8(taken.lock().unwrap().clone()).unwrap();
    (result, taken)
}

const CONTENT: &str = "Subject: a mail\r\n\r\n..a line that begins with a dot";
/// The content with its end, and the announcement.
const WHOLE: &str = "Subject: a mail\r\n\r\n..a line that begins with a dot\r\n.\r\nMAIL FROM:<no-reply@example.com>\r\n\
                     RCPT TO:<next@xn--bcher-kva.example>\r\nDATA\r\n";

#[tokio::test]
async fn a_mail_and_the_announcement_of_the_next_arrive_whole_however_little_is_taken_at_a_time() {
    for at_once in [1, 2, 7, CONTENT.len() - 1, CONTENT.len(), CONTENT.len() + 1, usize::MAX] {
        let (result, taken) = give(at_once, usize::MAX).await;
        assert!(matches!(&result, Ok(reply) if reply == "250 2.0.0 Ok"), "{result:?}");
        assert_eq!(taken, WHOLE, "{at_once} at a time");
    }
}

#[tokio::test]
async fn a_mail_whose_end_left_may_have_arrived_and_one_whose_end_did_not_has_not() {
    let end = CONTENT.len() + END_OF_MAIL.len();
    for room in 0..WHOLE.len() {
        let (result, taken) = give(16, room).await;
        assert_eq!(taken, WHOLE[..room]);
        match result {
            Err(Failure::Broken(_)) => assert!(room < end, "{room} of {end}"),
            Err(Failure::Silent(_)) => assert!(room >= end, "{room} of {end}"),
            other => panic!("{other:?} with {room} octets taken"),
        }
    }
}
