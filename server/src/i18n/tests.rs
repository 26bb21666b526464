mod files;
mod typography;

use super::*;
use regain_core::time::Timestamp;
use std::time::Duration;

fn words() -> Words {
    Words::built_in().unwrap()
}

fn tongue(tag: &str) -> Arc<Language> {
    let words = words();
    words.all().into_iter().find(|language| language.tag() == tag).unwrap()
}

fn wanting(tags: &[&str]) -> String {
    let wanted: Vec<_> = tags.iter().filter_map(|tag| Locale::parse(tag)).collect();
    words().choose(&wanted).tag().to_owned()
}

#[test]
fn a_language_is_chosen_by_its_tag_then_by_its_primary_language_then_the_default() {
    assert_eq!(wanting(&["pt-br"]), "pt-BR");
    assert_eq!(wanting(&["pt_AO"]), "pt-BR");
    assert_eq!(wanting(&["tlh", "ar-EG", "pt-PT"]), "ar");
    assert_eq!(wanting(&["de-CH-1996", "en"]), "de");
    assert_eq!(wanting(&["tlh"]), "en");
    assert_eq!(wanting(&[]), "en");
    let languages = ["en", "pt-BR", "pt-PT"].map(|tag| (tag, "hello = Hello"));
    let two = Words::of(&languages).unwrap();
    assert_eq!(two.choose(&[Locale::parse("pt-PT").unwrap()]).tag(), "pt-PT", "the whole tag first");
}

#[test]
fn a_language_is_not_taken_for_its_neighbour() {
    for tag in
        ["nb", "nn", "no", "da", "sv", "be", "cs", "ca", "gl", "af", "fa", "ur", "id", "yue", "arc", "e", "english"]
    {
        assert_eq!(wanting(&[tag]), "en", "{tag}");
        assert_eq!(wanting(&[tag, "ja"]), "ja", "{tag}");
    }
}

#[test]
fn chinese_is_written_as_the_script_or_else_the_region_says() {
    for tag in ["zh-TW", "zh-HK", "zh_MO", "zh-hant", "zh-Hant-HK", "zh-Hant-CN", "ZH-tw"] {
        assert_eq!(wanting(&[tag, "en"]), "zh-Hant", "{tag}");
    }
    for tag in ["zh", "zh-CN", "zh-SG", "zh_CN", "zh-Hans", "zh-Hans-HK", "zh-hans-tw", "zh-Latn"] {
        assert_eq!(wanting(&[tag, "en"]), "zh-Hans", "{tag}");
    }
}

#[test]
fn hebrew_is_known_by_its_old_name() {
    assert_eq!([wanting(&["iw"]), wanting(&["iw-IL"]), wanting(&["he-IL"])], ["he", "he", "he"]);
}

#[test]
fn arabic_and_hebrew_run_from_right_to_left() {
    for language in words().all() {
        let expected = if ["ar", "he"].contains(&language.tag()) { "rtl" } else { "ltr" };
        assert_eq!(language.direction(), expected, "{}", language.tag());
    }
}

#[test]
fn a_language_is_read_when_it_is_wanted_and_not_before() {
    let words = words();
    let Words(shelf) = &words;
    let open = || shelf.rest.iter().filter(|it| it.opened.get().is_some()).map(|it| &*it.tag).collect::<Vec<_>>();
    assert_eq!(words.choose(&[Locale::parse("en-GB").unwrap()]).tag(), "en");
    assert!(open().is_empty());
    let german = words.choose(&[Locale::parse("de").unwrap()]);
    assert_eq!(open(), ["de"]);
    assert!(Arc::ptr_eq(&german, &words.choose(&[Locale::parse("de-AT").unwrap()])));
}

#[test]
fn a_broken_file_has_the_default_stand_in() {
    let words = Words::of(&[("en", "hello = Hello"), ("de", "hello = { $")]).unwrap();
    assert_eq!(words.choose(&[Locale::parse("de").unwrap()]).tag(), "en");
}

#[test]
fn a_name_is_kept_together_where_the_words_run_the_other_way() {
    let subject = |tag| tongue(tag).text("mail-reset-subject", &[("product", Arg::Text("Tea, Inc."))]);
    assert!(subject("ar").contains("\u{2068}Tea, Inc.\u{2069}"));
    assert!(subject("he").contains("\u{2068}Tea, Inc.\u{2069}"));
    assert!(!subject("ru").contains('\u{2068}'));
}

#[test]
fn spans_are_told_in_their_largest_whole_unit() {
    let words = words();
    let spans = [(1, "1 second"), (600, "10 minutes"), (3600, "1 hour"), (5400, "90 minutes"), (86_400, "24 hours")];
    for (seconds, told) in spans {
        assert_eq!(words.choose(&[]).span(Duration::from_secs(seconds)), told);
    }
    assert_eq!(words.choose(&[]).span(Duration::from_secs(7 * 86_400)), "7 days");
}

#[test]
fn moments_are_told_in_utc() {
    let words = words();
    let at = Timestamp::from_millis(1_795_286_889_123);
    assert_eq!(words.choose(&[]).moment(at), "21 November 2026, 18:48\u{A0}UTC");
    assert_eq!(words.choose(&[]).moment(Timestamp::from_millis(0)), "1 January 1970, 00:00\u{A0}UTC");
    assert!(words.choose(&[]).moment(Timestamp::from_millis(i64::MAX)).ends_with("UTC"));
}

#[test]
fn a_date_runs_as_the_words_around_it_though_it_ends_in_latin_letters() {
    // Whatever is isolated goes by the first strong character outside of what is isolated in it.
    for tag in ["ar", "he"] {
        assert!(tongue(tag).moment(Timestamp::from_millis(0)).starts_with('\u{200F}'), "{tag}");
    }
}

#[test]
fn moments_and_spans_follow_the_grammar_of_their_language() {
    let bare = |text: String| text.replace(['\u{2068}', '\u{2069}', '\u{200F}'], "").replace('\u{A0}', " ");
    let first_of_august = Timestamp::from_millis(1_785_610_080_000);
    for (tag, moment, spans) in [
        ("ar", "1 أغسطس 2026 (18:48 UTC)", ["دقيقتين", "5 دقائق", "11 دقيقة", "100 دقيقة"]),
        ("de", "1. August 2026 um 18:48 UTC", ["2 Minuten", "5 Minuten", "11 Minuten", "100 Minuten"]),
        ("fr", "1er août 2026 à 18:48 UTC", ["2 minutes", "5 minutes", "11 minutes", "100 minutes"]),
        ("it", "il 1º agosto 2026 alle 18:48 UTC", ["2 minuti", "5 minuti", "11 minuti", "100 minuti"]),
        ("ja", "2026年8月1日 18:48 UTC", ["2分間", "5分間", "11分間", "100分間"]),
        ("pl", "1 sierpnia 2026 r. o 18:48 UTC", ["2 minuty", "5 minut", "11 minut", "100 minut"]),
        ("ru", "1 августа 2026 года в 18:48 UTC", ["2 минут", "5 минут", "11 минут", "100 минут"]),
    ] {
        let language = tongue(tag);
        assert_eq!(bare(language.moment(first_of_august)), moment);
        let told = [2, 5, 11, 100].map(|minutes| bare(language.span(Duration::from_secs(minutes * 60))));
        assert_eq!(told, spans, "{tag}");
    }
    assert_eq!(tongue("ru").span(Duration::from_secs(21 * 60)), "21 минуты");
}

#[test]
fn what_fills_a_gap_is_taken_literally_and_nothing_is_added() {
    let words = words();
    let text = words.choose(&[]).text("mail-greeting-named", &[("name", Arg::Text("{ $x } {{ 7*7 }}"))]);
    assert_eq!(text, "Hello { $x } {{ 7*7 }},");
}

#[test]
fn a_missing_text_shows_its_key() {
    assert_eq!(words().choose(&[]).text("no-such-key", &[]), "{no-such-key}");
}
