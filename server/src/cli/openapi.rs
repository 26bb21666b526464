//! `regain openapi`.

use crate::config::{Config, ConfigErrors};
use crate::{http, users};
use clap::Args;
use std::io::Write;

#[derive(Debug, Args)]
pub(super) struct OpenapiArgs {
    /// What Regain asks of a back end of your own instead; needs no configuration.
    #[arg(long)]
    hook: bool,
}

pub(super) fn run(
    args: &OpenapiArgs,
    load: impl FnOnce() -> Result<Config, ConfigErrors>,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let document = if args.hook { users::hook::openapi::document() } else { http::openapi::document(&load()?) };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    Ok(writeln!(out)?)
}
