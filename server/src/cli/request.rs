//! `regain request ADDRESS`.

use super::{Misused, beside};
use crate::ambient::SystemEntropy;
use crate::config::Config;
use crate::ledger::NewRequest;
use clap::Args;
use regain_core::email::EmailAddress;
use regain_core::request::{Id, Origin};
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct RequestArgs {
    /// The address of the account.
    address: String,
    /// Print the request as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &RequestArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let identifier =
        EmailAddress::parse(&args.address).map_err(|refusal| Misused(format!("{:?}: {refusal}", args.address)))?;
    let now = beside::now();
    let id = Id::new(now, &SystemEntropy);
    let request = NewRequest {
        id,
        origin: Origin::HelpDesk,
        network: None,
        device: None,
        locales: String::new(),
        address_digest: beside::keys(config)?.address_digest(&identifier.folded()),
        identifier: identifier.as_str().to_owned(),
        accepted_at: now,
    };
    super::runtime()?.block_on(async {
        let ledger = beside::ledger(config).await?;
        ledger.count_waiting().await?;
        ledger.admit(request, config.limits.queue_max).await?;
        anyhow::Ok(())
    })?;
    if args.json {
        writeln!(out, "{}", serde_json::json!({ "request_id": id.to_string() }))?;
    } else {
        writeln!(out, "{id}")?;
        writeln!(out, "Accepted. If {} has an account, its owner gets a mail.", beside::one_line(identifier.as_str()))?;
        writeln!(out, "What becomes of it: regain explain {id}")?;
    }
    Ok(())
}
