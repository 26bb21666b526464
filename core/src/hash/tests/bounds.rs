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
fn planted_costs_are_refused_at_once_in_every_format() {
    for format in Format::all().filter(|format| !WITHOUT_COST.contains(&format.name())) {
        let planted: Vec<_> = PLANTED.iter().filter(|(name, _)| *name == format.name()).collect();
        assert!(!planted.is_empty(), "no cost is planted for {format:?}");
        for (_, stored) in planted {
            let stored = stored.replace("SALT", SALT).replace("BCRYPT", BCRYPT).replace("ZEROS", &"0".repeat(128));
            let (verified, kept) = (format.verify(&stored, b"x"), Recipe::keep_as(format, &stored));
            assert!(matches!(verified, Err(HashError::OutOfBounds { .. })), "{stored}: {verified:?}");
            let is_refused = matches!(kept, Err(HashError::OutOfBounds { .. } | HashError::NotKept { .. }));
            assert!(is_refused, "{stored}");
        }
    }
}

/// Their cost is the format's own, and stands in no hash.
const WITHOUT_COST: [&str; 6] =
    ["aspnet_identity_v2", "spring_pbkdf2", "better_auth_scrypt", "ldap_ssha", "ldap_ssha256", "ldap_ssha512"];

const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
const BCRYPT: &str = "A3ry71AczAQZMgk.20KuuuE3OGDNRgIUGbriACeZ.oxVzZHBT9hfK";
const PLANTED: &[(&str, &str)] = &[
    ("argon2id", "$argon2id$v=19$m=4294967295,t=1,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=1048577,t=1,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=99999999999999999999999,t=1,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=1048576,t=5,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=64,t=0,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=64,t=11,p=1$SALT"),
    ("argon2id", "$argon2id$v=19$m=640,t=1,p=17$SALT"),
    ("argon2id", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g"),
    ("argon2i", "$argon2i$v=19$m=4294967295,t=1,p=1$SALT"),
    ("django_argon2", "argon2$argon2id$v=19$m=64,t=4294967295,p=1$SALT"),
    ("spring_argon2", "{argon2}$argon2id$v=19$m=4294967295,t=1,p=1$SALT"),
    ("ldap_argon2", "{ARGON2}$argon2i$v=19$m=4294967295,t=1,p=1$SALT"),
    ("bcrypt", "$2b$31$BCRYPT"),
    ("bcrypt", "$2b$16$BCRYPT"),
    ("bcrypt", "$2b$03$BCRYPT"),
    ("php_bcrypt", "$2y$31$BCRYPT"),
    ("symfony_bcrypt", "$2y$31$BCRYPT"),
    ("drupal_bcrypt", "$2y$31$BCRYPT"),
    ("flask_bcrypt_long", "$2b$31$BCRYPT"),
    ("wordpress_bcrypt", "$wp$2y$31$BCRYPT"),
    ("django_bcrypt", "bcrypt$$2b$31$BCRYPT"),
    ("django_bcrypt_sha256", "bcrypt_sha256$$2b$31$BCRYPT"),
    ("spring_bcrypt", "{bcrypt}$2a$31$BCRYPT"),
    ("ldap_crypt_bcrypt", "{CRYPT}$2b$31$BCRYPT"),
    ("passlib_bcrypt_sha256", "$bcrypt-sha256$v=2,t=2b,r=31$A3ry71AczAQZMgk.20Kuuu$E3OGDNRgIUGbriACeZ.oxVzZHBT9hfK"),
    ("phc_pbkdf2_sha256", "$pbkdf2-sha256$i=4294967295,l=32$SALT"),
    ("phc_pbkdf2_sha256", "$pbkdf2-sha256$i=0,l=32$SALT"),
    ("phc_pbkdf2_sha512", "$pbkdf2-sha512$i=10000001,l=32$SALT"),
    ("passlib_pbkdf2_sha256", "$pbkdf2-sha256$99999999$SALT"),
    ("passlib_pbkdf2_sha512", "$pbkdf2-sha512$99999999$SALT"),
    ("ldap_pbkdf2_sha1", "{PBKDF2}4294967295$SALT"),
    ("ldap_pbkdf2_sha1", "{PBKDF2-SHA1}4294967295$SALT"),
    ("ldap_pbkdf2_sha256", "{PBKDF2-SHA256}4294967295$SALT"),
    ("ldap_pbkdf2_sha512", "{PBKDF2-SHA512}4294967295$SALT"),
    ("werkzeug_pbkdf2", "pbkdf2:sha256:4294967296$salt$ZEROS"),
    ("django_pbkdf2_sha256", "pbkdf2_sha256$10000001$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0="),
    ("django_pbkdf2_sha256", "pbkdf2_sha256$0$seasalt$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0="),
    ("django_pbkdf2_sha256", "pbkdf2_sha256$1000$$Gaj9ap7HCf/WrHVjmTZkNmTvRw42OtMj2Mm9VxV4Kq0="),
    ("aspnet_identity_v3", "AQAAAAE/////AAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw=="),
    ("aspnet_identity_v3", "AQAAAAEAACcQ/////wABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw=="),
    ("django_scrypt", "scrypt$4294967296$salt$8$1$ZEROS"),
    ("django_scrypt", "scrypt$1048576$salt$32$1$ZEROS"),
    ("django_scrypt", "scrypt$131072$salt$16$16$ZEROS"),
    ("werkzeug_scrypt", "scrypt:9223372036854775808:8:1$salt$ZEROS"),
    ("werkzeug_scrypt", "scrypt:32768:4294967295:4294967295$salt$ZEROS"),
    ("spring_scrypt", "{scrypt}$ff0801$AAAAAAAAAAAAAAAAAAAAAA==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc="),
    ("firebase_scrypt", "$fbscrypt$v=1,n=31,r=8,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA"),
    ("firebase_scrypt", "$fbscrypt$v=1,n=14,r=4294967295,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA"),
    ("scrypt_crypt", "$7$z6..../....salt$qYxe"),
    ("scrypt_crypt", "$7$Czzzzzzzzzzsalt$qYxe"),
    ("phpass", "$P$S2345678WYrJRUdXYLPVyMnbd1Rqjc."),
    ("phpass", "$H$S2345678WYrJRUdXYLPVyMnbd1Rqjc."),
    ("wordpress_phpass", "$P$S2345678WYrJRUdXYLPVyMnbd1Rqjc."),
    ("drupal_sha512", "$S$S3783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLfA"),
    ("drupal_sha512", "U$S$S3783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLfA"),
    ("sha512_crypt", "$6$rounds=999999999$salt$digest"),
    ("sha256_crypt", "$5$rounds=999999999$salt$digest"),
    ("ldap_crypt", "{CRYPT}$6$rounds=999999999$salt$digest"),
    ("ldap_crypt", "{CRYPT}$y$jzT$LdJMENpBABJJ3hIHjB1Bi.$qYxe"),
    ("yescrypt", "$y$jzT$LdJMENpBABJJ3hIHjB1Bi.$qYxe"),
    ("gost_yescrypt", "$gy$j9z$LdJMENpBABJJ3hIHjB1Bi.$qYxe"),
];

#[test]
fn damaged_hashes_are_errors() {
    const SALT: &str = "SCVdmT2DseOEregt1NWGwg$0o62zDVftP9nW6SUIzmBmqUYDHoE8NtCiZJDoqcaM4g";
    for stored in [
        format!("$argon2id$v=19$m=64,t=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,data=AAAA${SALT}"),
        format!("$argon2id$v=19$m=+64,t=1,p=1${SALT}"),
        format!("$argon2id$v=19$m=,t=1,p=1${SALT}"),
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
        format!("$pbkdf2-sha256$i=1000,l=31${SALT}"),
        "$6$rounds=1000$seventeen-letters$digest".into(),
        "{SSHA}AAAA".into(),
        "$fbscrypt$v=1,n=1,r=1,p=1,ss=,sk=$AAAA$".into(),
        "$fbscrypt$v=1,n=1,r=1,p=1,ss=,sk=AAAA$AAAA$AAAAAAAA".into(),
    ] {
        assert!(
            matches!(verify(&stored, b"x"), Err(HashError::Malformed { .. })),
            "{stored}: {:?}",
            verify(&stored, b"x")
        );
    }
}
