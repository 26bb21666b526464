//! `[admin]`: health, metrics and the delivery timeline.

use super::key::{Key, keys};
use super::server::socket_address;
use super::settings::{Settings, refusal};
use std::net::SocketAddr;

/// `[admin]`
#[derive(Debug, Clone)]
pub struct Admin {
    /// The admin port.
    pub listen: SocketAddr,
    /// Names that it is reached by, beside IP addresses and `localhost`.
    pub hosts: Vec<String>,
}

keys! {
    LISTEN = Key::text(
        "admin.listen",
        "Address and port of the admin port, never the public one; port 0 takes a free one. Only this machine by \
         default; elsewhere every path but `/healthz` needs an API token.",
    ).or("127.0.0.1:9090").such_as("\"127.0.0.1:9090\"");
    HOSTS = Key::texts(
        "admin.hosts",
        "Names, without a port, by which the page, the API and the metrics of the admin port may be reached on this \
         machine, beside IP addresses and `localhost`: those of a proxy before it. To no other name it answers, since any web \
         page could have one made that points here.",
    ).such_as("[\"regain-admin.internal\"]");
}

/// Reads the section. `public` is where the public port listens.
pub(super) fn read(settings: &mut Settings, public: Option<SocketAddr>) -> Option<Admin> {
    let listen = settings.parsed(&LISTEN, socket_address)?;
    if listen.port() != 0 && public == Some(listen) {
        settings.refuse(&LISTEN, refusal("is the public port", "an address or port other than `server.listen`"));
    }
    Some(Admin { listen, hosts: settings.texts(&HOSTS).unwrap_or_default() })
}
