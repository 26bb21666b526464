//! One seed: a world is made, lived in, calmed down and judged.

use crate::gate::Gate;
use crate::node::Node;
use crate::sabotage::Sabotage;
use crate::trouble::{Mishap, happens};
use crate::world::World;
use crate::{judge, people};
use regain::app::{Adapters, App};
use regain::config::Config;
use regain::courier::{Courier, Tick};
use regain::hashing::HashingPool;
use regain::mail::Mail;
use regain::mail::compose::{Composer, Letterhead};
use regain::metrics::Metrics;
use regain::recovery::settle;
use regain_core::keys::{KEY_BYTES, Keys};
use regain_core::time::Timestamp;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// What came of a seed.
pub(crate) struct History {
    pub(crate) steps: Vec<String>,
    pub(crate) digest: u64,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) fault: Option<String>,
    pub(crate) weather: String,
}

/// Applications that no world uses at present: making one takes longer than a whole history.
#[derive(Default)]
pub(crate) struct Workshop(Mutex<Vec<Kit>>);

type Kit = (Arc<App>, Arc<Gate>);

/// Lives through the world of `seed`.
pub(crate) fn run(seed: u64, workshop: &Workshop, sabotage: Option<Sabotage>) -> History {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let kits = std::mem::take(&mut *workshop.0.lock().unwrap());
    let (world, servers) = runtime.block_on(async {
        let world = World::new(seed, sabotage);
        let servers = Arc::new(Servers::new(&world, kits));
        let weather = world.state().weather.clone();
        world.note(|| format!("{weather:?}"));
        live(&servers).await;
        (world, servers)
    });
    // With it go all the tasks, and what dead servers still had under way.
    drop(runtime);
    *workshop.0.lock().unwrap() = servers.give_back();
    let weather = world.state().story.steps[0].clone();
    let story = std::mem::take(&mut world.state().story);
    History { steps: story.steps, digest: story.digest, counts: story.counts, fault: story.fault, weather }
}

async fn live(servers: &Arc<Servers>) {
    let number = servers.world.state().weather.servers;
    for index in 0..number {
        servers.start(index);
    }
    let mut events = JoinSet::new();
    for (at, event) in plan(servers) {
        let servers = Arc::clone(servers);
        events.spawn(async move {
            sleep(at).await;
            match event {
                Some(mishap) => happens(servers, mishap).await,
                None => people::visit(servers).await,
            }
        });
    }
    events.join_all().await;
    servers.calm_down();
    judge::wait_until_quiet(servers).await;
    judge::judge(servers).await;
}

/// Who comes and what happens when: some evenly, some at the heels of another.
fn plan(servers: &Servers) -> Vec<(Duration, Option<Mishap>)> {
    let state = &mut *servers.world.state();
    let (chance, weather) = (&mut state.chance, &state.weather);
    let span = [60_000, 600_000, 4_000_000][usize::try_from(chance.below(3)).unwrap()];
    let mut events = vec![None; usize::try_from(chance.between(8, 40)).unwrap()];
    for (mishap, number) in [
        (Mishap::Crash, weather.crashes),
        (Mishap::Stall, weather.stalls),
        (Mishap::Outage, weather.outages),
        (Mishap::ClockJump, weather.clock_jumps),
        (Mishap::OtherWriter, weather.other_writers),
    ] {
        events.extend((0..number).map(|_| Some(mishap)));
    }
    let mut times: Vec<u64> = Vec::new();
    for _ in &events {
        let heels = times.last().filter(|_| chance.below(2) == 0).copied();
        times.push(match heels {
            Some(at) => at + chance.below(5_000),
            None => chance.below(span),
        });
    }
    times.into_iter().map(Duration::from_millis).zip(events).collect()
}

type Alive = (Arc<Node>, Arc<App>);

/// The servers of one world.
pub(crate) struct Servers {
    pub(crate) world: Arc<World>,
    /// None of those that are dead.
    slots: Mutex<Vec<Option<Alive>>>,
    spare: Mutex<Vec<Kit>>,
    used: Mutex<Vec<Kit>>,
    lives: Mutex<u64>,
}

impl Servers {
    fn new(world: &Arc<World>, kits: Vec<Kit>) -> Self {
        let number = world.state().weather.servers;
        Self {
            world: Arc::clone(world),
            slots: Mutex::new(vec![None; number]),
            spare: Mutex::new(kits),
            used: Mutex::default(),
            lives: Mutex::default(),
        }
    }

    /// Starts a server with its courier. The only one of its ledger takes over what a dead one held; others wait.
    pub(crate) fn start(self: &Arc<Self>, index: usize) {
        let life = {
            let mut lives = self.lives.lock().unwrap();
            *lives += 1;
            *lives
        };
        let skew = self.world.state().weather.skew_ms;
        let skew = i64::try_from(self.world.state().chance.below(2 * skew + 1)).unwrap() - i64::try_from(skew).unwrap();
        let node = Arc::new(Node::new(&self.world, format!("server {index}, life {life}:"), skew));
        let (app, gate) = self.spare.lock().unwrap().pop().unwrap_or_else(kit);
        gate.lead_to(Arc::clone(&node));
        self.used.lock().unwrap().push((Arc::clone(&app), gate));
        self.slots.lock().unwrap()[index] = Some((Arc::clone(&node), Arc::clone(&app)));
        self.world.note(|| format!("{} starts, its clock ahead by {skew} ms", node.name));
        let is_alone = self.is_alone();
        tokio::spawn(async move {
            if is_alone {
                node.ledger.take_over().await.unwrap();
                node.world.look_at_rows();
                let _ = timeout(Duration::from_secs(5), settle::recover_lapsed(&app)).await;
            }
            work(app, node).await;
        });
    }

    pub(crate) fn kill(&self, index: usize) {
        if let Some((node, _)) = self.slots.lock().unwrap()[index].take() {
            node.kill();
        }
    }

    /// Nothing goes wrong any more: whoever is dead or stalled comes back.
    fn calm_down(self: &Arc<Self>) {
        self.world.note(|| "all is well from now on".to_owned());
        self.world.state().weather.clears_up();
        let number = self.slots.lock().unwrap().len();
        for index in 0..number {
            let slot = self.slots.lock().unwrap()[index].clone();
            match slot {
                Some((node, _)) => node.wake_up(),
                None => self.start(index),
            }
        }
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.slots.lock().unwrap().len() == 1
    }

    pub(crate) fn node(&self, index: usize) -> Arc<Node> {
        self.slots.lock().unwrap()[index].clone().unwrap().0
    }

    /// A server that is up.
    pub(crate) fn any_alive(&self) -> Option<usize> {
        let slots = self.slots.lock().unwrap();
        let alive: Vec<usize> = (0..slots.len()).filter(|index| slots[*index].is_some()).collect();
        let nth = self.world.state().chance.below(alive.len() as u64);
        alive.get(usize::try_from(nth).unwrap()).copied()
    }

    /// The time on the server that is behind the others, and on the one that is ahead.
    pub(crate) fn earliest(&self) -> Timestamp {
        self.clocks().min().unwrap_or_default()
    }

    pub(crate) fn latest(&self) -> Timestamp {
        self.clocks().max().unwrap_or_default()
    }

    fn clocks(&self) -> impl Iterator<Item = Timestamp> {
        self.slots.lock().unwrap().clone().into_iter().flatten().map(|(node, _)| node.now())
    }

    /// Asks some server; none if it dies, or the person does not wait.
    pub(crate) async fn ask<T, F: Future<Output = T>>(&self, question: impl FnOnce(Arc<App>) -> F) -> Option<T> {
        let index = self.any_alive()?;
        let (node, app) = self.slots.lock().unwrap()[index].clone()?;
        let is_impatient = self.world.state().chance.below(20) == 0;
        let patience = if is_impatient { self.world.between(1, 3_000) } else { Duration::from_secs(120) };
        tokio::select! {
            biased;
            () = node.died() => None,
            answer = timeout(patience, question(app)) => answer.ok(),
        }
    }

    fn give_back(&self) -> Vec<Kit> {
        self.slots.lock().unwrap().clear();
        let mut kits = std::mem::take(&mut *self.spare.lock().unwrap());
        kits.append(&mut self.used.lock().unwrap());
        kits
    }
}

/// The courier's loop, as [`Courier::run`] has it, with longer rests where nothing is due.
async fn work(app: Arc<App>, node: Arc<Node>) {
    let mut courier = Courier::new(app);
    loop {
        let rest = match courier.tick().await {
            Ok(Tick::Full) => Duration::ZERO,
            Ok(Tick::Worked) => node.world.between(75, 100),
            Ok(Tick::Idle) | Err(_) => node.world.between(75, 10_000),
        };
        node.pause(rest).await;
    }
}

fn kit() -> Kit {
    let gate = Arc::new(Gate::default());
    let config = Config::from_toml(CONFIG, Path::new("/nowhere"), [("", ""); 0]).unwrap();
    let adapters = Adapters {
        keys: Keys::new([7; KEY_BYTES]),
        ledger: Arc::clone(&gate) as _,
        users: Arc::clone(&gate) as _,
        clock: Arc::clone(&gate) as _,
        entropy: Arc::clone(&gate) as _,
        metrics: Arc::new(Metrics::new(Timestamp::default())),
    };
    let mut app = App::around(config, adapters).unwrap();
    let composer = Composer::new(Arc::clone(&app.words), Letterhead::of(&app.config)).unwrap();
    app.mail = Mail::from_parts(composer, vec![Arc::clone(&gate) as _], Arc::clone(&gate) as _);
    app.hashing = Arc::new(HashingPool::inline());
    (Arc::new(app), gate)
}

/// Tight, so that every limit is met.
const CONFIG: &str = r#"
public_url = "http://localhost:8080"
[users]
url = "sqlite:accounts.db"
table = "accounts"
[reset]
token_ttl_seconds = 1200
code_ttl_seconds = 300
code_attempts_max = 3
mails_per_hour_max = 3
give_up_seconds = 2700
[mail]
from = "Example <no-reply@example.com>"
[mail.file]
directory = "outgoing"
"#;
