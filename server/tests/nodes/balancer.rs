//! A load balancer as small as they come: it asks each node whether it is ready, and goes on to the next where one says 503.

use crate::client::{Answer, Ask, Client};
use crate::fleet::Fleet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// In front of a fleet, until it is dropped.
pub(crate) struct Balancer {
    client: Client,
    doors: Arc<Vec<Door>>,
    turn: AtomicUsize,
    /// What no node may do to a balancer.
    faults: Mutex<Vec<String>>,
    /// Answers of 503, each with the time to come again.
    pub(crate) turned_away: AtomicUsize,
    probing: JoinHandle<()>,
}

struct Door {
    public: String,
    admin: String,
    is_ready: AtomicBool,
}

impl Balancer {
    pub(crate) fn before(fleet: &Fleet) -> Self {
        let door = |node: &crate::node::Node| Door {
            public: node.public.clone(),
            admin: node.admin.clone(),
            is_ready: AtomicBool::new(true),
        };
        let doors: Arc<Vec<Door>> = Arc::new(fleet.nodes.iter().map(door).collect());
        let probing = tokio::spawn(probe(fleet.client.clone(), Arc::clone(&doors)));
        let client = fleet.client.clone();
        let (turn, turned_away) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { client, doors, turn, faults: Mutex::default(), turned_away, probing }
    }

    /// What some node answers; whatever is wrong with the others is passed over here and written down.
    pub(crate) async fn ask(&self, ask: &Ask) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let door = &self.doors[self.turn.fetch_add(1, Ordering::Relaxed) % self.doors.len()];
            if door.is_ready.load(Ordering::SeqCst) {
                match self.client.ask(&door.public, ask).await {
                    Ok(answer) if answer.status == 503 && answer.retry_after => {
                        self.turned_away.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(answer) => return answer,
                    Err(fault) => {
                        door.is_ready.store(false, Ordering::SeqCst);
                        self.note(format!("{} called itself ready and gave no answer: {fault:?}", door.public));
                    }
                }
            } else {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert!(Instant::now() < deadline, "no node takes {ask:?}; so far: {:?}", self.faults());
        }
    }

    /// Every connection that a node which called itself ready refused or broke.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap().clone()
    }

    fn note(&self, fault: String) {
        self.faults.lock().unwrap().push(fault);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.probing.abort();
    }
}

async fn probe(client: Client, doors: Arc<Vec<Door>>) {
    loop {
        for door in doors.iter() {
            door.is_ready.store(client.is_ready(&door.admin).await, Ordering::SeqCst);
        }
        tokio::time::sleep(PROBE_EVERY).await;
    }
}

/// Well below the notice that a node gives before it stops.
const PROBE_EVERY: Duration = Duration::from_millis(250);
/// With one node only, a visitor waits while it is replaced.
const PATIENCE: Duration = Duration::from_secs(60);
