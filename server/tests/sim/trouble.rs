//! What goes wrong: servers die, stall and have their clocks set, the ledger's server, the user store and the relay are
//! away for a while, and somebody else writes to the accounts.

use crate::run::Servers;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

/// One mishap.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mishap {
    Crash,
    Stall,
    Outage,
    ClockJump,
    OtherWriter,
}

pub(crate) async fn happens(servers: Arc<Servers>, mishap: Mishap) {
    let world = Arc::clone(&servers.world);
    let span = long(&servers);
    match mishap {
        Mishap::Crash => {
            let Some(index) = servers.any_alive() else { return };
            world.note(|| format!("server {index} crashes, to start again in {span:?}"));
            servers.kill(index);
            sleep(span).await;
            servers.start(index);
        }
        Mishap::Stall => {
            let Some(index) = servers.any_alive() else { return };
            world.note(|| format!("server {index} stalls for {span:?}"));
            servers.node(index).stall(span);
        }
        Mishap::Outage => {
            let until = world.now_ms() + u64::try_from(span.as_millis()).unwrap();
            let state = &mut *world.state();
            let (chance, weather) = (&mut state.chance, &mut state.weather);
            let (what, which) = match chance.below(3) {
                0 => ("the ledger", &mut weather.ledger_down_until),
                1 => ("the user store", &mut weather.store_down_until),
                _ => ("the relay", &mut weather.relay_down_until),
            };
            *which = until;
            state.story.note(until, &format!("{what} is away until then"));
        }
        Mishap::ClockJump => {
            let Some(index) = servers.any_alive() else { return };
            // Where several servers share a ledger, one whose clock is far off takes itself out.
            let most = if servers.is_alone() { 600_000 } else { 5_000 };
            let by = i64::try_from(world.state().chance.below(2 * most)).unwrap() - i64::try_from(most).unwrap();
            world.note(|| format!("the clock of server {index} is set by {by} ms"));
            servers.node(index).ahead_ms.fetch_add(by, Ordering::Relaxed);
        }
        Mishap::OtherWriter => {
            let at_ms = world.now_ms();
            let state = &mut *world.state();
            let account = state.accounts.any(&mut state.chance);
            let what = state.accounts.change(&account, &mut state.chance, at_ms);
            state.story.note(at_ms, &format!("somebody else changes the {what} of account {account}"));
        }
    }
}

/// Moments, or longer than a claim, or longer than a lease.
fn long(servers: &Servers) -> Duration {
    let chance = &mut servers.world.state().chance;
    let most = [500, 15_000, 80_000, 200_000][usize::try_from(chance.below(4)).unwrap()];
    Duration::from_millis(chance.between(50, most))
}
