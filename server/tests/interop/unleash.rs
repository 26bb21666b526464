//! Unleash, a server for feature flags, with its own pages.
