//! The configuration is read again while a server runs.

use super::super::in_force::NEED_A_RESTART;
use super::super::key;
use super::*;

/// A file, which is in force.
struct Running {
    folder: tempfile::TempDir,
    in_force: InForce,
}

impl Running {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("regain.toml");
        std::fs::write(&file, text).unwrap();
        let in_force = InForce::load(Some(&file), NO_ENVIRONMENT).unwrap_or_else(|errors| panic!("{errors}"));
        Self { folder, in_force }
    }

    fn reads(&self, text: &str) -> Result<Reread, ConfigErrors> {
        std::fs::write(self.folder.path().join("regain.toml"), text).unwrap();
        self.in_force.read_again()
    }
}

#[test]
fn what_may_change_is_taken_and_what_may_not_is_named_and_stays() {
    let running = Running::with(LEAST);
    let changed = LEAST.replace("app.db", "other.db").replace("Example <", "Lantern <");
    let changed = format!("product_name = \"Lantern\"\n{changed}\n[admin]\nlisten = \"127.0.0.1:9999\"");
    let Ok(reread) = running.reads(&changed) else { panic!("it is sound") };
    assert_eq!(reread.changed, ["product_name", "mail.from"]);
    assert_eq!(reread.pending, ["users.url", "admin.listen"]);
    let (config, before) = (reread.in_force.config(), running.in_force.config());
    assert_eq!(config.product_name, "Lantern");
    assert_eq!(config.admin.listen, before.admin.listen);
    let StoreUrl::Sqlite(path) = &config.users.url else { panic!("a file") };
    assert!(path.ends_with("app.db"), "{path:?}");
    let again = reread.in_force.read_again().unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(again.changed, [""; 0]);
    assert_eq!(again.pending, ["users.url", "admin.listen"], "named until the restart");
}

#[test]
fn what_is_broken_is_refused_with_its_line() {
    let running = Running::with(LEAST);
    let errors =
        running.reads(&LEAST.replace("table = \"accounts\"", "tabel = \"accounts\"")).err().unwrap().to_string();
    assert!(errors.contains("tabel") && errors.contains("regain.toml:5"), "{errors}");
}

#[test]
fn whatever_needs_a_restart_is_a_key_or_a_section() {
    for part in NEED_A_RESTART {
        let is_in = |path: &str| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        assert!(key::all().any(|key| is_in(key.path)), "{part}");
    }
}
