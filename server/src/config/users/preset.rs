//! What a preset says, laid under what the operator says.

use super::{
    CREDENTIALS_ACCOUNT_ID, CREDENTIALS_CONDITION, CREDENTIALS_TABLE, ELIGIBLE, EMAIL, EMAIL_VERIFIED, HASH,
    HISTORY_ACCOUNT_ID, HISTORY_AT, HISTORY_KEEP, HISTORY_PASSWORD, HISTORY_TABLE, ID, LOCALE, NAME, PASSWORD, TABLE,
};
use crate::config::key::Key;
use crate::config::settings::Settings;
use crate::config::value::Value;
use crate::users::sql::engine::Engine;
use crate::users::sql::presets::Preset;

/// Fills in the keys of `[users]` that nobody set, as defaults: `config show` shows them. A key set to nothing stays
/// nothing. Statements are the section's own affair, since those of a preset depend on the tables there are.
pub(super) fn fill_in(settings: &mut Settings, preset: &'static Preset, engine: Engine) {
    let columns = [
        (&TABLE, Some(preset.table)),
        (&ID, Some(preset.id)),
        (&EMAIL, Some(preset.email)),
        (&PASSWORD, Some(preset.password)),
        (&NAME, preset.owner_name),
        (&LOCALE, preset.locale),
        (&ELIGIBLE, preset.eligible(engine)),
        (&EMAIL_VERIFIED, preset.email_verified),
        (&HASH, Some(preset.hash)),
    ];
    for (key, text) in columns {
        fill(settings, key, text.map(text_value));
    }
    if let Some(credentials) = &preset.credentials {
        fill(settings, &CREDENTIALS_TABLE, Some(text_value(credentials.table)));
        fill(settings, &CREDENTIALS_ACCOUNT_ID, Some(text_value(credentials.account_id)));
        fill(settings, &CREDENTIALS_CONDITION, credentials.condition(engine).map(text_value));
    }
    if let Some(history) = &preset.history {
        fill(settings, &HISTORY_TABLE, Some(text_value(history.table)));
        fill(settings, &HISTORY_ACCOUNT_ID, Some(text_value(history.account_id)));
        fill(settings, &HISTORY_PASSWORD, Some(text_value(history.password)));
        fill(settings, &HISTORY_AT, Some(text_value(history.at)));
        fill(settings, &HISTORY_KEEP, Some(Value::Number(history.keep)));
    }
}

fn fill(settings: &mut Settings, key: &Key, value: Option<Value>) {
    if let Some(value) = value
        && !settings.configured(key)
        && !settings.is_emptied(key)
        && !settings.is_unusable(key)
    {
        settings.derive(key, value);
    }
}

fn text_value(text: &str) -> Value {
    Value::Text(text.to_owned())
}
