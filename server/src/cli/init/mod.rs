//! `regain init`: looks at a database, and proposes a configuration for it.
//!
//! Reading order: [`recognise`] knows frameworks by their tables, [`candidates`] any other table of accounts;
//! [`preset`] and [`plain`] make a proposal of it, which [`write`](mod@write) turns into a file. All of them work on what
//! was read before, so that only this file talks to the database.

mod ask;
mod candidates;
mod eligible;
mod hook;
mod passwords;
mod plain;
mod preset;
mod proposal;
mod recognise;
mod samples;
mod sessions;
mod shared;
#[cfg(test)]
mod tests;
mod vocabulary;
mod write;

use super::Misused;
use crate::config::StoreUrl;
use crate::users::sql::inspect::{Inspection, Schema};
use anyhow::{Context, bail};
use ask::Asker;
use clap::Args;
use proposal::Proposal;
use samples::Samples;
use std::io::Write;
use std::path::{Path, PathBuf};
use write::UrlLine;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Where the accounts are: postgres://…, mysql://…, mariadb://…, sqlite:PATH, or https://… of a back end of your own.
    #[arg(value_name = "DATABASE_URL")]
    url: Option<String>,
    /// The file to write, never one that exists; otherwise what --config names, otherwise regain.toml.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Write to standard output instead.
    #[arg(long, conflicts_with = "output")]
    print: bool,
}

/// Looks, proposes, writes. What it did is told on `out`, or on standard error if the file goes to `out`.
pub(super) fn run(args: &InitArgs, config: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<()> {
    let (mut stdin, mut stderr) = (std::io::stdin().lock(), std::io::stderr());
    let mut asker = if Asker::is_possible() { Asker::of(&mut stdin, &mut stderr) } else { Asker::nobody() };
    let output = args.output.as_deref().or(config).unwrap_or(Path::new("regain.toml"));
    init(args, output, &mut asker, [out, &mut std::io::stderr()])
}

/// `out` and `err` are the standard streams.
fn init(args: &InitArgs, output: &Path, asker: &mut Asker<'_>, [out, err]: [&mut dyn Write; 2]) -> anyhow::Result<()> {
    let secret_file = write::url_file(output);
    if !args.print {
        write::refuse_existing(output)?;
    }
    let url = match &args.url {
        Some(url) => url.clone(),
        None => asker.text("The URL of the database with the accounts:").ok_or_else(|| Misused(NO_URL.into()))?,
    };
    if hook::is_meant(&url) {
        return hook::init(&url, output, args.print, [out, err]);
    }
    let store = StoreUrl::parse(&url).map_err(Misused)?;
    let is_secret = holds_password(&url);
    if is_secret && !args.print {
        write::refuse_existing(&secret_file)?;
    }
    let looked = super::runtime()?.block_on(look(&store, asker))?;
    let base = output.parent().unwrap_or(Path::new(""));
    let shown_url = url_in_file(&url, &store, base)?;
    let ledger = free_ledger(&store, base);
    // The file that the URL is kept in is not there yet, so what is tried names the database itself.
    write::verify(&write::render(&looked.proposal, UrlLine::Plain(&shown_url), ledger), base)?;
    let secret_name = secret_file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let line = if is_secret { UrlLine::File(&secret_name) } else { UrlLine::Plain(&shown_url) };
    let text = write::render(&looked.proposal, line, ledger);
    if args.print {
        write!(out, "{text}")?;
        looked.tell(err)?;
        return Ok(looked.tell_printed(is_secret.then_some(&*secret_name), err)?);
    }
    let secret = is_secret.then_some((secret_file.as_path(), shown_url.as_str()));
    write::create(output, &text, secret)?;
    looked.tell(out)?;
    Ok(looked.tell_written(output, secret.map(|(path, _)| path), out)?)
}

const NO_URL: &str = "name the database with the accounts, such as: regain init postgres://NAME@HOST/DATABASE, \
                      mysql://NAME@HOST/DATABASE or sqlite:PATH";

/// What was found.
struct Looked {
    schema: Schema,
    proposal: Proposal,
}

/// Opens the database, and proposes.
async fn look(store: &StoreUrl, asker: &mut Asker<'_>) -> anyhow::Result<Looked> {
    let mut inspection = Inspection::open(store)
        .await
        .map_err(|fault| anyhow::anyhow!("the database {}: {}", fault.what, fault.cause))?;
    let schema = inspection.schema().await.context("the database's catalogue")?;
    if schema.tables.is_empty() {
        bail!("the database has no tables; is it the one that the application uses?");
    }
    let frameworks = recognise::frameworks(&schema);
    let by_name = candidates::by_name(&schema);
    let mut samples = Samples::default();
    for recognised in frameworks.iter().take(TABLES_MAX) {
        samples.add(&mut inspection, recognised.accounts).await;
        samples.add(&mut inspection, recognised.secrets(&schema)).await;
    }
    for candidate in by_name.iter().take(TABLES_MAX) {
        samples.add(&mut inspection, candidate.accounts).await;
        samples.add(&mut inspection, candidate.secrets()).await;
    }
    let by_content = candidates::by_content(by_name, &samples);
    let mut proposal = match preset::choose(&frameworks, &samples, &schema, asker) {
        Some(recognised) => preset::propose(&schema, &samples, recognised),
        None => plain::propose(&schema, &samples, &by_content, asker).ok_or_else(|| no_accounts(&schema))?,
    };
    shared::other_accounts(&mut proposal, &by_content, &samples);
    try_condition(&mut inspection, &schema, &mut proposal).await;
    Ok(Looked { schema, proposal })
}

/// Counts for how many of the sampled accounts the condition holds.
async fn try_condition(inspection: &mut Inspection, schema: &Schema, proposal: &mut Proposal) {
    let table =
        proposal.value("table").or(proposal.preset.map(|preset| preset.table)).and_then(|name| schema.table(name));
    let (Some(condition), Some(table)) = (proposal.eligible.clone(), table) else { return };
    match inspection.count(table, &condition, ROWS_MAX).await {
        Ok((rows, may)) => {
            proposal.facts.push(("may reset", format!("{may} of {rows} sampled accounts: {condition}")));
            if rows > 0 && may == 0 {
                let what = format!(
                    "`eligible` ({condition}) holds for none of {rows} sampled accounts, so nobody could reset"
                );
                proposal.check_at("eligible", what);
            }
        }
        Err(fault) => {
            let what = format!("`eligible` ({condition}) could not be tried: {}", fault.cause);
            proposal.check_at("eligible", what);
        }
    }
}

fn no_accounts(schema: &Schema) -> anyhow::Error {
    let names: Vec<String> = schema.tables.iter().take(20).map(|table| table.full_name()).collect();
    let more = if schema.tables.len() > names.len() { ", …" } else { "" };
    anyhow::anyhow!(
        "no table has both a column for an address and one for a password. The tables are: {}{more}. If the accounts are \
         in another database, name that; otherwise write [users] by hand, see `regain config reference`",
        names.join(", ")
    )
}

impl Looked {
    /// What was recognised and sampled.
    fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let count = self.schema.tables.len();
        let tables = if count == 1 { "1 table".to_owned() } else { format!("{count} tables") };
        writeln!(out, "{}, {tables}, read only: nothing was changed.", self.schema.engine)?;
        writeln!(out, "Recognised: {}\n", self.proposal.recognised)?;
        for (subject, fact) in &self.proposal.facts {
            writeln!(out, "  {subject:<10} {fact}")?;
        }
        writeln!(out)
    }

    fn tell_written(&self, output: &Path, secret: Option<&Path>, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "Written: {}", output.display())?;
        if let Some(secret) = secret {
            writeln!(out, "         {} (the database's URL with its password; mode 0600)", secret.display())?;
        }
        writeln!(out)?;
        self.tell_checks(out)?;
        let config = match output.to_str() {
            Some("regain.toml") => String::new(),
            _ => format!(" --config {}", output.display()),
        };
        writeln!(out, "\nThen: regain{config} check\n      regain{config} serve")
    }

    fn tell_printed(&self, secret: Option<&str>, out: &mut dyn Write) -> std::io::Result<()> {
        if let Some(secret) = secret {
            writeln!(
                out,
                "The URL holds a password: write it into {secret}, beside the configuration, with mode 0600."
            )?;
        }
        self.tell_checks(out)
    }

    fn tell_checks(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "To be checked, at the lines with CHECK:")?;
        for check in self.proposal.checks() {
            writeln!(out, "  - {check}")?;
        }
        writeln!(out, "  - public_url, product_name, mail.from and mail.smtp.url, which no database tells")
    }
}

/// Whether anybody who reads the URL could sign in with it. In doubt it is taken for a secret.
fn holds_password(url: &str) -> bool {
    if url.starts_with("sqlite:") {
        return false;
    }
    match reqwest::Url::parse(url) {
        Ok(url) => url.password().is_some() || url.query_pairs().any(|(name, _)| name.to_lowercase().contains("pass")),
        Err(_) => url.contains(['@', '?']),
    }
}

/// A path is relative to the working directory here, and to the file there.
fn url_in_file(url: &str, store: &StoreUrl, base: &Path) -> anyhow::Result<String> {
    let StoreUrl::Sqlite(path) = store else { return Ok(url.to_owned()) };
    let is_here = base.as_os_str().is_empty() || base.canonicalize().ok() == std::env::current_dir().ok();
    if is_here || path.is_absolute() {
        return Ok(url.to_owned());
    }
    let absolute = path.canonicalize().with_context(|| path.display().to_string())?;
    Ok(format!("sqlite:{}", absolute.display()))
}

/// The ledger's URL; the application may call its own database so.
fn free_ledger(store: &StoreUrl, base: &Path) -> &'static str {
    let usual = base.join("regain.db");
    let taken = matches!(store, StoreUrl::Sqlite(path) if *path == usual || path.canonicalize().ok() == usual.canonicalize().ok());
    if taken { "sqlite:regain-ledger.db" } else { "sqlite:regain.db" }
}

const TABLES_MAX: usize = 12;
const ROWS_MAX: usize = 500;
