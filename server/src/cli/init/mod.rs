//! `regain init`: looks at a database or a directory, and proposes a configuration for it.
//!
//! Reading order: [`recognise`] knows frameworks by their tables, [`candidates`] any other table of accounts;
//! [`preset`] and [`plain`] make a proposal of it, which [`write`](mod@write) turns into a file. All of them work on what
//! was read before, so that only this file talks to the database. Directories are in [`ldap`].

mod ask;
mod candidates;
mod eligible;
mod hook;
mod ldap;
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

#[derive(Debug, Default, Args)]
pub(super) struct InitArgs {
    /// Where the accounts are: postgres://…, mysql://…, mariadb://…, sqlite:PATH, ldap://…, ldaps://…, or https://… of a back
    /// end of your own.
    #[arg(value_name = "URL")]
    url: Option<String>,
    /// The file to write, never one that exists; otherwise what --config names, otherwise regain.toml.
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Write to standard output instead.
    #[arg(long, conflicts_with = "output")]
    print: bool,
    /// Who signs in to a directory; otherwise REGAIN_USERS__LDAP__BIND_DN, otherwise nobody.
    #[arg(long, value_name = "DN")]
    bind_dn: Option<String>,
    /// The file with the password for that; otherwise REGAIN_USERS__LDAP__BIND_PASSWORD.
    #[arg(long, value_name = "PATH")]
    bind_password_file: Option<PathBuf>,
    /// Certificates of authorities that a directory's own comes from, in PEM; otherwise REGAIN_USERS__LDAP__CA_FILE,
    /// otherwise those that this machine trusts.
    #[arg(long, value_name = "PATH")]
    ca_file: Option<PathBuf>,
    /// What the environment says of a directory.
    #[arg(skip)]
    environment: Vec<(String, String)>,
}

/// Looks, proposes, writes. What it did is told on `out`, or on standard error if the file goes to `out`.
pub(super) fn run(mut args: InitArgs, config: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<()> {
    let (mut stdin, mut stderr) = (std::io::stdin().lock(), std::io::stderr());
    let mut asker = if Asker::is_possible() { Asker::of(&mut stdin, &mut stderr) } else { Asker::nobody() };
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    args.environment = ldap::environment(&args, environment);
    let output = args.output.as_deref().or(config).unwrap_or(Path::new("regain.toml"));
    init(&args, output, &mut asker, [out, &mut std::io::stderr()])
}

/// `streams` are the standard ones: output and errors.
fn init(args: &InitArgs, output: &Path, asker: &mut Asker<'_>, streams: [&mut dyn Write; 2]) -> anyhow::Result<()> {
    if !args.print {
        write::refuse_existing(output)?;
    }
    let url = match &args.url {
        Some(url) => url.clone(),
        None => asker
            .text("The URL of the database or directory with the accounts:")
            .ok_or_else(|| Misused(NO_URL.into()))?,
    };
    if hook::is_meant(&url) {
        return hook::init(&url, output, args.print, streams);
    }
    let base = output.parent().unwrap_or(Path::new(""));
    if ldap::is_directory(&url) {
        let looked = super::runtime()?.block_on(ldap::look(&url, args, base))?;
        let (url, ledger) = (UrlLine::Plain(&url), usual_ledger(base));
        write::verify(&write::render(&ldap::as_tried(&looked.proposal), url, ledger), base, args.environment.clone())?;
        let text = write::render(&looked.proposal, url, ledger);
        return looked.deliver(args, output, &text, None, streams);
    }
    let store = StoreUrl::parse(&url).map_err(Misused)?;
    let secret_file = write::url_file(output);
    let is_secret = holds_password(&url);
    if is_secret && !args.print {
        write::refuse_existing(&secret_file)?;
    }
    let looked = super::runtime()?.block_on(look(&store, asker))?;
    let shown_url = url_in_file(&url, &store, base)?;
    let ledger = free_ledger(&store, base);
    // The file that the URL is kept in is not there yet, so what is tried names the database itself.
    write::verify(&write::render(&looked.proposal, UrlLine::Plain(&shown_url), ledger), base, Vec::new())?;
    let secret_name = secret_file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let line = if is_secret { UrlLine::File(&secret_name) } else { UrlLine::Plain(&shown_url) };
    let text = write::render(&looked.proposal, line, ledger);
    let secret = is_secret.then_some((secret_file.as_path(), shown_url.as_str()));
    looked.deliver(args, output, &text, secret, streams)
}

const NO_URL: &str = "name the database or the directory with the accounts, such as: regain init \
                      postgres://NAME@HOST/DATABASE, mysql://NAME@HOST/DATABASE, sqlite:PATH or ldaps://HOST";

/// What was found.
struct Looked {
    /// What was looked at, and how.
    what: String,
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
    let count = schema.tables.len();
    let tables = if count == 1 { "1 table".to_owned() } else { format!("{count} tables") };
    Ok(Looked { what: format!("{}, {tables}", schema.engine), proposal })
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
    /// Writes the file, and with it a file of its own for a URL with a password; then tells what was done.
    fn deliver(
        &self,
        args: &InitArgs,
        output: &Path,
        text: &str,
        secret: Option<(&Path, &str)>,
        [out, err]: [&mut dyn Write; 2],
    ) -> anyhow::Result<()> {
        let path = secret.map(|(path, _)| path);
        if args.print {
            write!(out, "{text}")?;
            self.tell(err)?;
            let name = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
            return Ok(self.tell_printed(name.as_deref(), err)?);
        }
        write::create(output, text, secret)?;
        self.tell(out)?;
        Ok(self.tell_written(output, path, out)?)
    }

    /// What was recognised and sampled.
    fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{}, read only: nothing was changed.", self.what)?;
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
            write::tell_of_root(secret, out)?;
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
        let store = self.proposal.store();
        writeln!(out, "  - public_url, product_name, mail.from and mail.smtp.url, which no {store} tells")
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
    let shown = path_in_file(path, base)?;
    Ok(if Path::new(&shown) == path { url.to_owned() } else { format!("sqlite:{shown}") })
}

fn path_in_file(path: &Path, base: &Path) -> anyhow::Result<String> {
    let is_here = base.as_os_str().is_empty() || base.canonicalize().ok() == std::env::current_dir().ok();
    if is_here || path.is_absolute() {
        return Ok(path.display().to_string());
    }
    Ok(path.canonicalize().with_context(|| path.display().to_string())?.display().to_string())
}

/// Where the ledger goes: beside the configuration, whose folder is `base`. What serves may not write in `/etc`.
fn usual_ledger(base: &Path) -> &'static str {
    let is_of_system = std::path::absolute(base.join(".")).is_ok_and(|base| base.starts_with("/etc"));
    if is_of_system { "sqlite:/var/lib/regain/regain.db" } else { "sqlite:regain.db" }
}

/// The ledger's URL; the application may call its own database so.
fn free_ledger(store: &StoreUrl, base: &Path) -> &'static str {
    let usual = base.join("regain.db");
    let taken = matches!(store, StoreUrl::Sqlite(path) if *path == usual || path.canonicalize().ok() == usual.canonicalize().ok());
    if taken { "sqlite:regain-ledger.db" } else { usual_ledger(base) }
}

const TABLES_MAX: usize = 12;
const ROWS_MAX: usize = 500;
