//! The presets, one file each.

use super::{
    Preset, aspnet, better_auth, django, drupal, flask, gotrue, laravel, phoenix, rails, spring, symfony, unleash,
    wordpress,
};

/// Every preset, in the order of the documentation.
pub static ALL: &[Preset] = &[
    django::DJANGO,
    rails::RAILS,
    laravel::LARAVEL,
    symfony::SYMFONY,
    spring::SPRING,
    aspnet::ASPNET,
    wordpress::WORDPRESS,
    drupal::DRUPAL,
    phoenix::PHOENIX,
    flask::FLASK,
    unleash::UNLEASH,
    gotrue::GOTRUE,
    better_auth::BETTER_AUTH,
];
