//! A back end of one's own: there is nothing to look at, and a secret to agree on.

use super::Misused;
use super::write;
use crate::ambient::SystemEntropy;
use crate::standard_webhooks::fresh_secret;
use std::io::Write;
use std::path::Path;

/// Whether `url` is one.
pub(super) fn is_meant(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme))
}

/// Writes a configuration with a fresh secret in a file of its own, or prints it; says what is to be done there.
pub(super) fn init(url: &str, output: &Path, is_printed: bool, [out, err]: [&mut dyn Write; 2]) -> anyhow::Result<()> {
    let secret_file = output.with_extension("hook-secret");
    let name = secret_file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let secret = fresh_secret(&SystemEntropy);
    let base = output.parent().unwrap_or(Path::new(""));
    let ledger = super::usual_ledger(base);
    // The file with the secret is not there yet, so what is tried holds it.
    write::verify(&render(url, "secret", &secret, ledger), base, Vec::new())
        .map_err(|fault| Misused(format!("{fault:#}")))?;
    let text = render(url, "secret_file", &name, ledger);
    if is_printed {
        write!(out, "{text}")?;
        writeln!(
            err,
            "Make the secret, readable by its owner alone: (umask 077; (printf whsec_; openssl rand -base64 32) > {name})"
        )?;
        return Ok(err.write_all(NEXT.as_bytes())?);
    }
    write::refuse_existing(&secret_file)?;
    write::create(output, &text, Some((&secret_file, &secret)))?;
    writeln!(out, "Written: {}", output.display())?;
    writeln!(out, "         {} (what signs the calls; mode 0600; the back end needs the same)", secret_file.display())?;
    write::tell_of_root(&secret_file, out)?;
    Ok(out.write_all(NEXT.as_bytes())?)
}

fn render(url: &str, key: &str, value: &str, ledger: &str) -> String {
    let head = write::HEAD
        .replace("which only looked at the {store}", "which asked nobody")
        .replace("what a {store} cannot tell", "what only you know")
        .replace("{ledger}", &write::toml_text(ledger));
    let users = format!("url = {}\n\n[users.hook]\n{key} = {}\n", write::toml_text(url), write::toml_text(value));
    format!(
        "{head}# A back end of your own: `regain openapi --hook` says what it answers, docs/operate/hook.md in the source how.\n{users}{}",
        write::TAIL
    )
}

const NEXT: &str = "
What the back end has to answer: `regain openapi --hook` prints it as OpenAPI; docs/operate/hook.md in the source tells it.
To begin with: examples/hook in the source has one each in Python, Node and Go. `regain check` tries yours.
";
