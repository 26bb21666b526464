//! The relay fails in each phase of the conversation, once each, in the midst of twenty people's mails.

use crate::clients::Clients;
use crate::ledger::Engine;
use crate::scene::Scene;
use crate::support::smtp::{Behaviour, Phase};
use crate::table;

async fn survives(engine: Engine, what: &str, behaviour: Behaviour, phases: &[Phase]) {
    for _ in 0..table::runs() {
        let mut scene = Scene::on(engine, ACCOUNTS).await;
        // As in earnest, since the relay is waited for as long as in earnest.
        scene.env.retain(|(name, _)| *name != "REGAIN_FAILPOINT_LEASE_SECONDS");
        // Whose mail was refused for good asks again.
        scene.env.push(("REGAIN_RESET__COOLDOWN_SECONDS", "0".into()));
        for phase in phases {
            scene.site.smtp.once(*phase, behaviour);
        }
        let clients = Clients::of(&scene);
        let nodes = scene.serve_all();
        clients.reset(&nodes).await;
        // What the relay kept without a word is what a cut connection leaves in doubt.
        table::close(what, &clients, 0, nodes).await;
    }
}

const ALL: [Phase; 7] =
    [Phase::Connect, Phase::Ehlo, Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Content, Phase::Dot];
/// Where there is something to reply to.
const REPLIES: [Phase; 6] = [Phase::Connect, Phase::Ehlo, Phase::Mail, Phase::Rcpt, Phase::Data, Phase::Dot];
const ACCOUNTS: usize = 20;

on_both_ledgers! {
    hangs_up: |engine| survives(engine, "relay hangs up", Behaviour::Drop, &ALL);
    hangs_up_after_it_took_the_mail: |engine| survives(engine, "relay hangs up after the mail", Behaviour::KeepAndDrop, &[Phase::Dot]);
    falls_silent: |engine| survives(engine, "relay falls silent", Behaviour::Hang, &ALL);
    says_later: |engine| survives(engine, "relay says later", Behaviour::Reply("451 4.3.0 later"), &REPLIES);
    says_never: |engine| survives(engine, "relay says never", Behaviour::Reply("550 5.7.1 never"), &REPLIES);
}
