//! Several servers of one directory, tried in order, and the connection that is kept to one of them.

use super::failure::Failure;
use super::session::{Login, Session};
use super::tls;
use crate::config::{self, LdapServer};
use crate::users::StoreFault;
use rustls::ClientConfig;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The servers of `users.url`.
pub(super) struct Servers {
    servers: Vec<Server>,
    login: Login,
    tls: Arc<ClientConfig>,
    /// One for all: questions are answered side by side. Locked while connecting, so that one caller does it for all.
    kept: tokio::sync::Mutex<Option<Kept>>,
}

struct Server {
    config: LdapServer,
    /// It failed: others come first until then.
    rests_until: Mutex<Option<Instant>>,
}

enum Kept {
    Open {
        session: Session,
        until: Instant,
    },
    /// Our password is not believed. To ask again and again would lock the service account out, where there is such a rule.
    Refused {
        why: String,
        until: Instant,
    },
}

impl Servers {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`StoreFault`], if there are no certificates to believe.
    pub(super) fn new(ldap: &config::Ldap) -> Result<Self, StoreFault> {
        let servers =
            ldap.servers.iter().map(|config| Server { config: config.clone(), rests_until: Mutex::default() });
        Ok(Self {
            servers: servers.collect(),
            login: Login { dn: ldap.bind_dn.clone(), password: ldap.bind_password.clone() },
            tls: tls::believing(ldap)?,
            kept: tokio::sync::Mutex::default(),
        })
    }

    /// Asks the servers, one after the other, until one of them answers. What is asked must do no harm if it is asked twice.
    pub(super) async fn ask<T, F>(&self, until: Instant, question: impl Fn(Session, Instant) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut failed = None;
        // Once more than there are servers: the connection that was kept may have died of age.
        for _ in 0..=self.servers.len() {
            if failed.is_some() && Instant::now() >= until {
                break;
            }
            let session = match self.session(until).await {
                Ok(session) => session,
                Err(failure) => return Err(failed.unwrap_or(failure)),
            };
            let soon = until.min(Instant::now() + ANSWER_MAX);
            match question(session.clone(), soon).await {
                Err(Failure::Away(why)) => {
                    let slow = Instant::now() >= soon;
                    failed = Some(Failure::Away(format!("{}: {why}", session.server)));
                    self.forget(&session, slow).await;
                }
                Err(Failure::Answered(answer)) => return Err(Failure::Answered(answer)),
                answered => return answered,
            }
        }
        Err(failed.unwrap_or_else(|| Failure::Unusable("users.url names no server".into())))
    }

    /// The connection that is kept, or a new one to the first server that lets us in.
    pub(super) async fn session(&self, until: Instant) -> Result<Session, Failure> {
        let overdue = |_| Failure::Away("it does not answer in time".into());
        let mut kept = timeout_at(until, self.kept.lock()).await.map_err(overdue)?;
        let now = Instant::now();
        match &*kept {
            Some(Kept::Open { session, until }) if *until > now && !session.is_closed() => return Ok(session.clone()),
            Some(Kept::Refused { why, until }) if *until > now => return Err(Failure::Unusable(why.clone())),
            _ => *kept = None,
        }
        let connected = self.connect(until).await;
        *kept = match &connected {
            Ok(session) => Some(Kept::Open { session: session.clone(), until: Instant::now() + KEPT_FOR }),
            Err(Failure::Unusable(why)) => Some(Kept::Refused { why: why.clone(), until: Instant::now() + REST }),
            Err(_) => None,
        };
        connected
    }

    /// A new connection to each of them, or why there is none.
    pub(super) async fn open_each(&self, until: Instant) -> Vec<(&LdapServer, Result<Session, Failure>)> {
        let mut opened = Vec::new();
        for server in &self.servers {
            let patience = until.min(Instant::now() + CONNECT_MAX);
            opened.push((&server.config, self.open(server, patience).await));
        }
        opened
    }

    async fn connect(&self, until: Instant) -> Result<Session, Failure> {
        let now = Instant::now();
        let mut in_turn: Vec<&Server> = self.servers.iter().collect();
        in_turn.sort_by_key(|server| server.is_resting(now));
        let (mut whys, count) = (Vec::new(), in_turn.len());
        for (tried, server) in in_turn.into_iter().enumerate() {
            let left = until.saturating_duration_since(Instant::now()) / u32::try_from(count - tried).unwrap_or(1);
            let patience = Instant::now() + left.min(CONNECT_MAX);
            match self.open(server, patience).await {
                Ok(session) => {
                    server.rest_until(None);
                    return Ok(session);
                }
                Err(Failure::Away(why)) => {
                    server.rest_until(Some(Instant::now() + REST));
                    whys.push(why);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Away(whys.join("; ")))
    }

    /// Signs in at one server; a failure names it, and what to do.
    async fn open(&self, server: &Server, until: Instant) -> Result<Session, Failure> {
        let url = server.config.url();
        Session::open(&server.config, &self.tls, &self.login, until).await.map_err(|failure| match failure {
            Failure::Away(why) if why.contains("certificate") => {
                Failure::Away(format!("{url}: {why}; users.ldap.ca_file names the authority to believe"))
            }
            Failure::Away(why) => Failure::Away(format!("{url}: {why}")),
            Failure::Answered(answer) => {
                Failure::Unusable(format!("{url}: {answer}; see users.ldap.bind_dn and users.ldap.bind_password"))
            }
            Failure::Unusable(why) => Failure::Unusable(why),
        })
    }

    /// A connection that failed is not used again; a server that is slow rests.
    async fn forget(&self, session: &Session, slow: bool) {
        let mut kept = self.kept.lock().await;
        if matches!(&*kept, Some(Kept::Open { session: kept, .. }) if kept.is(session)) {
            *kept = None;
        }
        let server = self.servers.iter().find(|server| *server.config.url() == *session.server);
        if let Some(server) = server.filter(|_| slow) {
            server.rest_until(Some(Instant::now() + REST));
        }
    }
}

impl Server {
    fn is_resting(&self, now: Instant) -> bool {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| until > now)
    }

    fn rest_until(&self, until: Option<Instant>) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// To connect, encrypt and sign in. Short: the next server waits.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// For one answer, so that another server can be asked before the caller gives up.
const ANSWER_MAX: Duration = Duration::from_secs(4);
/// For a server that failed, or does not let us in.
const REST: Duration = Duration::from_secs(5);
/// How long a connection is kept. Then the first server that answers has its turn again.
const KEPT_FOR: Duration = Duration::from_secs(600);
