//! Servers that are gone, slow, strange, or somebody else.

use super::relay::Mood;
use super::{OpenLdap, find, load, write};
use crate::config::{self, LdapServer, LdapTls};
use crate::finding::Verdict;
use crate::users::conformance::{Fixture, GIVEN_UP_WITHIN, HURRY};
use crate::users::ldap::entry::Entry;
use crate::users::ldap::session::{ELSEWHERE_MAX, Login, OCTETS_MAX, Search, Session};
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ADA: &str = "ada@example.com";

async fn fault(store: &dyn UserStore) -> String {
    store.find(&[FoldedAddress::of(ADA)]).await.unwrap_err().to_string()
}

fn another(address: &str) -> LdapServer {
    let (host, port) = address.rsplit_once(':').unwrap();
    LdapServer { host: host.into(), port: port.parse().unwrap(), tls: LdapTls::Clear }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_given_up_in_time_and_is_asked_again_later() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", ADA);
    let store = fixture.hurried(HURRY, |_, _| {});
    for mood in [Mood::Silent, Mood::Deaf] {
        assert_eq!(find(&fixture.directory(|_, _| {}), ADA).await.len(), 1);
        fixture.relay.set(mood);
        let begun = Instant::now();
        let said = fault(&store).await;
        assert!(said.contains("does not answer in time") && said.contains("ldap://127.0.0.1:"), "{said}");
        store.load(&AccountId::new(id.as_str())).await.unwrap_err();
        assert!(begun.elapsed() < GIVEN_UP_WITHIN, "{:?}", begun.elapsed());
        fixture.relay.set(Mood::Cut);
        fixture.relay.set(Mood::Open);
    }
    let patient = fixture.directory(|_, _| {});
    assert_eq!(find(&patient, ADA).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_the_connection_is_asked_again_at_once() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", ADA);
    let store = fixture.directory(|_, _| {});
    let ada = load(&store, &id).await;
    for _ in 0..3 {
        fixture.relay.set(Mood::Cut);
        fixture.relay.set(Mood::Open);
        assert_eq!(find(&store, ADA).await.len(), 1);
    }
    fixture.relay.set(Mood::Cut);
    fixture.relay.set(Mood::Open);
    assert_eq!(write(&store, &ada, "new horse battery").await.unwrap(), Written::Yes(vec![]));
}

/// It is written, and nobody here can know: so nobody may say that it was not.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_after_the_password_was_sent_leaves_it_open() {
    let fixture = OpenLdap::new();
    let id = fixture.person("ada", ADA);
    let (store, dn) = (fixture.directory(|_, _| {}), fixture.branch.person("ada"));
    let ada = load(&store, &id).await;
    fixture.relay.hold_answers_after(b"1.3.6.1.4.1.4203.1.11.1");
    let cut_when_written = async {
        while !fixture.branch.accepts(&dn, "new horse battery") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        fixture.relay.set(Mood::Cut);
    };
    let (written, ()) = tokio::join!(write(&store, &ada, "new horse battery"), cut_when_written);
    assert_eq!(written.unwrap(), Written::Unknown);
    fixture.relay.set(Mood::Open);
    let state = load(&store, &id).await.password.unwrap();
    assert_ne!(state.expose(), ada.password.unwrap().expose(), "the state tells later");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_server_is_asked_when_the_first_is_gone_or_silent() {
    let fixture = OpenLdap::new();
    fixture.person("ada", ADA);
    let gone = format!("127.0.0.1:{}", crate::users::sql::test_database::free_port());
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    for first in [gone, mute.local_addr().unwrap().to_string()] {
        let store = fixture.directory(|_, ldap| ldap.servers.insert(0, another(&first)));
        assert_eq!(find(&store, ADA).await.len(), 1);
        let findings = store.examine().await;
        let about = |verdict, words: &str| {
            findings.iter().any(|finding| finding.verdict == verdict && finding.text.contains(words))
        };
        assert!(about(Verdict::Fails, &first) && about(Verdict::Holds, "lets the service account in"), "{findings:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_of_ours_is_named_and_not_tried_again_and_again() {
    let fixture = OpenLdap::new();
    let store = fixture.directory(|_, ldap| ldap.bind_password = "wrong".to_owned().into());
    let said = fault(&store).await;
    assert!(said.contains("49 (invalid credentials)") && said.contains("users.ldap.bind_dn"), "{said}");
    assert!(!said.contains("wrong"), "{said}");
    fixture.relay.set(Mood::Cut);
    assert_eq!(fault(&store).await, said, "the server is left in peace for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_referral_is_named_and_not_followed() {
    let fixture = OpenLdap::new();
    let branch = &fixture.branch;
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let url = format!("ldap://{}/", elsewhere.local_addr().unwrap());
    let dn = format!("ou=moved,{}", branch.people());
    let referral = [("objectClass", "referral"), ("objectClass", "extensibleObject"), ("ou", "moved"), ("ref", &url)];
    branch.add(&[(dn.clone(), referral.map(|(name, value)| (name, value.to_owned())).to_vec())]);
    let store = fixture.directory(|_, ldap| ldap.base = dn.clone());
    let said = fault(&store).await;
    assert!(said.contains("points elsewhere") && said.contains(&url), "{said}");
    fixture.person("ada", ADA);
    let above = fixture.directory(|_, _| {});
    assert_eq!(find(&above, ADA).await.len(), 1);
    let findings = above.examine().await;
    let named = |words: &str| findings.iter().any(|finding| finding.text.contains(words));
    assert!(named("a part of the tree is elsewhere"), "{findings:#?}");
    assert!(elsewhere.accept().is_err(), "nobody came");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_ldap_is_a_fault_and_no_panic_here() {
    for answer in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        b"\x30\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x84\xff\xff\xff\xff",
        b"",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answering = std::thread::spawn(move || {
            for stream in listener.incoming().take(1).flatten() {
                let mut stream = stream;
                let _ = stream.write_all(answer);
            }
        });
        let fixture = config::Ldap::for_test(&format!("ldap://{address}"), "dc=example,dc=com", "cn=regain", "sesame");
        let users = crate::users::conformance::users_config(config::StoreUrl::Ldap(Box::new(fixture.clone())));
        let limits = crate::users::sql::limits::TimeLimits { look_up: HURRY, write: HURRY };
        let store = super::Directory::with_limits(&users, &fixture, limits).unwrap();
        let said = fault(&store).await;
        assert!(said.starts_with("the user store cannot be asked"), "{said}");
        answering.join().unwrap();
    }
}

/// A message as a server sends it (RFC 4511 §4.1.1), to the first that is asked after the signing in.
fn message(operation: u8, parts: &[(u8, &[u8])]) -> Vec<u8> {
    let parts: Vec<u8> = parts.iter().flat_map(|(tag, octets)| ber(*tag, octets)).collect();
    ber(0x30, &[&b"\x02\x01\x02"[..], &ber(operation, &parts)].concat())
}

fn ber(tag: u8, octets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(octets.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, octets].concat()
}

/// A server that lets everybody in, and has one answer to all that is asked; it gives it until nobody listens.
fn strange(answer: Vec<u8>, times: usize) -> config::Ldap {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked);
                let _ = stream.write_all(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00");
                let _ = stream.read(&mut asked);
                let is_heard = |_: &usize| stream.write_all(&answer).is_ok();
                let _ = (0..times).take_while(is_heard).count();
                let _ = stream.read(&mut asked);
            });
        }
    });
    config::Ldap::for_test(&url, "dc=example,dc=com", "cn=regain", "sesame")
}

/// The library panics at these; nobody here does.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_half_ldap_is_a_fault_of_the_store() {
    let incomplete: &[(u8, &[u8])] = &[];
    for answer in [message(0x65, incomplete), message(0x65, &[(4, b"0")]), message(0x78, incomplete)] {
        let ldap = strange(answer, 1);
        let users = crate::users::conformance::users_config(config::StoreUrl::Ldap(Box::new(ldap.clone())));
        let limits = crate::users::sql::limits::TimeLimits { look_up: HURRY, write: HURRY };
        let store = super::Directory::with_limits(&users, &ldap, limits).unwrap();
        let said = fault(&store).await;
        assert!(said.starts_with("the user store cannot be asked"), "{said}");
        let session = session_with(&ldap).await;
        let failed = session.set_by_server("uid=ada", "new horse battery", Vec::new()).await.unwrap_err();
        assert!(!format!("{failed:?}").contains("horse"), "{failed:?}");
    }
}

async fn session_with(ldap: &config::Ldap) -> Session {
    let login = Login { dn: ldap.bind_dn.clone(), password: ldap.bind_password.clone() };
    let tls = crate::users::ldap::tls::believing(ldap).unwrap();
    Session::open(&ldap.servers[0], &tls, &login, tokio::time::Instant::now() + PATIENCE).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_sends_without_end_is_not_kept() {
    let place = [b"ldap://elsewhere.example.com/".as_slice(), &[b'x'; 4_000][..]].concat();
    let value = [&ber(4, b"mail")[..], &ber(0x31, &ber(4, &[b'x'; 4_000]).repeat(200))].concat();
    let entry = message(0x64, &[(4, b"uid=ada"), (0x30, &ber(0x30, &value))]);
    let note = message(0x79, &[(0x80, b"1.2.3")]);
    for endless in [message(0x73, &[(4, &place)]), entry, note] {
        let session = session_with(&strange(endless, 100_000)).await;
        let search = Search {
            base: "dc=example,dc=com",
            scope: ldap3::Scope::Subtree,
            filter: "(objectClass=*)".into(),
            attributes: vec!["mail".into()],
            entries_max: 400,
            types_only: false,
        };
        let found = session.search(search, tokio::time::Instant::now() + PATIENCE).await.unwrap();
        assert!(!found.is_all);
        assert!(found.elsewhere.iter().all(|place| place.len() <= 300) && found.elsewhere.len() <= ELSEWHERE_MAX);
        let octets: usize = found.entries.iter().map(Entry::octets).sum();
        assert!(octets <= OCTETS_MAX, "{octets}");
    }
}

/// However busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with a certificate of its own, in front of the real one.
struct Encrypted {
    port: u16,
    ca_file: tempfile::NamedTempFile,
}

impl Encrypted {
    /// For `name`; `upgrades`, if it begins in clear and takes StartTLS.
    async fn in_front_of(target: &str, name: &str, upgrades: bool) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
        let mut ca_file = tempfile::NamedTempFile::new().unwrap();
        ca_file.write_all(made.cert.pem().as_bytes()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, target) = (listener.local_addr().unwrap().port(), target.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    if upgrades && !start_tls(&mut stream).await {
                        return;
                    }
                    let Ok(mut inside) = acceptor.accept(stream).await else { return };
                    let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut inside, &mut server).await;
                });
            }
        });
        Self { port, ca_file }
    }

    fn server(&self, tls: LdapTls) -> LdapServer {
        LdapServer { host: "localhost".into(), port: self.port, tls }
    }
}

/// Takes the one request that may come in clear (RFC 4511 §4.14), with the message number 1. False, if it is another.
async fn start_tls(stream: &mut tokio::net::TcpStream) -> bool {
    let mut request = [0; 31];
    let is_whole = stream.read_exact(&mut request).await.is_ok();
    assert!(request.ends_with(b"1.3.6.1.4.1.1466.20037"), "nothing else comes in clear: {request:?}");
    is_whole && stream.write_all(b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00").await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_believed_if_its_authority_is_named_and_the_name_is_right() {
    let fixture = OpenLdap::new();
    fixture.person("ada", ADA);
    for (tls, upgrades) in [(LdapTls::Implicit, false), (LdapTls::StartTls, true)] {
        let right = Encrypted::in_front_of(&fixture.branch.address, "localhost", upgrades).await;
        let wrong = Encrypted::in_front_of(&fixture.branch.address, "other.example.com", upgrades).await;
        let through = |front: &Encrypted, ca: &Encrypted| {
            let (server, ca_file) = (front.server(tls), Some(ca.ca_file.path().to_owned()));
            fixture.directory(|_, ldap| (ldap.servers, ldap.ca_file) = (vec![server], ca_file))
        };
        assert_eq!(find(&through(&right, &right), ADA).await.len(), 1);
        for (front, ca) in [(&right, &wrong), (&wrong, &wrong)] {
            let said = fault(&through(front, ca)).await;
            assert!(said.contains("certificate") && said.contains("users.ldap.ca_file"), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_at_a_server_that_refuses_to_encrypt() {
    let fixture = OpenLdap::new();
    let address = fixture.branch.address.clone();
    let authority = Encrypted::in_front_of(&address, "localhost", false).await;
    // The real one has no certificate.
    let store = fixture.directory(|_, ldap| {
        ldap.servers = vec![LdapServer { tls: LdapTls::StartTls, ..another(&address) }];
        ldap.ca_file = Some(authority.ca_file.path().to_owned());
    });
    let said = fault(&store).await;
    assert!(said.contains("offers no encryption"), "{said}");
}
