//! What holds of every preset, and of each on the tables of its framework.

mod schemas;

use super::*;
use crate::users::sql::after_reset::{Statement, check_condition};
use regain_core::hash::{Identified, Recipe, identify};
use std::collections::BTreeSet;

#[test]
fn every_statement_and_condition_is_sound_on_its_engines() {
    for preset in ALL {
        for &engine in preset.engines {
            for step in preset.after_reset(engine) {
                Statement::parse(&step.sql, engine).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            }
            let conditions = [preset.eligible(engine), preset.credentials.and_then(|c| c.condition(engine))];
            for condition in conditions.into_iter().flatten() {
                check_condition(condition, engine).unwrap_or_else(|error| panic!("{}: {error}", preset.name));
            }
            preset.role.map(|sql| Statement::parse(sql, engine).unwrap());
        }
    }
}

#[test]
fn what_is_said_of_one_engine_is_said_of_all_that_the_framework_knows() {
    for preset in ALL {
        let said = |engine: Engine| {
            let condition = preset.credentials.and_then(|credentials| credentials.condition(engine));
            (preset.eligible(engine).is_some(), condition.is_some(), preset.after_reset(engine).len())
        };
        let counts: BTreeSet<_> = preset.engines.iter().map(|&engine| said(engine)).collect();
        assert_eq!(counts.len(), 1, "{}: {counts:?}", preset.name);
    }
}

#[test]
fn every_preset_says_what_becomes_of_the_sessions() {
    for preset in ALL {
        assert!(preset.sessions.len() > 60 && !preset.sessions.ends_with('.'), "{}", preset.name);
    }
}

/// A database with one's tables lacks something that any other's has.
#[test]
fn no_two_presets_recognise_one_schema() {
    for one in ALL {
        for other in ALL.iter().filter(|other| other.name != one.name) {
            let is_covered = other.marks.iter().all(|(table, columns)| {
                one.marks.iter().any(|(named, has)| named == table && columns.iter().all(|column| has.contains(column)))
            });
            assert!(!is_covered, "what marks {} marks {} as well", one.name, other.name);
        }
    }
}

#[test]
fn a_preset_is_recognised_by_the_columns_that_it_maps() {
    for preset in ALL {
        let table = preset.credentials.map_or(preset.table, |credentials| credentials.table);
        let (_, columns) = preset.marks.iter().find(|(named, _)| *named == table).unwrap();
        assert!(columns.contains(&preset.password), "{}", preset.name);
    }
}

/// What GoTrue's column holds with encryption at rest.
#[test]
fn an_encrypted_column_of_gotrue_is_no_format_to_keep() {
    let stored = r#"{"key_id":"k1","alg":"aes-gcm-hkdf","data":"c2VjcmV0","nonce":"bm9uY2U"}"#;
    assert!(matches!(identify(stored), Identified::Unknown));
    assert!(Recipe::keep(stored).is_err());
}
