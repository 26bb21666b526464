//! What is planted or damaged costs nothing and breaks nothing.

use super::*;

#[test]
fn no_password_beyond_the_bound_is_hashed() {
    for (format, stored) in cheap_hashes() {
        let answer = format.verify(stored.expose(), &vec![b'x'; 1_000_000]);
        assert!(matches!(answer, Err(HashError::PasswordTooLong { .. })), "{answer:?}");
    }
}

#[test]
fn planted_costs_are_refused_at_once() {
    const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    for stored in [
        format!("$argon2id$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=1048577,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=99999999999999999999999,t=1,p=1${SALT}"),
        format!("argon2$argon2id$v=19$m=64,t=4294967295,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=0,p=1${SALT}"),
        format!("$argon2id$v=19$m=640,t=1,p=17${SALT}"),
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g".into(),
        "$2b$31$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$16$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$03$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        format!("$argon2i$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("{{argon2}}$argon2id$v=19$m=4294967295,t=1,p=1${SALT}"),
        format!("scrypt$4294967296$salt$8$1${}", "A".repeat(88)),
        format!("scrypt$1048576$salt$32$1${}", "A".repeat(88)),
        format!("scrypt$131072$salt$16$16${}", "A".repeat(88)),
        format!("scrypt:9223372036854775808:8:1$salt${}", "0".repeat(128)),
        format!("scrypt:32768:4294967295:4294967295$salt${}", "0".repeat(128)),
        format!("pbkdf2:sha256:4294967296$salt${}", "0".repeat(64)),
        format!("$pbkdf2-sha256$99999999$c2FsdA${}", "A".repeat(43)),
        "{scrypt}$ff0801$AAAAAAAAAAAAAAAAAAAAAA==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=".into(),
        "AQAAAAE/////AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".into(),
        "AQAAAAEAACcQ/////wABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==".into(),
        "$bcrypt-sha256$v=2,t=2b,r=31$A3ry71AczAQZMgk.20Kuuu$E3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$wp$2y$31$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$S$S3783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLfA".into(),
        "$6$rounds=999999999$salt$digest".into(),
        "$y$jFT$LdJMENpBABJJ3hIHjB1Bi.$qYxezzz".replace("zzz", &"A".repeat(39)).replace("jFT", "jzT"),
        "pbkdf2_sha256$10000001$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$0$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$1000$$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
    ] {
        assert!(matches!(verify(&stored, b"x"), Err(HashError::OutOfBounds { .. })), "{stored}");
        assert!(matches!(Recipe::keep(&stored), Err(HashError::OutOfBounds { .. })), "{stored}");
    }
}

#[test]
fn damaged_hashes_are_errors() {
    const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    for stored in [
        format!("$argon2id$v=19$m=64,t=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,data=AAAA${SALT}"),
        format!("$argon2id$v=19$m=+64,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=16${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}$"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}="),
        format!("$argon2id$v=19$m=64,t=1,p=1${}", "A".repeat(2000)),
        "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hf".into(),
        "$2b$4$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfKK".into(),
        "$2b$04$A3ry71AczAQZMgk!20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK".into(),
        "$2b$04$A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9éf".into(),
        "pbkdf2_sha256$1000$seasalt".into(),
        "pbkdf2_sha256$1e3$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0=".into(),
        "pbkdf2_sha256$1000$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0".into(),
        "pbkdf2_sha256$1000$seasalt$AAAA".into(),
    ] {
        assert!(
            matches!(verify(&stored, b"x"), Err(HashError::Malformed { .. })),
            "{stored}: {:?}",
            verify(&stored, b"x")
        );
    }
}
