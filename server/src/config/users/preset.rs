//! What a preset says, laid under what the operator says.

use super::{
    AFTER_RESET, AfterReset, CREDENTIALS_ACCOUNT_ID, CREDENTIALS_CONDITION, CREDENTIALS_TABLE, ELIGIBLE, EMAIL,
    EMAIL_VERIFIED, HASH, HISTORY_ACCOUNT_ID, HISTORY_AT, HISTORY_KEEP, HISTORY_PASSWORD, HISTORY_TABLE, ID, LOCALE,
    NAME, PASSWORD, PRESET, TABLE,
};
use crate::config::key::Key;
use crate::config::settings::{Settings, refusal};
use crate::config::value::Value;
use crate::users::sql::engine::Engine;
use crate::users::sql::presets::Preset;

/// Fills in the keys of `[users]` that nobody set, so that they are shown and read like any other. A key set to nothing
/// stays nothing. Returns the preset's statements, unless the operator wrote others: only here it is known which of
/// them depend on a table.
pub(super) fn lay_under(settings: &mut Settings, preset: &'static Preset, engine: Engine) -> Option<Vec<AfterReset>> {
    if !preset.engines.contains(&engine) {
        let kept: Vec<_> = preset.engines.iter().map(ToString::to_string).collect();
        let complaint = format!("keeps no accounts in {engine}");
        settings.refuse(&PRESET, refusal(complaint, format!("with this preset a database of {}", kept.join(", "))));
    }
    fill_in(settings, preset, engine);
    fill_in_credentials(settings, preset, engine);
    fill_in_history(settings, preset);
    if settings.configured(&AFTER_RESET) || settings.is_unusable(&AFTER_RESET) {
        return None;
    }
    let steps = preset.after_reset(engine);
    refuse_steps_for_other_tables(settings, preset, &steps);
    let shown = steps.iter().map(|step| step.sql.clone()).collect();
    settings.fill_in(&AFTER_RESET, Value::Texts(shown), preset.name);
    Some(steps)
}

fn fill_in(settings: &mut Settings, preset: &'static Preset, engine: Engine) {
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
    fill(settings, preset, &columns);
}

/// Nothing of it where the operator wrote that there is no second table.
fn fill_in_credentials(settings: &mut Settings, preset: &'static Preset, engine: Engine) {
    let Some(credentials) = &preset.credentials else { return };
    if settings.is_emptied(&CREDENTIALS_TABLE) {
        return;
    }
    let columns = [
        (&CREDENTIALS_TABLE, Some(credentials.table)),
        (&CREDENTIALS_ACCOUNT_ID, Some(credentials.account_id)),
        (&CREDENTIALS_CONDITION, credentials.condition(engine)),
    ];
    fill(settings, preset, &columns);
}

fn fill_in_history(settings: &mut Settings, preset: &'static Preset) {
    let Some(history) = &preset.history else { return };
    if settings.is_emptied(&HISTORY_TABLE) {
        return;
    }
    let columns = [
        (&HISTORY_TABLE, Some(history.table)),
        (&HISTORY_ACCOUNT_ID, Some(history.account_id)),
        (&HISTORY_PASSWORD, Some(history.password)),
        (&HISTORY_AT, Some(history.at)),
    ];
    fill(settings, preset, &columns);
    if is_open(settings, &HISTORY_KEEP) {
        settings.fill_in(&HISTORY_KEEP, Value::Number(history.keep), preset.name);
    }
}

/// The preset's statements name the preset's tables: beside another table of accounts they could end the sessions of
/// somebody else, or nobody's.
fn refuse_steps_for_other_tables(settings: &mut Settings, preset: &Preset, steps: &[AfterReset]) {
    let other = [(&TABLE, preset.table), (&ID, preset.id)];
    let other = other.into_iter().find(|(key, text)| settings.text(key).is_some_and(|set| set != *text));
    if let Some((key, text)) = other.filter(|_| !steps.is_empty()) {
        let complaint = format!("is required, since `{}` is not the preset's \"{text}\"", key.path);
        let accepted = format!("what ends the sessions here, in place of {}", in_words(steps));
        settings.refuse(&AFTER_RESET, refusal(complaint, accepted));
    }
}

fn in_words(steps: &[AfterReset]) -> String {
    format!("{:?}", steps.iter().map(|step| step.sql.as_str()).collect::<Vec<_>>())
}

fn fill(settings: &mut Settings, preset: &'static Preset, columns: &[(&'static Key, Option<&str>)]) {
    for (key, text) in columns {
        if let Some(text) = text
            && is_open(settings, key)
        {
            settings.fill_in(key, Value::Text((*text).to_owned()), preset.name);
        }
    }
}

fn is_open(settings: &Settings, key: &Key) -> bool {
    !settings.configured(key) && !settings.is_emptied(key) && !settings.is_unusable(key)
}
