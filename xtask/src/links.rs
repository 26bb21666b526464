//! Links in the documentation: whatever leads to another file of the repository, or to a heading, has to arrive.

use crate::tree::File;
use anyhow::{Result, ensure};
use std::collections::{BTreeMap, BTreeSet};

/// # Errors
/// Names each link that leads nowhere.
pub(crate) fn check(files: &[File]) -> Result<()> {
    let broken = broken(files);
    ensure!(broken.is_empty(), "links lead nowhere:\n{}", broken.join("\n"));
    Ok(())
}

fn broken(files: &[File]) -> Vec<String> {
    let pages: BTreeMap<&str, &File> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    let folders: BTreeSet<&str> = files.iter().flat_map(|file| folders_of(&file.path)).collect();
    let mut broken = Vec::new();
    for page in files.iter().filter(|file| file.path.ends_with(".md")) {
        for (line, target) in links(&page.text) {
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { page.path.clone() } else { joined(&page.path, path) };
            let arrives = match pages.get(path.as_str()) {
                Some(found) => heading.is_empty() || !path.ends_with(".md") || headings(&found.text).contains(heading),
                None => heading.is_empty() && folders.contains(path.as_str()),
            };
            if !arrives {
                broken.push(format!("{}:{line}: {target}", page.path));
            }
        }
    }
    broken
}

/// Where inline links of a page lead that stay in the repository, each with its line, counted from 1; not those in code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    for (number, line) in outside_of_code(text) {
        for (at, _) in line.match_indices("](") {
            let is_code = line[..at].matches('`').count() % 2 == 1;
            let target = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
            if !is_code && !target.contains("://") && !target.starts_with("mailto:") {
                links.push((number, target));
            }
        }
    }
    links
}

/// The headings of a page as links name them: in small letters, a hyphen for each blank, without other marks.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = outside_of_code(text).filter_map(|(_, line)| line.strip_prefix('#'));
    let named = |title: &str| -> String {
        let kept = title.trim_start_matches('#').trim().chars().flat_map(char::to_lowercase);
        kept.filter_map(|c| match c {
            ' ' => Some('-'),
            c => (c.is_alphanumeric() || matches!(c, '-' | '_')).then_some(c),
        })
        .collect()
    };
    titles.map(named).collect()
}

/// The lines that are not between fences.
fn outside_of_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((number + 1, line))
    })
}

/// The path that `target` stands for on `page`; both with slashes.
fn joined(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Every folder above a file.
fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken_in(page: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let other = "# Other\n\n## What it's *for* (mostly)\n```sh\n# no heading\n```\n";
        broken(&[file("docs/a.md", page), file("docs/b/other.md", other), file("src/main.rs", "")])
    }

    #[test]
    fn links_that_arrive_are_left_alone() {
        let page = "# A\n[o](b/other.md) [h](b/other.md#what-its-for-mostly) [s](../src/main.rs#L7) [f](../src/) [a](#a)\n\
                    [w](https://example.com/x.md) [m](mailto:a@example.com)\n`[c](nowhere.md)`\n```\n[c](nowhere.md)\n```\n";
        assert!(broken_in(page).is_empty(), "{:?}", broken_in(page));
    }

    #[test]
    fn links_that_lead_nowhere_are_named_with_their_line() {
        for target in ["other.md", "../src/main", "b/other.md#nothing", "b/other.md#no-heading", "#b", "b/#a"] {
            assert_eq!(broken_in(&format!("\n[x]({target})")), [format!("docs/a.md:2: {target}")]);
        }
    }
}
