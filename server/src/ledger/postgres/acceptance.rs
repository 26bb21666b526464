//! Acceptance: one connection commits whatever has queued by one statement, so that one commit serves many requests. While
//! it is in flight, the next batch gathers. No artificial delay. Three connections accepted a quarter less: more and smaller
//! batches.

use super::connections::{Place, STATEMENT_MAX, Trouble};
use super::rows::{Key, Text, each, one};
use crate::failpoint;
use crate::ledger::LedgerFault;
use crate::ledger::admission::NewRequest;
use crate::metrics::Commits;
use regain_core::account::AccountId;
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{Client, Error};

/// What accepts. What has queued is still committed after it is dropped.
pub(super) struct Acceptance {
    queue: mpsc::Sender<Job>,
    commits: Arc<Commits>,
}

struct Job {
    request: NewRequest,
    reply: oneshot::Sender<Result<(), LedgerFault>>,
}

impl Acceptance {
    pub(super) fn start(place: &Arc<Place>) -> Self {
        let (queue, jobs) = mpsc::channel(ACCEPTANCE_MAX);
        let commits = Arc::<Commits>::default();
        tokio::spawn(accept_until_closed(Arc::clone(place), jobs, Arc::clone(&commits)));
        Self { queue, commits }
    }

    /// What was committed, counted.
    pub(super) fn commits(&self) -> Arc<Commits> {
        Arc::clone(&self.commits)
    }

    /// Queues a request and waits until it is committed, or failed with its whole batch.
    pub(super) async fn commit(&self, request: NewRequest) -> Result<(), LedgerFault> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Job { request, reply }).map_err(|refused| match refused {
            TrySendError::Full(_) => LedgerFault::Full,
            TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

async fn accept_until_closed(place: Arc<Place>, mut jobs: mpsc::Receiver<Job>, commits: Arc<Commits>) {
    let (mut kept, mut was_refused) = (None, false);
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while jobs.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let (requests, replies): (Vec<_>, Vec<_>) = batch.drain(..).map(|job| (job.request, job.reply)).unzip();
        failpoint::reached("accepted");
        let started = Instant::now();
        let committed =
            commit(&place, &mut kept, &requests).await.map_err(|trouble| trouble.fault("cannot be written"));
        commits.tried(requests.len(), started.elapsed(), committed.is_ok());
        failpoint::reached("batch_committed");
        tell_operator(&committed, &mut was_refused);
        for reply in replies {
            // Whoever asked may have gone; what was committed stays.
            let _ = reply.send(committed.clone());
        }
    }
}

/// Says when it begins and when it is over: in an outage every request fails.
fn tell_operator(committed: &Result<(), LedgerFault>, was_refused: &mut bool) {
    match committed {
        Ok(()) if *was_refused => tracing::info!("requests are accepted again"),
        Err(fault) if !*was_refused => tracing::error!(%fault, "requests cannot be accepted"),
        Ok(()) | Err(_) => {}
    }
    *was_refused = committed.is_err();
}

/// Commits a batch, and if the connection breaks once more on another: a row that was committed all the same is there
/// under its name, and is left as it is.
async fn commit(place: &Place, kept: &mut Option<Client>, requests: &[NewRequest]) -> Result<(), Trouble> {
    let deadline = Instant::now() + STATEMENT_MAX;
    let first = commit_once(place, kept, requests, deadline).await;
    match first {
        Err(trouble) if trouble.breaks_connection() && !matches!(trouble, Trouble::Unreachable(_)) => {
            commit_once(place, kept, requests, deadline).await
        }
        done => done,
    }
}

async fn commit_once(
    place: &Place,
    kept: &mut Option<Client>,
    requests: &[NewRequest],
    deadline: Instant,
) -> Result<(), Trouble> {
    let overdue = |_| Trouble::Overdue;
    let client = match kept.take().filter(|client| !client.is_closed()) {
        Some(client) => client,
        None => timeout_at(deadline, place.connect()).await.map_err(overdue)??,
    };
    let done = match timeout_at(deadline, insert(&client, requests, None)).await {
        Ok(done) => done.map_err(Trouble::from),
        Err(_) => {
            place.cancel(client.cancel_token()).await;
            Err(Trouble::Overdue)
        }
    };
    if !done.as_ref().is_err_and(Trouble::breaks_connection) {
        *kept = Some(client);
    }
    done
}

/// `account`, if it is known already.
pub(super) async fn insert(client: &Client, requests: &[NewRequest], account: Option<&AccountId>) -> Result<(), Error> {
    let ids: Vec<_> = requests.iter().map(|request| Key(request.id)).collect();
    let origins: Vec<_> = requests.iter().map(|request| request.origin.as_str()).collect();
    let networks: Vec<_> = requests.iter().map(|request| request.network.as_deref().map(Text)).collect();
    let locales: Vec<_> = requests.iter().map(|request| Text(&request.locales)).collect();
    let identifiers: Vec<_> = requests.iter().map(|request| Text(&request.identifier)).collect();
    let digests: Vec<_> = requests.iter().map(|request| request.address_digest.as_slice()).collect();
    let times: Vec<_> = requests.iter().map(|request| request.accepted_at.as_millis()).collect();
    let devices: Vec<_> = requests.iter().map(|request| request.device.map(|device| device.to_string())).collect();
    let devices: Vec<_> = devices.iter().map(Option::as_deref).collect();
    let account = account.map(|account| Text(account.as_str()));
    client
        .execute_typed(
            "INSERT INTO regain.outbox (id, message, origin, network, locales, identifier, address_digest, accepted_at, \
               device, account, due_at) \
             SELECT it.*, $9, regain.ledger_now() \
             FROM (SELECT id, 'reset', origin, network, locales, identifier, address_digest, accepted_at, device \
               FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) \
                 AS new (id, origin, network, locales, identifier, address_digest, accepted_at, device)) AS it \
             ON CONFLICT (id) DO NOTHING",
            &[
                each(&ids),
                each(&origins),
                each(&networks),
                each(&locales),
                each(&identifiers),
                each(&digests),
                each(&times),
                each(&devices),
                one(&account),
            ],
        )
        .await
        .map(|_| ())
}

fn stopped() -> LedgerFault {
    LedgerFault::Engine { what: "cannot be written", cause: "acceptance has stopped".into() }
}

/// As many as two cores answer in the time of some commits; few enough to be answered in time.
const ACCEPTANCE_MAX: usize = 4096;
/// Bounds how long one statement takes.
const BATCH_MAX: usize = 512;
