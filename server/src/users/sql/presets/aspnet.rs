//! ASP.NET Core Identity.

use super::{For, PLAIN, Preset, Step};
use crate::users::sql::engine::Engine::{Mysql, Postgres, Sqlite};

/// ASP.NET Core Identity 6 to 10 with Entity Framework and the default names.
///
/// - Table and columns: `IdentityUserContext.OnModelCreatingVersion1` and the later ones. Npgsql keeps the capitals, so
///   PostgreSQL needs the names quoted.
/// - Who may reset: `ForgotPassword.cshtml.cs` of the default pages mails confirmed addresses alone. A lock-out
///   (`LockoutEnd`) does not stop a reset there, and a reset does not lift it.
/// - Sessions: `UserManager.UpdatePasswordHash` rotates `SecurityStamp`, which `SecurityStampValidator` compares with
///   the cookie's every 30 minutes by default. Reset tokens of `DataProtectorTokenProvider` hold it as well.
/// - `ConcurrencyStamp` changes with each write of `UserStore.UpdateAsync`, which writes the whole row: rotated here
///   too, so that a write under way in the application fails rather than putting the old password back.
///
/// A stamp has to be one that nobody can guess. MariaDB has no `RANDOM_BYTES` before 10.10, and `UUID()` counts time:
/// there it is a digest of the new stored password, with its random salt.
pub(super) const ASPNET: Preset = Preset {
    name: "aspnet",
    table: "AspNetUsers",
    id: "Id",
    email: "Email",
    password: "PasswordHash",
    email_verified: Some("EmailConfirmed"),
    after_reset: &[
        For::on(
            &[Sqlite],
            Step::run(
                "UPDATE AspNetUsers SET SecurityStamp = hex(randomblob(16)), \
                 ConcurrencyStamp = lower(hex(randomblob(16))) WHERE Id = :id",
            ),
        ),
        For::on(
            &[Postgres],
            Step::run(
                "UPDATE \"AspNetUsers\" SET \
                 \"SecurityStamp\" = upper(replace(gen_random_uuid()::text, '-', '')), \
                 \"ConcurrencyStamp\" = gen_random_uuid()::text WHERE \"Id\" = :id",
            ),
        ),
        For::on(
            &[Mysql],
            Step::run(
                "UPDATE AspNetUsers SET \
                 SecurityStamp = UPPER(LEFT(SHA2(CONCAT('security', :hash), 256), 32)), \
                 ConcurrencyStamp = LEFT(SHA2(CONCAT('concurrency', :hash), 256), 32) WHERE Id = :id",
            ),
        ),
    ],
    sessions: "the security stamp is rotated: cookies end when the application next compares it, by default within 30 \
               minutes (SecurityStampValidatorOptions.ValidationInterval), and Identity's own reset links at once",
    marks: &[("AspNetUsers", &["Email", "PasswordHash", "SecurityStamp", "ConcurrencyStamp"])],
    ..PLAIN
};
