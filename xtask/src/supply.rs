//! Whose code we build: every licence, ban and source in `deny.toml`, held against what `cargo metadata` says.
//!
//! cargo-deny does the same and more, and runs too where it is installed; it takes longer to build than this project.

use crate::step::{cargo, output};
use crate::tree::root;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::process::{Command, Stdio};

/// # Errors
/// Every package with a licence, name or origin that `deny.toml` does not let in.
pub(crate) fn check() -> Result<()> {
    let rules = Rules::read(&std::fs::read_to_string(root().join("deny.toml"))?);
    ensure!(!rules.licences.is_empty(), "deny.toml allows no licence");
    let metadata = output(cargo("metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu"))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let built = metadata["resolve"]["nodes"].as_array().context("cargo metadata without a resolve")?;
    let built: Vec<&Value> = built.iter().map(|node| &node["id"]).collect();
    let packages = metadata["packages"].as_array().context("cargo metadata without packages")?;
    let packages: Vec<&Value> = packages.iter().filter(|package| built.contains(&&package["id"])).collect();
    let refused: Vec<String> = packages.iter().filter_map(|package| rules.refusal(package)).collect();
    ensure!(refused.is_empty(), "{}", refused.join("\n"));
    println!("{} packages, all within deny.toml", packages.len());
    Ok(())
}

/// Whether `cargo deny` can be run.
pub(crate) fn cargo_deny_is_there() -> bool {
    let mut command: Command = cargo("deny --version");
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What `deny.toml` says, of which only the quoted words on its own list lines are read.
#[derive(Debug, Default, PartialEq)]
struct Rules {
    licences: Vec<String>,
    exceptions: Vec<(String, String)>,
    banned: Vec<String>,
    sources: Vec<String>,
}

impl Rules {
    fn read(text: &str) -> Self {
        let mut rules = Self::default();
        let mut key = "";
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some((name, value)) = line.split_once(" = [").filter(|(name, _)| !name.contains(' ')) {
                key = name;
                rules.take(key, value);
            } else if line.starts_with(']') {
                key = "";
            } else {
                rules.take(key, line);
            }
        }
        rules
    }

    fn take(&mut self, key: &str, line: &str) {
        let quoted: Vec<_> = line.split('"').skip(1).step_by(2).map(str::to_owned).collect();
        match (key, &quoted[..]) {
            ("allow", _) => self.licences.extend(quoted),
            ("deny", [name, ..]) => self.banned.push(name.clone()),
            ("allow-registry", _) => self.sources.extend(quoted),
            ("exceptions", [name, licence, ..]) => self.exceptions.push((name.clone(), licence.clone())),
            _ => {}
        }
    }

    /// Why `package`, as cargo describes it, is not let in.
    fn refusal(&self, package: &Value) -> Option<String> {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or("none");
        let ours = package["source"].is_null();
        let source = package["source"].as_str().unwrap_or_default().trim_start_matches("registry+");
        let excepted = self.exceptions.iter().any(|(who, what)| who == name && what == licence);
        if self.banned.iter().any(|banned| banned == name) {
            Some(format!("{name}: banned by deny.toml"))
        } else if !ours && !self.sources.iter().any(|allowed| allowed == source) {
            Some(format!("{name}: comes from {source}"))
        } else if !ours && !excepted && !self.allows(licence) {
            Some(format!("{name}: its licence is {licence}"))
        } else {
            None
        }
    }

    /// Reads an SPDX expression: all parts of an AND, one part of an OR. The old `/` is an OR.
    fn allows(&self, expression: &str) -> bool {
        let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
        let allowed = |licence: &str| self.licences.iter().any(|known| known == licence.trim());
        expression.split(" AND ").all(|part| part.split(" OR ").any(allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::read(
            "[licenses]\nallow = [\n  \"MIT\", # permissive\n  \"Unicode-3.0\",\n]\n# allow = [\"GPL-3.0\"]\n\
             exceptions = [\n  { crate = \"webdriver\", allow = [\"MPL-2.0\"] },\n]\n[bans]\ndeny = [\n  { crate = \"openssl-sys\" },\n]\n\
             [sources]\nallow-registry = [\"https://index\"]\n",
        )
    }

    fn refused(name: &str, licence: &str, source: &str) -> bool {
        rules().refusal(&serde_json::json!({ "name": name, "license": licence, "source": source })).is_some()
    }

    #[test]
    fn what_the_rules_name_is_let_in_and_nothing_else() {
        let index = "registry+https://index";
        assert!(!refused("a", "MIT", index));
        assert!(!refused("a", "(MIT OR Apache-2.0) AND Unicode-3.0", index));
        assert!(!refused("a", "Apache-2.0/MIT", index));
        assert!(!refused("webdriver", "MPL-2.0", index));
        assert!(refused("a", "MPL-2.0", index));
        assert!(refused("a", "MIT AND GPL-3.0", index));
        assert!(refused("a", "GPL-3.0", index));
        assert!(refused("a", "MIT", "git+https://elsewhere"));
        assert!(refused("openssl-sys", "MIT", index));
    }
}
