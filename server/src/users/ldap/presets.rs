//! What is usual in a kind of directory.

/// The words of the configuration for one kind of directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// As in `users.preset`.
    pub name: &'static str,
    /// Which entries are accounts.
    pub filter: &'static str,
    /// The attribute that an account is known by.
    pub id: &'static str,
    /// The attribute with its address.
    pub email: &'static str,
    /// Attributes with further addresses.
    pub more_addresses: &'static [&'static str],
    /// The attribute with the owner's name.
    pub owner_name: &'static str,
    /// The attribute with the owner's language.
    pub locale: &'static str,
    /// Who may reset; `None` leaves that to what the directory says of closed accounts.
    pub eligible: Option<&'static str>,
    /// The first of these that an entry shows changes with its password.
    pub state: &'static [&'static str],
}

impl Preset {
    /// The preset of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|preset| preset.name == name)
    }
}

/// Every preset.
pub const ALL: &[Preset] = &[OPENLDAP];

/// OpenLDAP, with or without its policy overlay (`slapo-ppolicy`). Also what is assumed of a directory without a preset:
/// its attributes are those of the standards (RFC 2798, 4524, 4530), and what a server does not know it does not show.
pub const OPENLDAP: Preset = Preset {
    name: "openldap",
    filter: "(objectClass=inetOrgPerson)",
    id: "entryUUID",
    email: "mail",
    more_addresses: &[],
    owner_name: "cn",
    locale: "preferredLanguage",
    eligible: None,
    // Each write of an entry moves its entryCSN, so it stands in where no policy keeps the other.
    state: &["pwdChangedTime", "entryCSN"],
};
