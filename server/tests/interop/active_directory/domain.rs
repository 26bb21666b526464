//! A domain of Active Directory, served by Samba on an address of its own.

use crate::application::prepared;
use crate::program::run;
use crate::support::process::{DEADLINE, free_port, needed};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Mod, Scope, SearchEntry};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// One that runs for as long as these tests do, with an account for Regain that has the rights of the guide.
pub(crate) struct Domain {
    address: String,
    folder: PathBuf,
    /// Samba ends as soon as nobody holds the other end of its standard input.
    _server: Child,
}

/// What the name of every entry ends with.
pub(crate) const ROOT: &str = "DC=example,DC=test";
/// Where the people are.
pub(crate) const PEOPLE: &str = "OU=People,DC=example,DC=test";
/// Regain's account, and its password.
pub(crate) const SERVICE: (&str, &str) = ("regain@example.test", "Service-Lantern-Orbit-93");

impl Domain {
    /// The one that all tests share: it takes Samba some seconds to make one.
    pub(crate) fn shared() -> &'static Self {
        static DOMAIN: OnceLock<Domain> = OnceLock::new();
        DOMAIN.get_or_init(Self::start)
    }

    fn start() -> Self {
        let prepared = prepared("active-directory");
        let folder = prepared.join("domain");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        let address = free_address();
        make_certificate(&folder, &address);
        let mut provision = Command::new("/usr/bin/python3");
        provision.arg(prepared.join("provision.py")).arg(&folder).args([&address, ADMINISTRATOR.1]);
        run(provision);
        delegate(&folder);
        let server = serve(&folder);
        let domain = Self { address, folder, _server: server };
        domain.wait();
        domain
    }

    /// `ldaps://…`, at an address that its certificate names.
    pub(crate) fn url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    /// The same server without encryption from the start.
    pub(crate) fn clear_url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// The certificate, which has signed itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join(CERTIFICATE)
    }

    /// Makes an account of this name, with [`OLD_PASSWORD`](crate::story::OLD_PASSWORD) and these attributes besides.
    pub(crate) async fn add_person(&self, name: &str, attributes: &[(&str, &str)]) {
        let dn = person(name);
        let mut administrator = self.administrator().await;
        let password = in_utf16(crate::story::OLD_PASSWORD);
        let principal = format!("{name}@example.test");
        let mut all = vec![
            ("objectClass", b"user".as_slice()),
            ("sAMAccountName", name.as_bytes()),
            ("userPrincipalName", principal.as_bytes()),
            ("unicodePwd", &password),
            ("userAccountControl", b"512"),
        ];
        all.extend(attributes.iter().map(|(name, value)| (*name, value.as_bytes())));
        let mut added: Vec<(Vec<u8>, HashSet<Vec<u8>>)> = Vec::new();
        for (name, value) in all {
            match added.iter_mut().find(|(earlier, _)| earlier == name.as_bytes()) {
                Some((_, values)) => drop(values.insert(value.to_vec())),
                None => added.push((name.into(), HashSet::from([value.to_vec()]))),
            }
        }
        administrator.add(&dn, added).await.unwrap().success().unwrap();
    }

    /// Makes so many accounts that share an address, without passwords.
    pub(crate) async fn add_crowd(&self, address: &str, count: usize) {
        let mut administrator = self.administrator().await;
        for n in 0..count {
            let name = format!("crowd-{n}");
            let attributes = [("objectClass", "user"), ("sAMAccountName", &name), ("mail", address)];
            let attributes = attributes.map(|(name, value)| (name, HashSet::from([value]))).to_vec();
            administrator.add(&person(&name), attributes).await.unwrap().success().unwrap();
        }
    }

    /// As an administrator, gives an attribute of a person this value.
    pub(crate) async fn set(&self, name: &str, attribute: &str, value: &str) {
        self.replace(&person(name), attribute, value).await;
    }

    /// As an administrator, gives an attribute of any entry this value.
    pub(crate) async fn replace(&self, dn: &str, attribute: &str, value: &str) {
        let change = Mod::Replace(attribute, HashSet::from([value]));
        self.administrator().await.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    /// What an attribute of a person has.
    pub(crate) async fn value(&self, name: &str, attribute: &str) -> Option<String> {
        self.read(&person(name), attribute).await.into_iter().next()
    }

    /// Whether the root DSE offers this control.
    pub(crate) async fn offers(&self, control: &str) -> bool {
        self.read("", "supportedControl").await.iter().any(|offered| offered == control)
    }

    async fn read(&self, dn: &str, attribute: &str) -> Vec<String> {
        let mut administrator = self.administrator().await;
        let found = administrator.search(dn, Scope::Base, "(objectClass=*)", vec![attribute]).await.unwrap();
        let (entries, _) = found.success().unwrap();
        let mut entry = SearchEntry::construct(entries.into_iter().next().unwrap());
        entry.attrs.remove(attribute).unwrap_or_default()
    }

    /// Whether this person is let in with this password.
    pub(crate) async fn lets_in(&self, name: &str, password: &str) -> bool {
        let mut connection = self.connect().await;
        let answer = connection.simple_bind(&format!("{name}@example.test"), password).await.unwrap();
        assert!(matches!(answer.rc, 0 | 49), "{answer:?}");
        answer.rc == 0
    }

    /// A connection as Regain's account.
    pub(crate) async fn service(&self) -> Ldap {
        self.bound(SERVICE).await
    }

    async fn administrator(&self) -> Ldap {
        self.bound(ADMINISTRATOR).await
    }

    async fn bound(&self, (name, password): (&str, &str)) -> Ldap {
        let mut connection = self.connect().await;
        connection.simple_bind(name, password).await.unwrap().success().unwrap();
        connection
    }

    /// A connection as nobody yet. Who is at the other end is not what is tried here.
    async fn connect(&self) -> Ldap {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = LdapConnSettings::new().set_no_tls_verify(true);
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &self.url()).await.unwrap();
        ldap3::drive!(connection);
        ldap
    }

    fn wait(&self) {
        let started = Instant::now();
        while TcpStream::connect((self.address.as_str(), LDAPS)).is_err() {
            let log = self.folder.join(LOG);
            let said = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(started.elapsed() < DEADLINE * 3, "Samba does not answer:\n{}", said());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The entry of somebody in [`PEOPLE`].
pub(crate) fn person(name: &str) -> String {
    format!("CN={name},{PEOPLE}")
}

/// A password as `unicodePwd` takes it.
pub(crate) fn in_utf16(password: &str) -> Vec<u8> {
    format!("\"{password}\"").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An address of the loopback on which nobody has the ports of LDAP, which Samba does not let one choose.
fn free_address() -> String {
    let addresses = (0..100).map(|_| {
        let [high, low] = free_port().to_be_bytes();
        format!("127.77.{high}.{low}")
    });
    let is_free = |address: &String| TcpStream::connect((address.as_str(), LDAPS)).is_err();
    addresses.filter(|address| !address.ends_with(".0") && !address.ends_with(".255")).find(is_free).unwrap()
}

fn make_certificate(folder: &Path, address: &str) {
    let made = rcgen::generate_simple_self_signed([address.to_owned()]).unwrap();
    std::fs::write(folder.join(CERTIFICATE), made.cert.pem()).unwrap();
    // Samba refuses a key that others could read.
    let mut key = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join("key.pem")).unwrap();
    key.write_all(made.signing_key.serialize_pem().as_bytes()).unwrap();
}

/// Makes the unit of people, and Regain's account with its rights, by the very lines of the guide.
fn delegate(folder: &Path) {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operate/active-directory.md"));
    let guide = guide.unwrap();
    let (_, rest) = guide.split_once("```sh samba\n").expect("the guide's lines for Samba");
    let (lines, _) = rest.split_once("```").unwrap();
    let here = format!("--configfile={0}/smb.conf -H {0}/private/sam.ldb", folder.display());
    let script = format!(
        "set -eu\nsamba_tool=$(command -v samba-tool)\nsamba_tool() {{ \"$samba_tool\" \"$@\" {here}; }}\n\
         samba_tool ou create {PEOPLE}\n{}",
        lines.replace("samba-tool ", "samba_tool ")
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("PASSWORD", SERVICE.1);
    run(shell);
}

fn serve(folder: &Path) -> Child {
    let log = File::create(folder.join(LOG)).unwrap();
    let mut samba = Command::new(needed("REGAIN_TEST_SAMBA"));
    samba.args(["--interactive", "--model=single", "--configfile"]).arg(folder.join("smb.conf"));
    samba.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
    samba.spawn().unwrap()
}

const ADMINISTRATOR: (&str, &str) = ("administrator@example.test", "Admin-Pass-71-Horse");
const CERTIFICATE: &str = "certificate.pem";
const LOG: &str = "samba.log";
const LDAPS: u16 = 636;
