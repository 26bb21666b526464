//! Reads `[users]`.

use super::*;
use super::{ldap, names, preset};
use crate::config::settings::{Settings, refusal};
use crate::config::value::Value;
use crate::config::{hook, url};
use std::path::Path;

/// Reads the section. `ledger` is the ledger's file, which cannot be this one too.
pub(in crate::config) fn read(settings: &mut Settings, ledger: Option<&Path>) -> Option<Users> {
    let url = read_url(settings, ledger);
    if !leads_to_database(settings) {
        return without_table(settings, url?);
    }
    let preset = settings.text(&PRESET).and_then(|name| Preset::named(&name));
    if preset.is_none() && url.is_some() && settings.setting(&PRESET).is_some() {
        settings.refuse(&PRESET, refusal("is of a directory", "with a database one of its frameworks', or none"));
    }
    let steps = match (preset, url.as_ref().and_then(StoreUrl::engine)) {
        (Some(preset), Some(engine)) => preset::lay_under(settings, preset, engine),
        _ => None,
    };
    require_table(settings, url.is_some());
    let table = settings.parsed(&TABLE, names::table);
    let id = settings.parsed(&ID, names::column);
    let email = settings.parsed(&EMAIL, names::column);
    let password = settings.parsed(&PASSWORD, names::column);
    let credentials = read_credentials(settings);
    let history = read_history(settings);
    let after_reset = match steps {
        Some(steps) => steps,
        None => settings.texts(&AFTER_RESET)?.iter().map(|sql| AfterReset::from(sql.as_str())).collect(),
    };
    Some(Users {
        name: settings.parsed(&NAME, names::column),
        locale: settings.parsed(&LOCALE, names::column),
        eligible: settings.parsed(&ELIGIBLE, names::condition),
        email_verified: settings.parsed(&EMAIL_VERIFIED, names::column),
        hash: settings.text(&HASH)?,
        pepper: settings.text(&PEPPER).map(SecretString::from),
        after_reset,
        credentials,
        history,
        preset,
        url: url?,
        table: table?,
        id: id?,
        email: email?,
        password: password?,
    })
}

/// Whether `users.url` is of a database, or cannot be told.
fn leads_to_database(settings: &Settings) -> bool {
    let url = settings.text(&URL).unwrap_or_default();
    !["ldap://", "ldaps://", "http://", "https://"].iter().any(|other| url.starts_with(other))
}

/// A store that is no database. Keys about tables were meant for something, so they are refused.
fn without_table(settings: &mut Settings, url: StoreUrl) -> Option<Users> {
    for key in [&TABLE, &PASSWORD, &EMAIL_VERIFIED, &PEPPER, &AFTER_RESET, &CREDENTIALS_TABLE, &HISTORY_TABLE] {
        if settings.configured(key) {
            settings.refuse(key, refusal("is for databases only", "nothing, with this `users.url`"));
        }
    }
    Some(Users {
        url,
        preset: None,
        table: String::new(),
        id: settings.text(&ID)?,
        email: settings.text(&EMAIL)?,
        password: String::new(),
        name: settings.text(&NAME),
        locale: settings.text(&LOCALE),
        eligible: settings.text(&ELIGIBLE),
        email_verified: None,
        hash: settings.text(&HASH)?,
        pepper: None,
        after_reset: Vec::new(),
        credentials: None,
        history: None,
    })
}

/// Unless another error is why there is none.
fn require_table(settings: &mut Settings, has_url: bool) {
    let has_preset = settings.setting(&PRESET).is_some();
    let is_known = settings.setting(&TABLE).is_some() || settings.is_unusable(&TABLE);
    let is_excused = settings.is_unusable(&PRESET) || has_preset && !has_url;
    if is_known || is_excused && !settings.is_emptied(&TABLE) {
        return;
    }
    let complaint = if has_preset { "is empty" } else { "is required without a preset" };
    settings.refuse(&TABLE, refusal(complaint, TABLE.accepted()));
}

fn read_url(settings: &mut Settings, ledger: Option<&Path>) -> Option<StoreUrl> {
    let url = match settings.parsed(&URL, url::store)? {
        url::Store::Sqlite(path) => StoreUrl::Sqlite(settings.resolve_path(&path)),
        url::Store::Postgres(url) => StoreUrl::Postgres(url),
        url::Store::Mysql(url) => StoreUrl::Mysql(url),
        url::Store::Ldap(servers) => StoreUrl::Ldap(Box::new(ldap::read(settings, &servers)?)),
        url::Store::Hook(url) => StoreUrl::Hook(Box::new(hook::read(settings, &url)?)),
    };
    if let StoreUrl::Sqlite(path) = &url
        && Some(path.as_path()) == ledger
    {
        settings.refuse(&URL, refusal("is the ledger's file too", "a file other than `ledger.url`"));
    }
    Some(url)
}

fn read_credentials(settings: &mut Settings) -> Option<Credentials> {
    if !has_table(settings, &CREDENTIALS_TABLE, &[&CREDENTIALS_ACCOUNT_ID, &CREDENTIALS_CONDITION]) {
        return None;
    }
    let table = settings.parsed(&CREDENTIALS_TABLE, names::table);
    let account_id = settings.parsed(&CREDENTIALS_ACCOUNT_ID, names::column);
    if settings.setting(&CREDENTIALS_ACCOUNT_ID).is_none() && !settings.is_unusable(&CREDENTIALS_ACCOUNT_ID) {
        let refused = refusal("is required with `users.credentials.table`", CREDENTIALS_ACCOUNT_ID.accepted());
        settings.refuse(&CREDENTIALS_ACCOUNT_ID, refused);
    }
    let condition = settings.parsed(&CREDENTIALS_CONDITION, names::condition);
    Some(Credentials { table: table?, account_id: account_id?, condition })
}

fn read_history(settings: &mut Settings) -> Option<History> {
    if !has_table(settings, &HISTORY_TABLE, &[&HISTORY_ACCOUNT_ID, &HISTORY_PASSWORD, &HISTORY_AT, &HISTORY_KEEP]) {
        return None;
    }
    for (key, usual) in HISTORY_COLUMNS_USUAL {
        settings.derive_if_absent(key, Value::Text((*usual).to_owned()));
    }
    settings.derive_if_absent(&HISTORY_KEEP, Value::Number(HISTORY_KEEP_USUAL));
    let table = settings.parsed(&HISTORY_TABLE, names::table);
    let account_id = settings.parsed(&HISTORY_ACCOUNT_ID, names::column);
    let password = settings.parsed(&HISTORY_PASSWORD, names::column);
    let at = settings.parsed(&HISTORY_AT, names::column);
    let keep = settings.number(&HISTORY_KEEP);
    Some(History { table: table?, account_id: account_id?, password: password?, at: at?, keep: keep? })
}

/// Whether a second table is configured. Keys about one that is not were meant for something, so they are refused.
fn has_table(settings: &mut Settings, table: &'static Key, others: &[&'static Key]) -> bool {
    if settings.setting(table).is_some() {
        return true;
    }
    for key in others.iter().filter(|_| !settings.is_unusable(table)).collect::<Vec<_>>() {
        if settings.configured(key) {
            settings.refuse(key, refusal(format!("is of no use without `{}`", table.path), table.accepted()));
        }
    }
    false
}

/// What Unleash calls them; no other application of the presets has such a table.
const HISTORY_COLUMNS_USUAL: &[(&Key, &str)] =
    &[(&HISTORY_ACCOUNT_ID, "user_id"), (&HISTORY_PASSWORD, "password_hash"), (&HISTORY_AT, "used_at")];
/// What Unleash keeps.
const HISTORY_KEEP_USUAL: u64 = 5;
