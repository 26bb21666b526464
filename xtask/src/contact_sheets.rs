//! `cargo xtask contact-sheets`: pictures of everything that people are shown, many on a sheet, for looking at.

use crate::needs::{self, CHROMIUM, FONTS_OF_EAST_ASIA, FONTS_OF_INDIA};
use crate::step::{cargo, run};
use crate::tree::root;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Documents side by side, as a browser shows them.
pub(crate) struct Sheet {
    /// Of the picture, without its ending.
    pub(crate) name: String,
    /// How wide each is shown, in pixels.
    pub(crate) width: u32,
    /// How high the highest is.
    pub(crate) row_height: u32,
    /// What stands over each, and the document.
    pub(crate) documents: Vec<(String, String)>,
}

/// Draws the sheets into `target/contact-sheets`, and says so.
pub(crate) fn draw_all() -> Result<bool> {
    let (found, complete) = needs::find(&[&CHROMIUM, &FONTS_OF_EAST_ASIA, &FONTS_OF_INDIA]);
    complete?;
    let (_, chromium) = found.first().context("there is no Chromium")?;
    let folder = root().join("target/contact-sheets");
    fs::create_dir_all(&folder)?;
    // Built as the tests build it: another set of features would compile everything once more.
    run(cargo("build -p regain --features failpoints"))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    for sheet in mails(&target.join("debug/regain"), &folder)? {
        println!("{}", sheet.draw(chromium, &folder)?.display());
    }
    Ok(true)
}

/// Every mail in every language: by day and in the dark, as wide as a desk and as narrow as a phone.
fn mails(regain: &Path, folder: &Path) -> Result<Vec<Sheet>> {
    let written = folder.join("mails");
    fs::write(folder.join("logo.png"), LOGO)?;
    let config = folder.join("regain.toml");
    fs::write(&config, CONFIG)?;
    let mut preview = Command::new(regain);
    preview.arg("--config").arg(&config).args(["mail", "preview", "--out"]).arg(&written);
    run(preview)?;
    let mut paths: Vec<PathBuf> = fs::read_dir(&written)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "html"));
    paths.sort();
    let mut sheets: Vec<Sheet> = Vec::new();
    for (look, query) in [("light", "not all"), ("dark", "all")] {
        for (width, row_height) in [(640, 1050), (320, 1450)] {
            for path in &paths {
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let (message, language) = stem.split_once('.').with_context(|| format!("{stem} names no language"))?;
                let name = format!("mail-{message}-{look}-{width}");
                let html = fs::read_to_string(path)?.replace("(prefers-color-scheme: dark)", query);
                if sheets.last().is_none_or(|sheet| sheet.name != name) {
                    sheets.push(Sheet { name: name.clone(), width, row_height, documents: Vec::new() });
                }
                if let Some(sheet) = sheets.last_mut() {
                    sheet.documents.push((language.to_owned(), html));
                }
            }
        }
    }
    Ok(sheets)
}

impl Sheet {
    /// Makes one picture of it in `folder`.
    fn draw(&self, chromium: &Path, folder: &Path) -> Result<PathBuf> {
        let frames: String = self
            .documents
            .iter()
            .map(|(caption, html)| {
                let html = html.replace('&', "&amp;").replace('"', "&quot;");
                let width = self.width;
                format!("<figure><figcaption>{caption}</figcaption><iframe width={width} onload=fit(this) srcdoc=\"{html}\"></iframe></figure>\n")
            })
            .collect();
        let page = folder.join(format!("{}.html", self.name));
        fs::write(&page, format!("{HEAD}{frames}"))?;
        let columns = (SHEET_WIDTH / (self.width + GAP)).max(1);
        let rows = u32::try_from(self.documents.len())?.div_ceil(columns);
        let size = format!("--window-size={},{}", columns * (self.width + GAP) + GAP, rows * self.row_height);
        let picture = folder.join(format!("{}.png", self.name));
        let profile = folder.join("profile");
        let mut shot = Command::new(chromium);
        shot.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000"]);
        shot.arg(size).arg(format!("--user-data-dir={}", profile.display()));
        shot.arg(format!("--screenshot={}", picture.display())).arg(&page).stderr(Stdio::null());
        if !shot.status()?.success() || !picture.exists() {
            bail!("Chromium made no picture of {}", page.display());
        }
        Ok(picture)
    }
}

/// Pixels.
const SHEET_WIDTH: u32 = 4000;
const GAP: u32 = 16;

/// A frame is as high as what is in it; one that is too narrow for it gets a red edge. The function is there before the frames.
const HEAD: &str = "<!doctype html><meta charset=utf-8><style>body{margin:0;padding:0 0 0 16px;background:#888;\
    display:flex;flex-wrap:wrap;align-items:flex-start;font:14px sans-serif}figure{margin:0 16px 16px 0}\
    figcaption{padding:4px}iframe{border:0;display:block;background:#fff}</style><script>function fit(frame) \
    { const page = frame.contentDocument.documentElement; frame.height = page.scrollHeight; \
    if (page.scrollWidth > frame.width) frame.style.outline = '6px solid red' }</script>";

/// A brand that is no favourite: a pale colour, a logo that is dark on nothing.
const CONFIG: &str = r##"
public_url = "https://accounts.example.com"
product_name = "Meridian & Söhne"
[users]
url = "sqlite:accounts.db"
preset = "django"
[mail]
from = "Meridian <no-reply@example.com>"
[mail.smtp]
url = "smtp://127.0.0.1:2525"
[brand]
color = "#e0a100"
logo_file = "logo.png"
support_url = "mailto:help@example.com"
"##;
const LOGO: &[u8] = include_bytes!("contact_sheets/logo.png");
