//! Which server it is, by what it says of itself.

use crate::users::ldap::inspect::{Entry, Schema};
use std::fmt;

/// A server that is known here, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    OpenLdap,
    /// 389 Directory Server, and Red Hat's.
    Ds389,
    ActiveDirectory,
    /// Active Directory, as Samba serves it.
    Samba,
    Lldap,
    /// As it names itself, if it does.
    Other(Option<String>),
}

impl Kind {
    /// By the root DSE; by the schema, where that is not shown.
    pub(super) fn of(root: &Entry, schema: &Schema) -> Self {
        let vendor = root.first("vendorName").unwrap_or_default();
        if root.all("supportedCapabilities").any(|oid| oid == ACTIVE_DIRECTORY) {
            return if vendor.contains("Samba") { Self::Samba } else { Self::ActiveDirectory };
        }
        if root.all("objectClass").any(|class| class.eq_ignore_ascii_case("OpenLDAProotDSE")) {
            return Self::OpenLdap;
        }
        match vendor {
            "LLDAP" => Self::Lldap,
            "389 Project" | "Red Hat" => Self::Ds389,
            "" if schema.has_class("OpenLDAPperson") => Self::OpenLdap,
            "" if schema.has_class("user") && schema.has_class("foreignSecurityPrincipal") => Self::ActiveDirectory,
            "" => Self::Other(None),
            other => Self::Other(Some(crate::plain::one_line(other))),
        }
    }

    /// What fills in the rest, if anything does.
    pub(super) fn preset(&self) -> Option<&'static str> {
        match self {
            Self::OpenLdap => Some("openldap"),
            Self::ActiveDirectory | Self::Samba => Some("active-directory"),
            Self::Ds389 | Self::Lldap | Self::Other(_) => None,
        }
    }

    pub(super) fn is_active_directory(&self) -> bool {
        matches!(self, Self::ActiveDirectory | Self::Samba)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OpenLdap => "OpenLDAP",
            Self::Ds389 => "389 Directory Server",
            Self::ActiveDirectory => "Active Directory",
            Self::Samba => "Active Directory (Samba)",
            Self::Lldap => "LLDAP",
            Self::Other(None) => "an LDAP server that does not name itself",
            Self::Other(Some(name)) => name,
        })
    }
}

/// A capability (MS-ADTS 3.1.1.3.4.3.1).
const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";

#[cfg(test)]
mod tests {
    use super::super::tests::recorded;
    use super::*;

    #[test]
    fn each_server_is_known_by_its_root_entry() {
        for (file, kind) in [
            (include_str!("tests/openldap.ldif"), Kind::OpenLdap),
            (include_str!("tests/389ds.ldif"), Kind::Ds389),
            (include_str!("tests/samba.ldif"), Kind::Samba),
            (include_str!("tests/windows.ldif"), Kind::ActiveDirectory),
            (include_str!("tests/lldap.ldif"), Kind::Lldap),
        ] {
            assert_eq!(Kind::of(&recorded(file), &Schema::default()), kind);
        }
    }

    #[test]
    fn a_server_that_says_nothing_is_known_by_its_schema_or_not_at_all() {
        let nothing = Entry::default();
        let kind = |classes: &[&str]| Kind::of(&nothing, &Schema::with(&[], classes));
        assert_eq!(kind(&["inetOrgPerson", "OpenLDAPperson"]), Kind::OpenLdap);
        assert_eq!(kind(&["user", "foreignSecurityPrincipal"]), Kind::ActiveDirectory);
        assert_eq!(kind(&["inetOrgPerson", "user"]), Kind::Other(None));
        let other = Entry::of("", &[("vendorName", "ForgeRock\nAS")]);
        assert!(!Kind::of(&other, &Schema::default()).to_string().contains('\n'));
    }
}
