//! `regain explain ADDRESS|REQUEST_ID`: the timeline, in words. Never a token, a code or a digest.

use super::{Failed, Misused, beside};
use crate::config::Config;
use crate::ledger::{Bounce, Request};
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
    let (requests, bounce) = super::runtime()?.block_on(find(&args.what, config))?;
    let now = beside::now();
    if let Some(bounce) = &bounce {
        tell_of_bounce(bounce, args.json, out)?;
    }
    for request in &requests {
        if args.json {
            writeln!(out, "{}", json_line(&timeline::as_json(request, now)))?;
        } else {
            write!(out, "{}", timeline::tell(request, now).as_text())?;
        }
    }
    if requests.is_empty() && bounce.is_none() {
        let mut err = std::io::stderr();
        for line in timeline::nothing_known(&args.what, config.ledger.retention) {
            writeln!(err, "{line}")?;
        }
        return Err(Failed.into());
    }
    Ok(())
}

/// The requests; and of an address, whether mail to it came back for good.
async fn find(what: &str, config: &Config) -> anyhow::Result<(Vec<Request>, Option<Bounce>)> {
    let ledger = beside::ledger(config).await?;
    if let Some(id) = Id::parse(what) {
        return Ok((ledger.explain_request(id).await?, None));
    }
    let address = EmailAddress::parse(what)
        .map_err(|refusal| Misused(format!("{what:?} is neither a request's name nor an address: {refusal}")))?;
    let digest = beside::keys(config)?.address_digest(&address.folded());
    Ok((ledger.explain_address(digest).await?, ledger.bounce_of(digest).await?))
}

fn tell_of_bounce(bounce: &Bounce, as_json: bool, out: &mut dyn Write) -> std::io::Result<()> {
    let Bounce { at, transport, status, reply } = bounce;
    let at = beside::moment(*at);
    if as_json {
        let bounce = serde_json::json!({ "at": at, "transport": transport, "status": status, "reply": reply });
        return writeln!(out, "{}", json_line(&serde_json::json!({ "bounced": bounce })));
    }
    let status = status.as_deref().filter(|status| !reply.contains(status)).unwrap_or_default();
    let said = format!("{status} {reply}");
    let said = beside::one_line(said.trim());
    writeln!(out, "mail to this address came back for good at {at}, says {transport}: {said}")?;
    writeln!(out, "  it is still tried; `regain mail bounce --forget ADDRESS` takes the mark away")
}
