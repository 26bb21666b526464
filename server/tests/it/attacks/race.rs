//! Many with one link, all of whom have seen it alive before the first goes on.

use super::{ADA, GRACE};
use crate::support::Server;
use async_trait::async_trait;
use regain::finding::Finding;
use regain::users::{PasswordChange, StoreFault, UserStore, Written};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Barrier;

const RACERS: usize = 64;

/// MISP CVE-2026-107276, NocoDB CVE-2026-126280: looked, found it unused, and marked it as used a moment later.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_saw_a_link_alive_one_sets_its_password() {
    let line_up = |store| {
        let barrier = Barrier::new(RACERS);
        Arc::new(StartingLine { store, barrier, come: AtomicUsize::new(0) }) as Arc<dyn UserStore>
    };
    let server = Server::with_store("", line_up).await;
    let token = server.token_for(ADA).await;
    let passwords: Vec<String> = (0..RACERS).map(|n| format!("Nine-Lanterns-{n}-Otters")).collect();
    let racing = passwords.iter().map(|password| server.confirm(&token, password));
    let answers = futures_util::future::join_all(racing).await;
    let winners: Vec<_> = (0..RACERS).filter(|n| answers[*n].status() == 200).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status().as_u16(), 200 | 400)));
    assert!(server.verifies(ADA, &passwords[winners[0]]).await);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 2, "the link, and one notice");
    assert_eq!((server.sessions_of(ADA), server.sessions_of(GRACE)), (0, 1));
}

/// A user store that tells nobody about an account before all have asked.
struct StartingLine {
    store: Arc<dyn UserStore>,
    barrier: Barrier,
    come: AtomicUsize,
}

#[async_trait]
impl UserStore for StartingLine {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        self.store.find(addresses).await
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let account = self.store.load(id).await;
        if self.come.fetch_add(1, Ordering::SeqCst) < RACERS {
            self.barrier.wait().await;
        }
        account
    }

    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        self.store.set_password(change).await
    }

    async fn examine(&self) -> Vec<Finding> {
        self.store.examine().await
    }
}
