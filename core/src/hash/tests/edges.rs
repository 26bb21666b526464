//! Where a bound lies: what is just within it is taken, and a step further is refused.

use super::*;

#[test]
fn what_costs_as_much_as_it_may_is_kept_and_a_step_more_is_refused() {
    for (format, text, within, beyond) in EDGES {
        let format = Format::named(format).unwrap();
        let keep = |cost: &&str| {
            let parts = text.replace("SALT", SALT).replace("BCRYPT", BCRYPT).replace("A64", &ZEROS_64);
            Recipe::keep_as(format, &parts.replace("COST", cost))
        };
        for cost in *within {
            assert!(keep(cost).is_ok(), "{format:?}, {cost}: {:?}", keep(cost));
        }
        for cost in *beyond {
            assert!(matches!(keep(cost), Err(HashError::OutOfBounds { .. })), "{format:?}, {cost}: {:?}", keep(cost));
        }
    }
}

/// A format, its text but for the cost, costs that are just allowed, and costs that just are not.
type Edges = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const EDGES: &[Edges] = &[
    (
        "argon2id",
        "$argon2id$v=19$COST$SALT",
        &["m=1048576,t=4,p=1", "m=8,t=10,p=1", "m=128,t=1,p=16"],
        &["m=1048577,t=3,p=1", "m=838861,t=5,p=1", "m=7,t=1,p=1", "m=8,t=11,p=1", "m=8,t=0,p=1", "m=136,t=1,p=17"],
    ),
    ("bcrypt", "$2b$COST$BCRYPT", &["04", "15"], &["03", "16"]),
    ("phc_pbkdf2_sha256", "$pbkdf2-sha256$i=COST,l=32$SALT", &["1", "10000000"], &["0", "10000001"]),
    ("werkzeug_pbkdf2", "pbkdf2:sha512:COST$salt$A64", &["1", "10000000"], &["0", "10000001"]),
    (
        "werkzeug_scrypt",
        "scrypt:COST$salt$A64",
        // 2^20 blocks of 256 octets are 256 MiB; four times that is all the work there may be.
        &["1048576:2:4", "65536:32:4", "2:1:16", "2:32:16"],
        &["1048576:2:5", "65536:32:5", "1048576:3:1", "2097152:1:1", "2:33:1", "2:1:17", "1:1:1"],
    ),
    ("sha512_crypt", "$6$rounds=COST$salt$digest", &["1000", "5000000"], &["999", "5000001"]),
    ("drupal_sha512", "$S$COST3783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLfA", &["5", "I"], &["4", "J"]),
    (
        "yescrypt",
        "$y$jCOST$LdJMENpBABJJ3hIHjB1Bi.$...........................................",
        &["51", "FT"],
        &["41", "50", "GT", "FU"],
    ),
];

const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
const BCRYPT: &str = "A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
/// 64 octets in hexadecimal.
static ZEROS_64: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "0".repeat(128));

#[test]
fn a_text_of_the_longest_length_is_read_and_a_longer_one_is_not() {
    let text = |bytes: usize| format!("{:A<bytes$}", "$argon2id$v=19$");
    let what = |stored: &str| match Format::named("argon2id").unwrap().verify(stored, b"x") {
        Err(HashError::Malformed { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    assert_ne!(what(&text(1024)), what(&text(1025)));
    assert!(what(&text(1025)).contains("longer"));
}

#[test]
fn a_password_of_the_longest_length_is_hashed_and_a_longer_one_is_not() {
    let recipe =
        Recipe::keep("$argon2id$v=19$m=8,t=1,p=1$SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g");
    let make = |bytes| recipe.clone().unwrap().make_unruled(&vec![b'x'; bytes], &Counting::default());
    assert!(make(PASSWORD_BYTES_MAX).is_ok());
    let too_long = HashError::PasswordTooLong { format: "argon2id", bytes_max: PASSWORD_BYTES_MAX };
    assert_eq!(make(PASSWORD_BYTES_MAX + 1).unwrap_err(), too_long);
}

#[test]
fn wordpress_counts_the_slashes_that_it_adds() {
    let recipe = Recipe::keep("$wp$2y$04$0gRRakr9T6otETyVROr7RegLuJipClAVkvVSZEqY/XegpyFlgVP7G").unwrap();
    let make = |password: &[u8]| recipe.make_unruled(password, &Counting::default());
    assert!(make(&[b'\''; PASSWORD_BYTES_MAX / 2]).is_ok());
    assert!(matches!(make(&[b'\''; PASSWORD_BYTES_MAX / 2 + 1]), Err(HashError::PasswordTooLong { .. })));
}

#[test]
fn an_encrypted_column_is_told_by_all_its_signs() {
    for stored in [r#"{"key_id":"abc"}"#, r#"{"nonce":"wQ+0Iw=="}"#, r#"["key_id","nonce"]"#] {
        assert_eq!(verify(stored, b"x"), Err(HashError::Unknown), "{stored}");
    }
    assert_eq!(verify(r#"{"key_id":"abc","nonce":"wQ+0Iw=="}"#, b"x"), Err(HashError::Encrypted));
}
