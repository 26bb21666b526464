//! Request bodies: bounded in size and in time, wiped after use.

use crate::weakness::{self, Weakness};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use secrecy::zeroize::Zeroizing;
use std::time::Duration;

/// How long a client may take to send a body.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Why there is no body to work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// It has more octets than are accepted.
    TooLarge,
    /// It was not complete within [`BODY_DEADLINE`].
    TooSlow,
    /// The connection broke, or the framing is wrong.
    Broken,
}

/// Reads the whole body, of at most `octets_max` octets.
///
/// # Errors
/// [`BodyFault`].
pub async fn read(headers: &HeaderMap, body: Body, octets_max: usize) -> Result<Zeroizing<Vec<u8>>, BodyFault> {
    let octets_max = weakness::spoilt(Weakness::BodyUnbounded, octets_max, |_| usize::MAX);
    if announced_length(headers).is_some_and(|length| length > octets_max as u64) {
        discard(headers, body).await;
        return Err(BodyFault::TooLarge);
    }
    match tokio::time::timeout(BODY_DEADLINE, collect(body, octets_max)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(BodyFault::TooSlow),
    }
}

async fn collect(mut body: Body, octets_max: usize) -> Result<Zeroizing<Vec<u8>>, BodyFault> {
    let mut octets = Zeroizing::new(Vec::with_capacity(octets_max.min(1024)));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyFault::Broken)?.into_data() else { continue };
        if octets.len() + data.len() > octets_max && !weakness::is(Weakness::BodyUnbounded) {
            drain(body).await;
            return Err(BodyFault::TooLarge);
        }
        octets.extend_from_slice(&data);
    }
    Ok(octets)
}

/// Reads what a refused client still sends, within bounds: closing at once would reset the connection, and the client
/// would not see the answer. A client that waits for `100 Continue` sends nothing.
pub async fn discard(headers: &HeaderMap, body: Body) {
    if !headers.contains_key(header::EXPECT) {
        // Either way the answer is the same.
        let _ = tokio::time::timeout(BODY_DEADLINE, drain(body)).await;
    }
}

/// Enough for every honest mistake.
const DISCARDED_OCTETS_MAX: usize = 4 * 1024 * 1024;

async fn drain(mut body: Body) {
    let mut discarded = 0;
    while discarded < DISCARDED_OCTETS_MAX {
        let Some(Ok(frame)) = body.frame().await else { return };
        discarded += frame.data_ref().map_or(0, |data| data.len());
        // Whoever sends faster than we read would keep this thread.
        tokio::task::yield_now().await;
    }
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_text(text: &'static str, octets_max: usize) -> Result<Vec<u8>, BodyFault> {
        read(&HeaderMap::new(), Body::from(text), octets_max).await.map(|octets| octets.to_vec())
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read() {
        assert_eq!(read_text("12345", 5).await.unwrap(), b"12345");
        assert_eq!(read_text("123456", 5).await.unwrap_err(), BodyFault::TooLarge);
        assert_eq!(read_text("", 5).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn an_announced_length_over_the_limit_is_refused_unread() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, "6".parse().unwrap());
        headers.insert(header::EXPECT, "100-continue".parse().unwrap());
        assert_eq!(read(&headers, Body::empty(), 5).await.unwrap_err(), BodyFault::TooLarge);
    }
}
