//! Accounts behind a back end of somebody's own, from the request to its log-in: with the samples that are in the
//! documentation, and with one that does everything wrong that can be.

mod samples;
mod troubles;

use crate::support::canary::{self, Kind};
use crate::support::process::{DEADLINE, Site, eventually, reset_token};
use crate::support::sample_back_end::SECRET;

const ADA: &str = "ada@example.com";
const NEW_PASSWORD: &str = "seven otters keep lanterns";

/// A folder with a configuration for the back end at `url`.
async fn site(url: &str) -> Site {
    canary::note(Kind::Password, NEW_PASSWORD);
    let site = Site::with_accounts(&[]).await;
    let config = CONFIG.replace("HOOK_URL", url).replace("SECRET", SECRET).replace("SMTP_URL", &site.smtp.url());
    std::fs::write(site.path().join("regain.toml"), config).unwrap();
    site
}

/// The token of the `count`th link that was mailed to `address`; notices come in between.
async fn link(site: &Site, address: &str, count: usize) -> String {
    eventually(&format!("link {count} to {address}"), DEADLINE, async || {
        site.smtp.mails_to(address).iter().filter_map(reset_token).nth(count - 1)
    })
    .await
}

const CONFIG: &str = r#"
public_url = "http://127.0.0.1:8080"
product_name = "Example"

[server]
listen = "127.0.0.1:0"

[ledger]
url = "sqlite:regain.db"

[users]
url = "HOOK_URL"

[users.hook]
secret = "SECRET"
timeout_seconds = 10

[reset]
cooldown_seconds = 0
mails_per_hour_max = 100

[limits]
requests_per_network_per_minute = 1000000

[mail]
from = "Example <no-reply@example.com>"

[mail.smtp]
url = "SMTP_URL"

[admin]
listen = "127.0.0.1:0"
"#;
