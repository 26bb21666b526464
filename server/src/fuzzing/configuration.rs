//! The configuration file.

use crate::config::Config;
use std::path::Path;

/// Takes a whole file.
pub fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.contains("/dev/") {
        // A file without an end would be read to its end.
        return;
    }
    match Config::from_toml(text, Path::new("/nonexistent"), std::iter::empty::<(String, String)>()) {
        Ok(config) => {
            let url = config.public_url;
            assert!(url.https || url.loopback, "links over the open network are encrypted: {}", url.origin);
            assert!(!url.origin.ends_with('/') && !url.host.is_empty(), "{}", url.origin);
            assert!(config.password.length_min <= config.password.length_max);
            assert!(config.limits.queue_max > 0 && config.limits.body_bytes_max > 0, "a limit is never off");
            assert!(!config.reset.token_ttl.is_zero() && config.reset.code_attempts_max > 0);
            assert!(!config.product_name.contains(char::is_control), "{:?}", config.product_name);
        }
        Err(errors) => {
            let told = errors.to_string();
            assert!(told.contains("error"), "{told:?}");
        }
    }
}
