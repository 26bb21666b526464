//! How long a connection may do what, how many there may be, and how much of HTTP each may use.

use super::Role;
use super::lobby::Caps;
use crate::config;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;

/// The bounds of a port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Beyond it the connection that has waited longest makes room; if all are busy, new ones wait in the backlog.
    pub(super) connections_max: u32,
    /// For the TLS handshake.
    pub(super) handshake: Duration,
    /// For the header of a request; also between requests.
    pub(super) header: Duration,
    /// For the peer to take any octet of an answer.
    pub(super) write: Duration,
    /// For everything: then the connection is closed, busy or not.
    pub(super) lifetime: Duration,
    /// For open requests after shutdown, or after `lifetime`.
    pub(super) drain: Duration,
}

impl Bounds {
    /// For as many connections as there can be files for.
    pub(super) fn of(role: Role) -> Self {
        Self { connections_max: connections_max(role, open_files_max()), ..Self::default() }
    }

    /// The share of a network: a quarter, and half for its neighbours and it. Three networks that keep all they have busy
    /// leave room for others. The admin port has no strangers.
    pub(super) fn caps(&self, role: Role, server: &config::Server) -> Caps {
        let share = |parts: usize| match role {
            Role::Public => (self.connections_max as usize).div_ceil(parts).max(SHARE_MIN),
            Role::Admin => usize::MAX,
        };
        Caps { network: share(4), neighbourhood: share(2), exempt: server.trusted_proxies.clone() }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(10),
            write: Duration::from_secs(10),
            lifetime: Duration::from_secs(300),
            drain: Duration::from_secs(10),
        }
    }
}

/// Fewer than there may be open files, or the ledger and the relay could not be reached for want of one.
fn connections_max(role: Role, open_files_max: u64) -> u32 {
    let wanted = match role {
        Role::Public => CONNECTIONS_MAX,
        Role::Admin => ADMIN_CONNECTIONS_MAX,
    };
    let room = u32::try_from(open_files_max.saturating_sub(OTHER_FILES_MAX)).unwrap_or(u32::MAX);
    wanted.min(room.max(ADMIN_CONNECTIONS_MAX))
}

/// How many files the process may have open. Often that is 1,024 until somebody asks for more, for the sake of programs
/// that use `select`; we do not, and ask.
fn open_files_max() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let (current, maximum) = (current.unwrap_or(u64::MAX), maximum.unwrap_or(u64::MAX));
    let wanted = (u64::from(CONNECTIONS_MAX + ADMIN_CONNECTIONS_MAX) + OTHER_FILES_MAX).min(maximum);
    let more = Rlimit { current: Some(wanted), maximum: Some(maximum).filter(|maximum| *maximum < u64::MAX) };
    if wanted > current && setrlimit(Resource::Nofile, more).is_ok() { wanted } else { current }
}

/// On the public port, where the operating system has files for so many.
const CONNECTIONS_MAX: u32 = 10_000;
/// Even where few files may be open: a proxy that is not named in `server.trusted_proxies` has as many.
const SHARE_MIN: usize = 1_024;
/// A probe or two, and somebody looking.
const ADMIN_CONNECTIONS_MAX: u32 = 64;
/// Connections to ledger, user store and relay, the admin port's, and as many again.
const OTHER_FILES_MAX: u64 = 256;

/// Largest header.
const HEADER_OCTETS_MAX: u16 = 16 * 1024;
/// Most header fields.
const HEADER_FIELDS_MAX: usize = 64;
/// Most requests at once on one HTTP/2 connection; fewer than 100 are unwise (RFC 9113 §6.5.2).
const STREAMS_MAX: u32 = 100;
/// Streams that a client opened and reset before they were looked at (rapid reset, CVE-2023-44487), or that we had to
/// reset because of what came on them (CVE-2025-8671).
const RESET_STREAMS_MAX: usize = 32;
/// What a client may send before we have looked at it: any body that we take by default, and some of those, on all
/// streams together. Smaller ones would slow nobody down who is honest, but the protocol begins with these.
const WINDOW_OCTETS: u32 = 65_535;
/// What is kept of an answer that a client does not take; the rest stays with whoever wrote it.
const SEND_OCTETS_MAX: usize = 64 * 1024;

/// What is kept, encrypted, of an answer that a client does not take. To whoever wrote the answer it is as good as taken, so
/// [`super::burden`] does not count it: ten thousand connections times rustls' own 64 KiB would be far too much.
pub(super) const TLS_OCTETS_MAX: usize = 4 * 1024;

/// Without a timer hyper's deadlines are silently off.
pub(super) fn http(deadline: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(deadline)
        .max_buf_size(HEADER_OCTETS_MAX.into())
        .max_headers(HEADER_FIELDS_MAX)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_OCTETS_MAX.into())
        .max_pending_accept_reset_streams(RESET_STREAMS_MAX)
        .max_local_error_reset_streams(RESET_STREAMS_MAX)
        .initial_stream_window_size(WINDOW_OCTETS)
        .initial_connection_window_size(WINDOW_OCTETS)
        .max_send_buf_size(SEND_OCTETS_MAX)
        .keep_alive_interval(deadline)
        .keep_alive_timeout(deadline);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_files_left_when_every_connection_is_taken() {
        for (files, connections) in [(u64::MAX, 10_000), (10_256, 10_000), (1_024, 768), (300, 64), (0, 64)] {
            assert_eq!(connections_max(Role::Public, files), connections, "{files}");
            assert_eq!(connections_max(Role::Admin, files), 64, "{files}");
        }
    }

    #[test]
    fn we_ask_for_as_many_files_as_there_may_be() {
        let maximum = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        assert!(open_files_max() >= maximum.min(u64::from(CONNECTIONS_MAX)));
    }
}
