//! What a server says of itself, in the entry without a name (RFC 4512 §5.1).

use super::entry::Entry;
use super::failure::Failure;
use super::session::{Search, Session};
use ldap3::Scope;
use tokio::time::Instant;

/// What a server is, and can.
#[derive(Debug, Clone)]
pub(super) struct RootDse(Entry);

impl RootDse {
    /// Asks a server.
    pub(super) async fn read(session: &Session, until: Instant) -> Result<Self, Failure> {
        let attributes = ["objectClass", "vendorName", "vendorVersion", "namingContexts", CONTROLS, EXTENSIONS];
        let search = Search {
            base: "",
            scope: Scope::Base,
            filter: "(objectClass=*)".into(),
            attributes: attributes.map(String::from).to_vec(),
            entries_max: 1,
            types_only: false,
        };
        let found = session.search(search, until).await?;
        let hidden = || Failure::Unusable("it does not show its root entry (\"\"), which says what it can".into());
        found.entries.into_iter().next().map(Self).ok_or_else(hidden)
    }

    /// Whether it takes this control.
    pub(super) fn has_control(&self, oid: &str) -> bool {
        self.0.all(CONTROLS).any(|found| found == oid)
    }

    /// Whether it knows this extended operation.
    pub(super) fn has_extension(&self, oid: &str) -> bool {
        self.0.all(EXTENSIONS).any(|found| found == oid)
    }

    /// The product, as far as it names itself.
    pub(super) fn vendor(&self) -> String {
        if self.0.all("objectClass").any(|class| class == "OpenLDAProotDSE") {
            return "OpenLDAP".into();
        }
        let named: Vec<_> = ["vendorName", "vendorVersion"].into_iter().filter_map(|name| self.0.first(name)).collect();
        if named.is_empty() { "an LDAP server".into() } else { crate::plain::one_line(&named.join(" ")) }
    }
}

/// The assertion control (RFC 4528).
pub(super) const ASSERTION: &str = "1.3.6.1.1.12";
/// The Password Modify extended operation (RFC 3062).
pub(super) const PASSWORD_MODIFY: &str = "1.3.6.1.4.1.4203.1.11.1";
const CONTROLS: &str = "supportedControl";
const EXTENSIONS: &str = "supportedExtension";
