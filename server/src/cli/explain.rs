//! `regain explain ADDRESS|REQUEST_ID`: the timeline, in words. Never a token, a code or a digest.

use super::{Failed, Misused, beside};
use crate::config::Config;
use crate::ledger::Request;
use crate::plain::json_line;
use crate::timeline;
use clap::Args;
use regain_core::email::EmailAddress;
use regain_core::request::Id;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// An address, or the name of a request.
    #[arg(value_name = "ADDRESS|REQUEST_ID")]
    what: String,
    /// One JSON object a request.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ExplainArgs, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let requests = super::runtime()?.block_on(find(&args.what, config))?;
    let now = beside::now();
    for request in &requests {
        if args.json {
            writeln!(out, "{}", json_line(&timeline::as_json(request, now)))?;
        } else {
            write!(out, "{}", timeline::tell(request, now).as_text())?;
        }
    }
    if requests.is_empty() {
        let mut err = std::io::stderr();
        for line in timeline::nothing_known(&args.what, config.ledger.retention) {
            writeln!(err, "{line}")?;
        }
        return Err(Failed.into());
    }
    Ok(())
}

async fn find(what: &str, config: &Config) -> anyhow::Result<Vec<Request>> {
    let ledger = beside::ledger(config).await?;
    if let Some(id) = Id::parse(what) {
        return Ok(ledger.explain_request(id).await?);
    }
    let address = EmailAddress::parse(what)
        .map_err(|refusal| Misused(format!("{what:?} is neither a request's name nor an address: {refusal}")))?;
    Ok(ledger.explain_address(beside::keys(config)?.address_digest(&address.folded())).await?)
}
