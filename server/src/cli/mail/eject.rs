//! `regain mail eject`: the templates and the texts, as files to be edited.

use crate::i18n::Words;
use crate::mail::compose::Templates;
use anyhow::{Context, bail};
use clap::Args;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(in crate::cli) struct EjectArgs {
    /// Where to; made if it is not there. The templates go into `mail` in it, the texts into `locales`.
    #[arg(default_value = "texts", value_name = "DIR")]
    folder: PathBuf,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &EjectArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let templates = args.folder.join("mail");
    let locales = args.folder.join("locales");
    let files: Vec<(PathBuf, &str)> = Templates::sources()
        .map(|(name, source)| (templates.join(name), source))
        .chain(Words::sources().map(|(tag, source)| (locales.join(format!("{tag}.ftl")), source)))
        .collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists() && !args.force) {
        bail!("{} is there already, and nothing was written; name another folder, or say --force", there.display());
    }
    for (path, source) in &files {
        write(path, source, args.force).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let (mails, languages) = (Templates::sources().count(), Words::sources().count());
    writeln!(
        out,
        "Wrote {mails} templates to {} and {languages} languages to {}.",
        templates.display(),
        locales.display()
    )?;
    writeln!(
        out,
        "Delete the files that you do not change: the built-in ones then go on with new versions. Of texts, the"
    )?;
    writeln!(out, "changed ones alone are enough. In regain.toml, relative to it:")?;
    writeln!(out, "\nlocales_dir = {}", toml_text(&locales))?;
    writeln!(out, "\n[mail]\ntemplates_dir = {}", toml_text(&templates))?;
    writeln!(
        out,
        "\n`regain mail preview` shows what becomes of them, and SIGHUP has a running server read them again."
    )?;
    Ok(())
}

fn write(path: &Path, source: &str, may_replace: bool) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create(true).create_new(!may_replace).truncate(true).open(path)?;
    file.write_all(source.as_bytes())
}

fn toml_text(path: &Path) -> String {
    toml::Value::String(path.display().to_string()).to_string()
}
