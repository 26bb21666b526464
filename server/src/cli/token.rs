//! `regain token create|list|revoke`.

use super::{Failed, Misused, beside};
use crate::ambient::SystemEntropy;
use crate::config::Config;
use crate::ledger::{ApiToken, Ledger};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Subcommand;
use regain_core::entropy::random;
use regain_core::keys::Digest;
use sha2::{Digest as _, Sha256};
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make an API token and show it, this once.
    Create {
        /// What to call it.
        #[arg(default_value = "default")]
        name: String,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the tokens made with `create`; those in the configuration are not among them.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token; a running server refuses it at once.
    Revoke {
        /// What it is called.
        name: String,
    },
}

pub(super) fn run(command: TokenCommand, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    super::runtime()?.block_on(async {
        let ledger = beside::ledger(config).await?;
        match command {
            TokenCommand::Create { name, json } => create(&*ledger, name, json, out).await,
            TokenCommand::List { json } => {
                let tokens = ledger.list_api_tokens().await?;
                if tokens.is_empty() && !json {
                    writeln!(std::io::stderr(), "There are none; `regain token create` makes one.")?;
                }
                Ok(tokens.iter().try_for_each(|token| list_one(token, json, out))?)
            }
            TokenCommand::Revoke { name } => revoke(&*ledger, name, out).await,
        }
    })
}

/// Standard output holds the token alone, for scripts.
async fn create(ledger: &dyn Ledger, name: String, json: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    if name.is_empty() || name.len() > NAME_OCTETS_MAX || name.chars().any(char::is_control) {
        return Err(Misused(format!("a name has 1 to {NAME_OCTETS_MAX} characters and no control characters")).into());
    }
    let token = mint();
    let digest: Digest = Sha256::digest(token.as_bytes()).into();
    if !ledger.create_api_token(name.clone(), digest, beside::now()).await? {
        return Err(Misused(format!("there is a token called {name:?}; choose another name")).into());
    }
    if json {
        writeln!(out, "{}", serde_json::json!({ "name": name, "token": token }))?;
    } else {
        writeln!(out, "{token}")?;
        writeln!(std::io::stderr(), "Keep it: it is not shown again. Send it as `Authorization: Bearer …`.")?;
    }
    Ok(())
}

/// A new API token: 256 random bits, and a prefix by which scanners for leaked secrets can tell it.
pub(super) fn mint() -> String {
    format!("regain_{}", URL_SAFE_NO_PAD.encode(random::<32>(&SystemEntropy)))
}

const NAME_OCTETS_MAX: usize = 64;

fn list_one(token: &ApiToken, json: bool, out: &mut dyn Write) -> std::io::Result<()> {
    let (created, revoked) = (beside::moment(token.created_at), token.revoked_at.map(beside::moment));
    if json {
        let line = serde_json::json!({ "name": token.name, "created_at": created, "revoked_at": revoked });
        return writeln!(out, "{line}");
    }
    let revoked = revoked.map(|at| format!(", revoked {at}")).unwrap_or_default();
    writeln!(out, "{}  created {created}{revoked}", beside::one_line(&token.name))
}

async fn revoke(ledger: &dyn Ledger, name: String, out: &mut dyn Write) -> anyhow::Result<()> {
    match ledger.revoke_api_token(name.clone(), beside::now()).await? {
        Some(at) => Ok(writeln!(out, "{} has been revoked since {}", beside::one_line(&name), beside::moment(at))?),
        None => {
            writeln!(std::io::stderr(), "error: there is no token called {name:?}; see `regain token list`")?;
            Err(Failed.into())
        }
    }
}
