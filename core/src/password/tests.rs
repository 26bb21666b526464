use super::*;

const NOBODY: Context<'_> =
    Context { product: "", address: "", name: None, bytes_max: None, nul_allowed: true, breached: false };
const ADA: Context<'_> = Context {
    product: "Example Shop",
    address: "ada.lovelace@mail.analytical.example",
    name: Some("Ada Byron-King"),
    bytes_max: Some(72),
    nul_allowed: false,
    breached: false,
};

fn policy(preset: Preset) -> Policy {
    Policy::new(preset, preset.lengths(), ["Wombat-Wombat".to_owned()])
}

fn violations(preset: Preset, password: &str, context: &Context<'_>) -> Vec<&'static str> {
    let checked = policy(preset).check(password.to_owned().into(), context);
    checked.err().unwrap_or_default().iter().map(Violation::code).collect()
}

fn nist(password: &str) -> Vec<&'static str> {
    violations(Preset::Nist, password, &ADA)
}

fn unleash(password: &str) -> Vec<&'static str> {
    violations(Preset::Unleash, password, &ADA)
}

#[test]
fn nist_counts_code_points_and_asks_for_no_composition() {
    assert_eq!(nist("zq vkw p"), [""; 0]);
    assert_eq!(nist("zq vkw "), ["too_short"]);
    assert_eq!(nist("🔑🗝🚪🏠🌲🌊🔥🌙"), [""; 0]);
    assert_eq!(violations(Preset::Nist, &"long ".repeat(51), &NOBODY), [""; 0]);
    assert_eq!(violations(Preset::Nist, &"é".repeat(257), &NOBODY), ["too_long"]);
}

#[test]
fn an_accepted_password_is_what_was_typed() {
    let typed = "  Ünïcode, and spaces  ";
    assert_eq!(policy(Preset::Nist).check(typed.to_owned().into(), &ADA).unwrap().expose(), typed);
}

#[test]
fn common_passwords_are_refused_in_any_case() {
    for password in ["password1", "PASSWORD1", "iloveyou1", "baseball", " trustno1", "wombat-WOMBAT"] {
        assert_eq!(nist(password), ["common"], "{password}");
    }
}

#[test]
fn a_breached_password_is_refused_whatever_the_preset() {
    let context = Context { breached: true, ..ADA };
    assert_eq!(violations(Preset::Nist, "zq vkw px", &context), ["breached"]);
    assert_eq!(violations(Preset::Unleash, "Abcdef-123", &context), ["breached"]);
    assert_eq!(violations(Preset::Nist, "password1", &context), ["common", "breached"]);
}

#[test]
fn words_of_the_occasion_are_refused() {
    assert_eq!(nist("example shop"), ["is_product_name"]);
    assert_eq!(nist("EXAMPLE42"), ["is_product_name", "is_address"]);
    for password in ["ADA.lovelace@mail.analytical.example", "ada.lovelace", "ada.lovelace7", "mail.analytical.example"]
    {
        assert_eq!(nist(password), ["is_address"], "{password}");
    }
    assert_eq!(nist("analytical99"), ["is_address"]);
    assert_eq!(nist("ada byron-king"), ["is_name"]);
    assert_eq!(nist("Byron-King1"), ["is_name"]);
    assert_eq!(nist("byron-king and queen"), [""; 0]);
}

#[test]
fn absent_words_forbid_nothing() {
    assert_eq!(violations(Preset::Nist, "91", &NOBODY), ["too_short"]);
}

#[test]
fn what_cannot_be_stored_is_refused_by_either_preset() {
    for preset in [Preset::Nist, Preset::Unleash] {
        let just_fits = "aB3-".repeat(18);
        assert_eq!(violations(preset, &just_fits, &ADA), [""; 0]);
        assert_eq!(violations(preset, &format!("{just_fits}!"), &ADA), ["too_many_bytes"]);
        assert_eq!(violations(preset, &format!("{just_fits}!"), &NOBODY), [""; 0]);
        assert_eq!(violations(preset, "abC3\0efghijk", &ADA), ["has_nul"]);
        assert_eq!(violations(preset, "abC3\0efghijk", &NOBODY), [""; 0]);
    }
    assert_eq!(nist(&"é".repeat(37)), ["too_many_bytes"]);
}

#[test]
fn a_megabyte_is_refused_for_its_length_alone() {
    assert_eq!(nist(&"\0".repeat(1_000_000)), ["too_long"]);
    let generous = Policy::new(Preset::Nist, Lengths { min: 8, max: 4096 }, []);
    let refused = generous.check("🔑".repeat(1025).into(), &NOBODY).unwrap_err();
    assert_eq!(refused, [Violation::TooManyBytes { bytes_max: PASSWORD_BYTES_MAX }]);
}

#[test]
fn unleash_asks_for_four_kinds_of_characters_and_ten_of_them() {
    assert_eq!(unleash("Abcdef-123"), [""; 0]);
    assert_eq!(unleash("Abcdef-12"), ["too_short"]);
    assert_eq!(unleash("Abcdef-111"), ["repeats"]);
    assert_eq!(unleash("Abcdef-1122"), [""; 0]);
    assert_eq!(unleash("ABCDEF-123"), ["no_lower_case"]);
    assert_eq!(unleash("abcdef-123"), ["no_upper_case"]);
    assert_eq!(unleash("Abcdef-ghi"), ["no_digit"]);
    assert_eq!(unleash("Abcdef0123"), ["no_special"]);
    assert_eq!(unleash("Abcdef0é12"), [""; 0]);
    assert_eq!(violations(Preset::Unleash, &"aB3-".repeat(33), &NOBODY), ["too_long"]);
}

#[test]
fn unleash_refuses_nothing_that_unleash_would_take() {
    assert_eq!(unleash("Password1!"), [""; 0]);
    assert_eq!(unleash("Ada.Lovelace1"), [""; 0]);
}

#[test]
fn all_violations_are_told_at_once() {
    assert_eq!(unleash("aaa"), ["too_short", "repeats", "no_upper_case", "no_digit", "no_special"]);
    assert_eq!(nist("shop"), ["too_short", "is_product_name"]);
}

#[test]
fn lengths_are_bounds_that_are_within() {
    for (preset, min, max) in [(Preset::Nist, 8, 256), (Preset::Unleash, 10, 128)] {
        assert_eq!(preset.lengths(), Lengths { min, max });
    }
    let exact = Policy::new(Preset::Nist, Lengths { min: 9, max: 9 }, []);
    let judged = |text: &str| exact.check(text.to_owned().into(), &NOBODY).err().unwrap_or_default();
    assert_eq!(judged("zq vkw px"), []);
    assert_eq!(judged("zq vkw p"), [Violation::TooShort { length_min: 9 }]);
    assert_eq!(judged("zq vkw px!"), [Violation::TooLong { length_max: 9 }]);
}

#[test]
fn as_many_octets_as_any_format_holds_are_judged_in_full() {
    let generous = Policy::new(Preset::Nist, Lengths { min: 1, max: usize::MAX }, []);
    let judged = |octets: usize, context: &Context<'_>| {
        generous.check("\0".repeat(octets).into(), context).err().unwrap_or_default()
    };
    let context = Context { nul_allowed: false, ..NOBODY };
    assert_eq!(judged(PASSWORD_BYTES_MAX, &context), [Violation::HasNul]);
    assert_eq!(judged(PASSWORD_BYTES_MAX + 1, &context), [Violation::TooManyBytes { bytes_max: PASSWORD_BYTES_MAX }]);
}

#[test]
fn an_operators_own_words_are_refused_by_either_preset_and_empty_ones_are_none() {
    let of = |preset| Policy::new(preset, Lengths { min: 0, max: 99 }, [" Wombat-Wombat1 ".to_owned(), " ".to_owned()]);
    for preset in [Preset::Nist, Preset::Unleash] {
        let refused = of(preset).check("WOMBAT-wombat1".to_owned().into(), &NOBODY).unwrap_err();
        assert_eq!(refused, [Violation::Common], "{preset:?}");
    }
    assert!(of(Preset::Nist).check(String::new().into(), &NOBODY).is_ok());
}

#[test]
fn three_digits_behind_a_word_make_another_of_it() {
    assert_eq!(nist("analytical999"), [""; 0]);
    assert_eq!(nist("analytical9x"), [""; 0]);
}

#[test]
fn every_violation_has_a_code_and_a_message_of_its_own() {
    let all = [
        Violation::TooShort { length_min: 1 },
        Violation::TooLong { length_max: 1 },
        Violation::TooManyBytes { bytes_max: 1 },
        Violation::HasNul,
        Violation::Common,
        Violation::Breached,
        Violation::IsProductName,
        Violation::IsAddress,
        Violation::IsName,
        Violation::Repeats,
        Violation::NoLowerCase,
        Violation::NoUpperCase,
        Violation::NoDigit,
        Violation::NoSpecial,
        Violation::PreviouslyUsed,
        Violation::TooYoung,
        Violation::RefusedByStore,
    ];
    for of in [|violation: &Violation| violation.code().to_owned(), Violation::message] {
        let words: std::collections::BTreeSet<String> = all.iter().map(of).collect();
        assert!(words.len() == all.len() && !words.contains(""), "{words:?}");
    }
    let limited = all.iter().filter(|violation| violation.limit().is_some()).count();
    assert_eq!(limited, 3, "only what has a number in its message has a limit");
    assert_eq!(Violation::PreviouslyUsed.code(), "previously_used");
}

#[test]
fn messages_name_their_limit() {
    for violation in [
        Violation::TooShort { length_min: 41 },
        Violation::TooLong { length_max: 42 },
        Violation::TooManyBytes { bytes_max: 43 },
    ] {
        assert!(violation.message().contains(&violation.limit().unwrap().to_string()));
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged_without_panic(password: String, product: String, address: String, name: Option<String>) {
        let context = Context {
            product: &product, address: &address, name: name.as_deref(), bytes_max: Some(72), nul_allowed: false,
            breached: false,
        };
        let _ = policy(Preset::Nist).check(password.clone().into(), &context);
        let _ = policy(Preset::Unleash).check(password.into(), &context);
    }
}
