//! placeholder
use super::Stage;
use crate::report::Report;
use anyhow::Result;
pub(super) fn run(_stage: &Stage, _report: &mut Report) -> Result<()> {
    Ok(())
}
