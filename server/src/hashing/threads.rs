//! The threads that hash: started when there is work, ended soon after there is none.
//!
//! They are not the runtime's blocking threads, because they step back for every other thread of the server, and
//! because Argon2's memory stays with a thread: the fewer threads hash, the less memory is held.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Work for a hashing thread.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Up to so many threads. They end when this is dropped, after what they have begun.
#[derive(Debug)]
pub(super) struct Threads {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// There is a job, or an end.
    changed: Condvar,
    threads_max: usize,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    /// How many of the threads wait for a job.
    waiting: usize,
    closed: bool,
}

impl Threads {
    pub(super) fn new(threads_max: usize) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), threads_max }) }
    }

    /// Has `job` done, in its turn. It is dropped undone if the system gives no thread.
    pub(super) fn submit(&self, job: Job) {
        let mut state = self.shared.lock();
        state.jobs.push_back(job);
        if state.jobs.len() <= state.waiting {
            self.shared.changed.notify_one();
        } else if state.threads < self.shared.threads_max {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new().name("hashing".to_owned()).spawn(move || shared.work());
            match started {
                Ok(_) => state.threads += 1,
                Err(_) if state.threads > 0 => {}
                Err(error) => {
                    tracing::error!(%error, "no thread is to be had for hashing");
                    state.jobs.clear();
                }
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does.
    fn work(&self) {
        step_back();
        while let Some(job) = self.next() {
            // Whoever waits for a job that panicked finds its answer's sender gone.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    }

    /// The next job, or nothing if the thread is to end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            let mut waited = false;
            if !state.closed {
                state.waiting += 1;
                let (woken, timeout) = self.changed.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                state.waiting -= 1;
                waited = !timeout.timed_out();
            }
            if !waited && state.jobs.is_empty() {
                state.threads -= 1;
                return None;
            }
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("jobs", &self.jobs.len()).field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// Lets every other thread of the server go first. On Linux each thread has a priority of its own; elsewhere this would
/// be the whole server's. If the system refuses, hashing is merely as important as the rest.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "hashing threads keep the ordinary priority");
    }
}

/// A tenth of the weight of an ordinary thread, on Linux, and none of it while cores are free.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;
/// Starting a thread costs a thousandth of a hash; its memory is megabytes.
const IDLE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    /// Has `work` done and waits for what it gives.
    fn done<T: Send + 'static>(threads: &Threads, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (tell, told) = mpsc::channel();
        threads.submit(Box::new(move || tell.send(work()).unwrap()));
        told.recv().ok()
    }

    #[test]
    fn each_job_is_done_and_never_more_at_once_than_there_may_be_threads() {
        let threads = Threads::new(2);
        let running = Arc::new(AtomicUsize::new(0));
        let (tell, told) = mpsc::channel();
        for _ in 0..32 {
            let (tell, running) = (tell.clone(), Arc::clone(&running));
            threads.submit(Box::new(move || {
                tell.send(running.fetch_add(1, Ordering::SeqCst) + 1).unwrap();
                std::thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
            }));
        }
        drop(tell);
        let at_once: Vec<_> = told.iter().collect();
        assert_eq!(at_once.len(), 32);
        assert!(at_once.iter().all(|it| *it <= 2), "{at_once:?}");
    }

    #[test]
    fn a_job_that_panics_takes_no_thread_with_it() {
        let threads = Threads::new(1);
        let first = done(&threads, || std::thread::current().id());
        assert_eq!(done(&threads, || panic!("on purpose")), None::<()>);
        assert_eq!(done(&threads, || std::thread::current().id()), first);
    }

    #[test]
    fn threads_end_with_the_pool() {
        let threads = Threads::new(1);
        done(&threads, || ());
        let shared = Arc::downgrade(&threads.shared);
        drop(threads);
        while shared.upgrade().is_some() {
            std::thread::yield_now();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn hashing_steps_back_and_nothing_else_does() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let ours = priority();
        assert_eq!(done(&Threads::new(1), priority), Some((ours + NICENESS).min(19)));
        assert_eq!(priority(), ours);
    }
}
