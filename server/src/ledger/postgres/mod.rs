//! The ledger in PostgreSQL, for any number of servers.

use super::{Ledger, LedgerFault};
use secrecy::SecretString;
use std::sync::Arc;

pub(super) async fn open(_url: &SecretString) -> Result<Arc<dyn Ledger>, LedgerFault> {
    Err(LedgerFault::Foreign("cannot be in PostgreSQL yet".into()))
}
