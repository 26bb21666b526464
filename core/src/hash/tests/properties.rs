//! What holds of any text and any password.

use super::*;
use proptest::prelude::*;

/// Texts that get past the opening: a cheap hash with a piece of it replaced.
fn nearly_right() -> impl Strategy<Value = (Format, String)> {
    let texts: Vec<_> = cheap_hashes().iter().map(|(format, stored)| (*format, stored.expose().to_owned())).collect();
    (proptest::sample::select(texts), any::<(prop::sample::Index, prop::sample::Index)>(), "[$=,./a-z0-9é]{0,3}")
        .prop_map(|((format, text), (from, to), piece)| {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            (format, format!("{}{piece}{}", &text[..from.min(to)], &text[from.max(to)..]))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_identified_and_verified_without_panic(stored: String, password: Vec<u8>) {
        let _ = identify(&stored);
        let _ = verify(&stored, &password);
        let _ = Recipe::keep(&stored);
    }

    #[test]
    fn nearly_right_texts_are_read_without_panic((format, stored) in nearly_right()) {
        let _ = identify(&stored);
        let _ = Recipe::keep_as(format, &stored);
    }

    #[test]
    fn any_text_is_read_as_any_format_without_panic(stored: String) {
        for format in Format::all() {
            let _ = Recipe::keep_as(format, &stored);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn what_is_made_verifies(password in "[!-~äß🔑][^\0]{0,16}[!-~]", other in "[!-~]{1,18}") {
        for recipe in cheap() {
            let made = recipe.make_unruled(password.as_bytes(), &Counting::default()).unwrap();
            let format = recipe.format();
            prop_assert_eq!(format.verify(made.expose(), password.as_bytes()), Ok(true));
            prop_assert_eq!(format.verify(made.expose(), other.as_bytes()), Ok(password == other));
        }
    }
}
