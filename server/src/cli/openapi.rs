//! `regain openapi`.

use crate::config::Config;
use std::io::Write;

pub(super) fn run(config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &crate::http::openapi::document(config))?;
    Ok(writeln!(out)?)
}
