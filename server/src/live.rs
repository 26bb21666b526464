//! The configuration in force, which an operator may change while the server runs.

use crate::app::App;
use std::sync::{Arc, PoisonError, RwLock};

/// The [`App`] in force. It is replaced as a whole when the configuration was read again: whoever has begun something with
/// one ends it with that one, so that no call meets two configurations.
pub struct Live(RwLock<Arc<App>>);

impl Live {
    /// With the one of the start.
    #[must_use]
    pub fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(app)))
    }

    /// The one to begin something with.
    #[must_use]
    pub fn app(&self) -> Arc<App> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on everything begins with `app`.
    pub fn replace(&self, app: Arc<App>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = app;
    }
}
