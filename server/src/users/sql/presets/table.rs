//! The presets themselves.

use super::Preset;

/// Every preset, in the order of the documentation.
pub static ALL: &[Preset] =
    &[DJANGO, RAILS, LARAVEL, SYMFONY, SPRING, ASPNET, WORDPRESS, DRUPAL, PHOENIX, FLASK, UNLEASH, GOTRUE, BETTER_AUTH];

const DJANGO: Preset = Preset { name: "django", ..PLAIN };
const RAILS: Preset = Preset { name: "rails", ..PLAIN };
const LARAVEL: Preset = Preset { name: "laravel", ..PLAIN };
const SYMFONY: Preset = Preset { name: "symfony", ..PLAIN };
const SPRING: Preset = Preset { name: "spring", ..PLAIN };
const ASPNET: Preset = Preset { name: "aspnet", ..PLAIN };
const WORDPRESS: Preset = Preset { name: "wordpress", ..PLAIN };
const DRUPAL: Preset = Preset { name: "drupal", ..PLAIN };
const PHOENIX: Preset = Preset { name: "phoenix", ..PLAIN };
const FLASK: Preset = Preset { name: "flask", ..PLAIN };
const UNLEASH: Preset = Preset { name: "unleash", ..PLAIN };
const GOTRUE: Preset = Preset { name: "gotrue", ..PLAIN };
const BETTER_AUTH: Preset = Preset { name: "better-auth", ..PLAIN };

/// What the others differ from.
const PLAIN: Preset = Preset {
    name: "",
    table: "users",
    id: "id",
    email: "email",
    password: "password",
    owner_name: None,
    locale: None,
    eligible: &[],
    email_verified: None,
    hash: "keep",
    credentials: None,
    history: None,
    after_reset: &[],
    role: None,
    sessions: "",
    marks: &[],
};
