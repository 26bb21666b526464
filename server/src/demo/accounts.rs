//! The accounts of the demo: an application's database, kept beside the ledger and read like any other.

use crate::users::StoreFault;
use crate::users::sql::sample::{self, SampleAccount};
use std::path::{Path, PathBuf};

/// What every account of the demo has for a password until it is reset.
pub const INITIAL_PASSWORD: &str = "correct horse battery staple";

/// The address that the demo shows things with.
pub const ADA: &str = "ada@example.com";

/// Creates `accounts.db` in `directory`, unless there is one. Returns whether it did.
///
/// # Errors
/// [`StoreFault`], if the file cannot be written.
pub fn create_if_absent(directory: &Path) -> Result<bool, StoreFault> {
    sample::create_if_absent(&path(directory), &ACCOUNTS)
}

fn path(directory: &Path) -> PathBuf {
    directory.join("accounts.db")
}

/// One account for each thing that a reset has to get right.
pub const ACCOUNTS: [SampleAccount; 8] = [
    SampleAccount { email: ADA, name: "Ada Lovelace", password: Some(ARGON2ID), ..FIT },
    SampleAccount { email: "grace@example.com", name: "Grace Hopper", password: Some(BCRYPT), ..FIT },
    SampleAccount { email: "emmy@example.com", name: "Emmy Noether", locale: "de", password: Some(DJANGO), ..FIT },
    SampleAccount { email: "kurt@example.com", name: "Kurt, who is disabled", is_active: false, ..FIT },
    SampleAccount { email: "sofja@example.com", name: "Sofja, not verified", email_verified: false, ..FIT },
    SampleAccount { email: "katherine@example.com", name: "Katherine, single sign-on", password: None, ..FIT },
    // Two whose addresses differ in case: each can be meant only by its exact spelling.
    SampleAccount { email: "alan@example.com", name: "Alan", ..FIT },
    SampleAccount { email: "Alan@example.com", name: "Alan the other", ..FIT },
];

const FIT: SampleAccount =
    SampleAccount { email: "", name: "", locale: "en", password: Some(BCRYPT), is_active: true, email_verified: true };

// [`INITIAL_PASSWORD`] as three kinds of application store it. Made beforehand, so that the first start is as quick
// as the others.
const ARGON2ID: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cmVnYWluLWRlbW8tc2FsdA$1O90Q7BOyhOlwXYPMJUd7eTJIASqkjBhT/UDeuS6pUQ";
const BCRYPT: &str = "$2b$10$akTlWUjsJUPjZU6ra0Dqb.XQsi3Fp6T7ZdKpgYiSON/Ymquhy13VG";
const DJANGO: &str = "pbkdf2_sha256$1000000$regainDemoSalt0000000a$d0wD2DDnVW+fWF6uUCbr0+ZqydpmRuD+Fe/EJrf+H+8=";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreUrl;
    use crate::finding::Verdict;
    use crate::hashing::NewPassword;
    use crate::users::conformance::users_config;
    use crate::users::sql;
    use crate::users::{PasswordChange, StoreFault, UserStore, Written, some_writing};
    use regain_core::email::FoldedAddress;
    use regain_core::time::Timestamp;
    use std::sync::Arc;

    fn store(directory: &Path) -> Result<Arc<dyn UserStore>, StoreFault> {
        sql::open(&users_config(StoreUrl::Sqlite(path(directory))))
    }

    #[tokio::test]
    async fn the_demo_accounts_are_read_by_the_ordinary_store() {
        let directory = tempfile::tempdir().unwrap();
        assert!(create_if_absent(directory.path()).unwrap());
        let store = store(directory.path()).unwrap();
        let findings = store.examine().await;
        assert!(findings.iter().all(|finding| finding.verdict != Verdict::Fails), "{findings:?}");
        let addresses = ACCOUNTS.map(|account| FoldedAddress::of(account.email));
        let found = store.find(&addresses).await.unwrap();
        assert_eq!(found.len(), ACCOUNTS.len());
        assert_eq!(found.iter().filter(|account| account.eligible && account.password.is_some()).count(), 5);
    }

    #[tokio::test]
    async fn a_second_start_finds_what_the_first_one_left() {
        let directory = tempfile::tempdir().unwrap();
        create_if_absent(directory.path()).unwrap();
        let store = store(directory.path()).unwrap();
        let ada = store.find(&[FoldedAddress::of(ADA)]).await.unwrap().remove(0);
        let change = PasswordChange {
            id: ada.id.clone(),
            expected_address: ada.address,
            expected: ada.password.unwrap(),
            new: NewPassword::unhashed("new"),
            writing: some_writing(),
            now: Timestamp::from_millis(0),
        };
        assert_eq!(store.set_password(change).await.unwrap().without_counts(), Written::Yes(vec![]));
        assert!(!create_if_absent(directory.path()).unwrap());
        assert_eq!(store.load(&ada.id).await.unwrap().unwrap().password.unwrap().expose(), "new");
    }
}
