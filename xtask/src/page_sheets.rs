//! `cargo xtask page-sheets`: every hosted page in every language, on a phone and a desk, by day and by night, for
//! somebody to look at. The pictures are taken by the test that walks through all of them.

use crate::needs::{self, CHROMEDRIVER, CHROMIUM, FONTS_OF_EAST_ASIA, FONTS_OF_INDIA};
use crate::step::{cargo, run};
use crate::tree::root;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Takes the pictures, and lays them out: a row for each language, a column for each page.
pub(crate) fn draw() -> Result<bool> {
    let (found, complete) = needs::find(&[&CHROMIUM, &CHROMEDRIVER, &FONTS_OF_EAST_ASIA, &FONTS_OF_INDIA]);
    complete?;
    let folder = root().join(FOLDER);
    let pictures = folder.join("pictures");
    let mut walk = cargo("test --quiet -p regain --features failpoints --test it");
    walk.arg(WALK).envs(found.iter().cloned()).env("REGAIN_TEST_SCREENSHOTS", &pictures);
    run(walk)?;
    let (_, chromium) =
        found.iter().find(|(variable, _)| *variable == "REGAIN_TEST_CHROMIUM").context("no Chromium")?;
    // How wide each picture is on the sheet, and how high the highest.
    let looks = [("320-light", 200, 860), ("320-dark", 200, 860), ("1280-light", 400, 400), ("1280-dark", 400, 400)];
    for (look, column_pixels, row_pixels) in looks {
        let sheet = Sheet::of(&pictures, look)?;
        let page = folder.join(look).with_extension("html");
        std::fs::write(&page, sheet.in_html(column_pixels)?)?;
        let picture = page.with_extension("png");
        let mut shot = Command::new(chromium);
        shot.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
        shot.arg(format!(
            "--window-size={},{}",
            sheet.columns.len() * (column_pixels + 8) + 100,
            sheet.rows.len() * row_pixels
        ));
        shot.arg(format!("--screenshot={}", picture.display())).arg(format!("file://{}", page.display()));
        run(shot)?;
        println!("{}", picture.display());
    }
    Ok(true)
}

/// The pictures of one look: `LANGUAGE-PAGE-LOOK.png`.
struct Sheet {
    /// By language, then by page.
    rows: BTreeMap<String, BTreeMap<String, String>>,
    columns: BTreeSet<String>,
}

impl Sheet {
    fn of(pictures: &Path, look: &str) -> Result<Self> {
        let mut sheet = Self { rows: BTreeMap::new(), columns: BTreeSet::new() };
        for entry in std::fs::read_dir(pictures).context("no picture was taken")? {
            let file = entry?.file_name().into_string().unwrap_or_default();
            let Some(name) = file.strip_suffix(&format!("-{look}.png")) else { continue };
            let Some((language, page)) = name.rsplit_once('-') else { continue };
            sheet.columns.insert(page.to_owned());
            sheet.rows.entry(language.to_owned()).or_default().insert(page.to_owned(), file);
        }
        Ok(sheet)
    }

    fn in_html(&self, column_pixels: usize) -> Result<String> {
        let mut html =
            String::from("<!doctype html><meta charset=\"utf-8\"><style>td { vertical-align: top }</style><table>");
        for (language, pages) in &self.rows {
            write!(html, "<tr><th>{language}")?;
            for page in &self.columns {
                let file = pages.get(page).map(String::as_str).unwrap_or_default();
                write!(html, "<td>{page}<br><img width=\"{column_pixels}\" src=\"pictures/{file}\">")?;
            }
        }
        Ok(html)
    }
}

const FOLDER: &str = "target/page-sheets";
/// The test that goes to every page in every language.
const WALK: &str = "accessible::no_page_has_to_be_scrolled_sideways_in_any_language";
