//! The one thread that writes. It commits whatever has queued in one transaction, so that one sync to disk serves
//! many requests; the sync itself is what lets the next batch gather. No artificial delay.

use super::LedgerFault;
use super::checkpoint::{self, Checkpointer};
use crate::failpoint;
use crate::metrics::Commits;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::oneshot;

/// Who wants to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Courier and redeeming: drained first.
    Work,
    /// New requests: refused when as many wait as may.
    Acceptance,
}

/// Two cores answer at most some 60,000 requests a second and a commit takes some 4 ms: 4,096 is more than queues in
/// between, and few enough to be answered in time.
const ACCEPTANCE_MAX: usize = 4096;
/// Far more than courier and redeeming have under way at once.
const WORK_MAX: usize = 4096;
/// Bounds how long one transaction holds the file.
const BATCH_MAX: usize = 512;

pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    #[cfg(feature = "failpoints")]
    memory: Option<super::Memory>,
}

struct Shared {
    lanes: Mutex<Lanes>,
    arrived: Condvar,
    commits: Arc<Commits>,
    /// The checkpointer has written most of the log back; the rest is the writer's.
    checkpoint_rest: AtomicBool,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            lanes: Mutex::default(),
            arrived: Condvar::new(),
            commits: Arc::default(),
            checkpoint_rest: AtomicBool::new(false),
        }
    }
}

#[derive(Default)]
struct Lanes {
    work: VecDeque<Box<dyn Job>>,
    acceptance: VecDeque<Box<dyn Job>>,
    closed: bool,
}

/// One write: run inside the batch's transaction, answered after its commit.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, committed: Result<(), LedgerFault>);
}

struct Write<F, T> {
    work: Option<F>,
    found: Option<T>,
    reply: oneshot::Sender<Result<T, LedgerFault>>,
}

impl<F, T> Job for Write<F, T>
where
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.found = Some(work(connection)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), LedgerFault>) {
        let Self { found, reply, .. } = *self;
        // Whoever asked may have gone; what was committed stays.
        let _ = reply.send(committed.and_then(|()| found.ok_or_else(stopped)));
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, checkpoints: Connection) -> Result<Self, LedgerFault> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let checkpointer = checkpoint::start(checkpoints, {
            let shared = Arc::clone(&shared);
            move || shared.checkpoint_rest.store(true, Ordering::Relaxed)
        })?;
        let thread = std::thread::Builder::new()
            .name("ledger-writer".into())
            .spawn(move || write_until_closed(connection, &theirs, checkpointer))
            .map_err(|cause| LedgerFault::Engine { what: "cannot start its writer", cause: cause.to_string() })?;
        Ok(Self {
            shared,
            thread: Some(thread),
            #[cfg(feature = "failpoints")]
            memory: None,
        })
    }

    /// Without a thread: each write is a commit of its own, made where it is asked for.
    #[cfg(feature = "failpoints")]
    pub(super) fn inline(memory: super::Memory) -> Self {
        let shared = Arc::new(Shared::default());
        Self { shared, thread: None, memory: Some(memory) }
    }

    /// What was committed, counted.
    pub(super) fn commits(&self) -> Arc<Commits> {
        Arc::clone(&self.shared.commits)
    }

    /// Queues `work` and waits until it is committed, or failed with its whole batch.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        #[cfg(feature = "failpoints")]
        if let Some(memory) = &self.memory {
            return memory.write(work);
        }
        let (reply, answer) = oneshot::channel();
        self.shared.push(lane, Box::new(Write { work: Some(work), found: None, reply }))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Writer {
    /// Lets what has queued be committed first.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.arrived.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, lane: Lane, job: Box<dyn Job>) -> Result<(), LedgerFault> {
        let mut lanes = self.lock();
        if lanes.closed {
            return Err(stopped());
        }
        let (queue, max) = match lane {
            Lane::Work => (&mut lanes.work, WORK_MAX),
            Lane::Acceptance => (&mut lanes.acceptance, ACCEPTANCE_MAX),
        };
        if queue.len() >= max {
            return Err(LedgerFault::Full);
        }
        queue.push_back(job);
        let is_first = lanes.work.len() + lanes.acceptance.len() == 1;
        drop(lanes);
        // Waking is a system call; for all but the first the writer is up already, or has been called.
        if is_first {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for work and takes a batch of it; none once closed and drained.
    fn next_batch(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut lanes = self.lock();
        loop {
            let mut batch = Vec::new();
            while batch.len() < BATCH_MAX
                && let Some(job) = lanes.work.pop_front().or_else(|| lanes.acceptance.pop_front())
            {
                batch.push(job);
            }
            if !batch.is_empty() {
                return Some(batch);
            }
            if lanes.closed {
                return None;
            }
            lanes = self.arrived.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn write_until_closed(mut connection: Connection, shared: &Shared, mut checkpointer: Checkpointer) {
    let _closing = Closing(shared);
    while let Some(mut batch) = shared.next_batch() {
        let started = Instant::now();
        let committed = commit(&mut connection, &mut batch).map_err(LedgerFault::engine("cannot be written"));
        shared.commits.tried(batch.len(), started.elapsed(), committed.is_ok());
        if let Err(fault) = &committed {
            tracing::error!(%fault, writes = batch.len(), "a batch of writes failed and was rolled back");
        }
        failpoint::reached("batch_committed");
        checkpointer.wrote(batch.len());
        for job in batch {
            job.answer(committed.clone());
        }
        if shared.checkpoint_rest.swap(false, Ordering::Relaxed) {
            checkpoint::run(&connection);
        }
    }
}

/// However the thread ends, nobody waits for it any more.
struct Closing<'a>(&'a Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut lanes = self.0.lock();
        *lanes = Lanes { closed: true, ..Lanes::default() };
    }
}

fn commit(connection: &mut Connection, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in batch {
        job.run(&transaction)?;
    }
    transaction.commit()
}

fn stopped() -> LedgerFault {
    LedgerFault::Engine { what: "cannot be written", cause: "its writer has stopped".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> (tempfile::TempDir, Writer) {
        let dir = tempfile::tempdir().unwrap();
        let open = || Connection::open(dir.path().join("w.db")).unwrap();
        let connection = open();
        connection.execute_batch("CREATE TABLE t (n INTEGER UNIQUE)").unwrap();
        let writer = Writer::start(connection, open()).unwrap();
        (dir, writer)
    }

    fn insert(n: i64) -> impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static {
        move |connection| connection.execute("INSERT INTO t VALUES (?1)", [n])
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_write_is_answered_after_it_is_committed() {
        let (dir, writer) = writer();
        let writer = Arc::new(writer);
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..500 {
            let writer = Arc::clone(&writer);
            tasks.spawn(async move { writer.write(Lane::Acceptance, insert(n)).await.unwrap() });
        }
        assert_eq!(tasks.join_all().await.len(), 500);
        let reader = Connection::open(dir.path().join("w.db")).unwrap();
        assert_eq!(reader.query_row("SELECT count(*) FROM t", [], |row| row.get(0)), Ok(500));
    }

    #[tokio::test]
    async fn a_failed_write_is_told_and_the_next_one_works() {
        let (_dir, writer) = writer();
        writer.write(Lane::Work, insert(1)).await.unwrap();
        assert!(matches!(writer.write(Lane::Work, insert(1)).await, Err(LedgerFault::Engine { .. })));
        writer.write(Lane::Work, insert(2)).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_waits_for_a_writer_that_died() {
        let (_dir, writer) = writer();
        let deadly = writer.write(Lane::Work, |_| -> rusqlite::Result<()> { panic!("a bug") }).await;
        assert!(deadly.is_err());
        assert!(writer.write(Lane::Work, insert(1)).await.is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn acceptance_is_refused_when_too_much_waits_but_work_goes_on() {
        let (_dir, writer) = writer();
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let blocked = writer.shared.push(
            Lane::Work,
            Box::new(Write {
                work: Some(move |_: &Connection| {
                    let _ = held.recv();
                    Ok(())
                }),
                found: None,
                reply: oneshot::channel().0,
            }),
        );
        assert!(blocked.is_ok());
        let job = |n| Box::new(Write { work: Some(insert(n)), found: None, reply: oneshot::channel().0 });
        let accepted = (0..).take_while(|n| writer.shared.push(Lane::Acceptance, job(*n)).is_ok()).count();
        assert!((ACCEPTANCE_MAX..=ACCEPTANCE_MAX + BATCH_MAX).contains(&accepted), "{accepted}");
        assert!(writer.shared.push(Lane::Work, job(-1)).is_ok());
        drop(hold);
    }
}
