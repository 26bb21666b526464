//! `cargo xtask sbom`: what the program is built of, as a CycloneDX 1.6 document.
//!
//! Taken from `cargo metadata` and `Cargo.lock`, so it names what cargo builds on this lock file and nothing else: the
//! packages that the program needs, and those that only build it (scope `excluded`); not those of the tests. Without time
//! and random name, so that the same lock file gives the same document.

use crate::step::{cargo, output};
use crate::tree::root;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Writes `target/regain.cdx.json`.
pub(crate) fn write() -> Result<bool> {
    let file = root().join("target/regain.cdx.json");
    std::fs::create_dir_all(root().join("target"))?;
    std::fs::write(&file, format!("{:#}\n", document()?))?;
    println!("{}", file.display());
    Ok(true)
}

/// The whole document.
fn document() -> Result<Value> {
    let metadata = cargo("metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu");
    let metadata: Value = serde_json::from_str(&output(metadata)?).context("cargo metadata")?;
    let graph = Graph::read(&metadata, checksums(&std::fs::read_to_string(root().join("Cargo.lock"))?))?;
    let mut components = Vec::new();
    let mut dependencies = Vec::new();
    for (id, scope) in graph.reached() {
        let package = graph.package(id)?;
        if id != graph.program {
            components.push(component(package, scope, graph.checksums.get(&name_and_version(package))));
        }
        let refs: BTreeSet<_> =
            graph.needs(id).map(|(need, _)| Ok(purl(graph.package(need)?))).collect::<Result<_>>()?;
        dependencies.push(json!({ "ref": purl(package), "dependsOn": refs }));
    }
    let mut program = component(graph.package(graph.program)?, Scope::Required, None);
    program["type"] = json!("application");
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": program, "tools": { "components": [{ "type": "application", "name": "regain-xtask" }] } },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// What a package is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// It is in the program.
    Required,
    /// It only builds the program: build scripts, and macros.
    Excluded,
}

/// Packages, and which of them need which.
struct Graph<'a> {
    program: &'a str,
    packages: HashMap<&'a str, &'a Value>,
    nodes: HashMap<&'a str, &'a Value>,
    checksums: BTreeMap<String, String>,
}

impl<'a> Graph<'a> {
    fn read(metadata: &'a Value, checksums: BTreeMap<String, String>) -> Result<Self> {
        let by_id = |list: &'a Value| -> Option<HashMap<&'a str, &'a Value>> {
            list.as_array()?.iter().map(|item| Some((item["id"].as_str()?, item))).collect()
        };
        let packages = by_id(&metadata["packages"]).context("packages in cargo metadata")?;
        let nodes = by_id(&metadata["resolve"]["nodes"]).context("nodes in cargo metadata")?;
        let program = packages.iter().find(|(_, package)| package["name"] == "regain").context("the program")?.0;
        Ok(Self { program, packages, nodes, checksums })
    }

    fn package(&self, id: &str) -> Result<&'a Value> {
        self.packages.get(id).copied().with_context(|| format!("{id} in cargo metadata"))
    }

    /// What a package needs, unless only its tests do.
    fn needs(&self, id: &str) -> impl Iterator<Item = (&'a str, Scope)> {
        let dependencies = self.nodes.get(id).and_then(|node| node["deps"].as_array());
        dependencies.into_iter().flatten().filter_map(|dependency| {
            let kinds: Vec<_> = dependency["dep_kinds"].as_array()?.iter().map(|kind| &kind["kind"]).collect();
            let id = dependency["pkg"].as_str()?;
            let scope = match () {
                () if kinds.iter().any(|kind| kind.is_null()) => self.scope_of(id),
                () if kinds.iter().any(|kind| **kind == "build") => Scope::Excluded,
                () => return None,
            };
            Some((id, scope))
        })
    }

    /// Macros run in the compiler.
    fn scope_of(&self, id: &str) -> Scope {
        let targets = self.packages.get(id).and_then(|package| package["targets"].as_array());
        let is_macro = targets.into_iter().flatten().any(|target| target["kind"] == json!(["proc-macro"]));
        if is_macro { Scope::Excluded } else { Scope::Required }
    }

    /// Every package that the program needs, with the nearest reason for it; sorted.
    fn reached(&self) -> BTreeMap<&'a str, Scope> {
        let mut reached = BTreeMap::new();
        let mut open = vec![(self.program, Scope::Required)];
        while let Some((id, scope)) = open.pop() {
            if reached.get(id).is_none_or(|known| scope < *known) {
                reached.insert(id, scope);
                open.extend(self.needs(id).map(|(need, its)| (need, its.max(scope))));
            }
        }
        reached
    }
}

fn component(package: &Value, scope: Scope, checksum: Option<&String>) -> Value {
    let mut component = Map::new();
    let mut put = |key: &str, value: Value| component.insert(key.to_owned(), value);
    put("type", json!("library"));
    put("bom-ref", json!(purl(package)));
    put("name", package["name"].clone());
    put("version", package["version"].clone());
    put("purl", json!(purl(package)));
    put("scope", json!(if scope == Scope::Required { "required" } else { "excluded" }));
    if let Some(license) = package["license"].as_str() {
        // Older packages write a slash where SPDX has OR.
        put("licenses", json!([{ "expression": license.replace(" / ", " OR ").replace('/', " OR ") }]));
    }
    if let Some(checksum) = checksum {
        put("hashes", json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    if let Some(repository) = package["repository"].as_str() {
        put("externalReferences", json!([{ "type": "vcs", "url": repository }]));
    }
    Value::Object(component)
}

/// The name that all tools know a package by.
fn purl(package: &Value) -> String {
    format!("pkg:cargo/{}", name_and_version(package).replace('+', "%2B"))
}

fn name_and_version(package: &Value) -> String {
    format!("{}@{}", package["name"].as_str().unwrap_or_default(), package["version"].as_str().unwrap_or_default())
}

/// The SHA-256 of each package's archive, as the lock file has it.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let field = |block: &str, name: &str| {
        let start = format!("{name} = \"");
        block.lines().find_map(|line| Some(line.strip_prefix(&start)?.trim_end_matches('"').to_owned()))
    };
    let of = |block: &str| {
        Some((format!("{}@{}", field(block, "name")?, field(block, "version")?), field(block, "checksum")?))
    };
    lock.split("[[package]]").filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of the CycloneDX 1.6 schema, which readers rely on, a document does not keep.
    fn faults(document: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let mut hold = |holds: bool, what: &str, of: &Value| {
            if !holds {
                faults.push(format!("{what}: {of}"));
            }
        };
        hold(
            document["bomFormat"] == "CycloneDX" && document["specVersion"] == "1.6",
            "format",
            &document["bomFormat"],
        );
        hold(document["version"].is_u64(), "version", &document["version"]);
        let program = &document["metadata"]["component"];
        let components: Vec<_> = document["components"].as_array().into_iter().flatten().chain([program]).collect();
        let mut refs = BTreeSet::new();
        for component in &components {
            let text = |key: &str| component[key].as_str().unwrap_or_default();
            hold(["library", "application"].contains(&text("type")), "type", component);
            hold(["required", "excluded"].contains(&text("scope")), "scope", component);
            hold(!text("name").is_empty() && !text("version").is_empty(), "name and version", component);
            hold(text("purl").starts_with("pkg:cargo/") && text("purl").contains('@'), "purl", component);
            hold(refs.insert(text("bom-ref").to_owned()), "bom-ref twice", component);
            let expression = component["licenses"][0]["expression"].as_str().unwrap_or_default();
            hold(!expression.is_empty() && !expression.contains('/'), "license", component);
            for hash in component["hashes"].as_array().into_iter().flatten() {
                let content = hash["content"].as_str().unwrap_or_default();
                let is_hex = content.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
                hold(hash["alg"] == "SHA-256" && content.len() == 64 && is_hex, "hash", component);
            }
        }
        let edges = document["dependencies"].as_array();
        for edge in edges.into_iter().flatten() {
            let ends = edge["dependsOn"].as_array().into_iter().flatten().chain([&edge["ref"]]);
            for end in ends {
                hold(end.as_str().is_some_and(|end| refs.contains(end)), "a dependency that is no component", end);
            }
        }
        hold(
            edges.is_some_and(|edges| edges.len() == components.len()),
            "dependencies of each",
            &json!(components.len()),
        );
        faults
    }

    #[test]
    fn the_document_has_the_shape_that_readers_rely_on() {
        let document = document().unwrap();
        assert_eq!(faults(&document), Vec::<String>::new());
        let find = |name: &str| {
            let components = document["components"].as_array().unwrap();
            components.iter().find(|component| component["name"] == name).cloned()
        };
        assert_eq!(find("rusqlite").unwrap()["scope"], "required");
        assert_eq!(find("rusqlite").unwrap()["hashes"].as_array().unwrap().len(), 1);
        assert_eq!(find("async-trait").unwrap()["scope"], "excluded", "a macro");
        assert_eq!(find("cc").unwrap()["scope"], "excluded", "only builds");
        assert!(find("proptest").is_none(), "only tests need it");
        assert_eq!(document["metadata"]["component"]["name"], "regain");
    }

    #[test]
    fn what_is_out_of_shape_is_found() {
        let mut document = document().unwrap();
        let twin = document["components"][0].clone();
        document["components"].as_array_mut().unwrap().push(twin);
        document["components"][1]["licenses"] = json!([]);
        document["dependencies"][0]["dependsOn"] = json!(["pkg:cargo/nowhere@1"]);
        let found = faults(&document).join("\n");
        for what in ["bom-ref twice", "license", "no component", "dependencies of each"] {
            assert!(found.contains(what), "{what} in {found}");
        }
    }

    #[test]
    fn checksums_are_read_from_the_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"a\",\n]\n";
        assert_eq!(checksums(lock), BTreeMap::from([("a@1.0.0".into(), "00ff".into())]));
    }
}
