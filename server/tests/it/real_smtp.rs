//! Mail servers that others wrote: aiosmtpd with STARTTLS and a login, and Postfix as Debian ships it, with its sendmail.

use crate::support::process::{DEADLINE, Site, eventually, free_port, lines_of, needed};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "harbour-violin-4410";

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_over_starttls_after_a_login() {
    let site = Site::with_accounts(&[ADA]).await;
    let tls = Certificates::in_folder(site.path());
    let relay = Aiosmtpd::start(site.path(), &tls);
    let url = format!("smtp://regain:{PASSWORD}@localhost:{}", relay.port);
    let authority = tls.authority.to_str().unwrap();
    let server = site.serve(&[("REGAIN_MAIL__SMTP__URL", &url), ("SSL_CERT_FILE", authority)]);
    server.request(ADA).await;
    let mail = only_mail(&site.path().join("maildir/new")).await;
    assert!(mail.contains("Auto-Submitted: auto-generated") && mail.contains(ADA), "{mail}");
    assert!(!server.log().contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_with_a_certificate_of_nobody_known_gets_no_mail() {
    let site = Site::with_accounts(&[ADA]).await;
    let tls = Certificates::in_folder(site.path());
    let relay = Aiosmtpd::start(site.path(), &tls);
    let url = format!("smtp://regain:{PASSWORD}@localhost:{}", relay.port);
    let server = site.serve(&[("REGAIN_MAIL__SMTP__URL", &url)]);
    server.request(ADA).await;
    let tried = async || site.printed_by(&["explain", ADA]).to_lowercase().contains("certificate").then_some(());
    eventually("word of the certificate in the timeline", DEADLINE, tried).await;
    assert_eq!(files_in(&site.path().join("maildir/new")), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_takes_the_mail_and_puts_it_into_its_mailbox() {
    let site = Site::with_accounts(&[ADA]).await;
    let postfix = Postfix::start().await;
    let url = format!("smtp://127.0.0.1:{}", postfix.port);
    let server = site.serve(&[("REGAIN_MAIL__SMTP__URL", &url)]);
    server.request(ADA).await;
    let mail = only_mail(&postfix.folder().join("mailbox/new")).await;
    assert!(mail.contains(&format!("Delivered-To: {ADA}")) && mail.contains("/reset-password#"), "{mail}");
    let replied = async || site.printed_by(&["explain", ADA]).contains("queued as").then_some(());
    eventually("Postfix' own reply in the timeline", DEADLINE, replied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_takes_the_mail_from_its_own_sendmail() {
    let site = Site::with_accounts(&[ADA]).await;
    let postfix = Postfix::start().await;
    let sendmail = postfix.sendmail();
    let env = [("REGAIN_MAIL__SENDMAIL__COMMAND", sendmail.to_str().unwrap()), ("REGAIN_MAIL__ORDER", "sendmail,smtp")];
    let server = site.serve(&env);
    server.request(ADA).await;
    let mail = only_mail(&postfix.folder().join("mailbox/new")).await;
    assert!(mail.contains(&format!("Delivered-To: {ADA}")) && mail.contains("/reset-password#"), "{mail}");
    assert!(mail.starts_with("Return-Path: <no-reply@example.com>") && !mail.contains('\r'), "{mail}");
    let said = async || site.printed_by(&["explain", ADA]).contains("(exit code 0)").then_some(());
    eventually("the program's exit code in the timeline", DEADLINE, said).await;
    assert!(site.smtp.mails().is_empty());
}

/// A certificate for `localhost`, and the authority that signed it, as PEM files.
struct Certificates {
    authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificates {
    fn in_folder(folder: &Path) -> Self {
        let mut authority = CertificateParams::new(vec![]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let server = server.signed_by(&key, &authority).unwrap();
        let write = |name: &str, pem: String| {
            let path = folder.join(name);
            std::fs::write(&path, pem).unwrap();
            path
        };
        Self {
            authority: write("authority.pem", authority.pem()),
            certificate: write("localhost.pem", server.pem()),
            key: write("localhost.key", key.serialize_pem()),
        }
    }
}

/// `support/aiosmtpd.py`, which puts mail into `maildir` in its folder.
struct Aiosmtpd {
    child: Child,
    port: u16,
}

impl Aiosmtpd {
    fn start(folder: &Path, tls: &Certificates) -> Self {
        let mut command = Command::new(needed("REGAIN_TEST_PYTHON"));
        command.args(["-c", include_str!("support/aiosmtpd.py")]).args([&tls.certificate, &tls.key]);
        command.arg(folder.join("maildir")).args(["regain", PASSWORD]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let port = lines.recv_timeout(DEADLINE).expect("aiosmtpd prints its port").parse().unwrap();
        Self { child, port }
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Postfix with a folder, a port and a mailbox of its own; the system's is left alone. Its master runs as root only.
struct Postfix {
    folder: tempfile::TempDir,
    port: u16,
}

impl Postfix {
    async fn start() -> Self {
        let port = free_port();
        let postfix = Self { folder: tempfile::tempdir().unwrap(), port };
        let folder = postfix.folder();
        // Its parts run as other accounts and must get in.
        chmod("755", folder);
        for name in ["conf", "queue", "data", "mailbox"] {
            std::fs::create_dir(folder.join(name)).unwrap();
            chmod("755", &folder.join(name));
        }
        chown("postfix", &folder.join("data"));
        chown("65534", &folder.join("mailbox"));
        let main = MAIN_CF.replace("FOLDER", folder.to_str().unwrap());
        std::fs::write(folder.join("conf/main.cf"), main).unwrap();
        std::fs::write(folder.join("conf/master.cf"), MASTER_CF.replace("PORT", &port.to_string())).unwrap();
        postfix.command("start");
        let listens = async || std::net::TcpStream::connect(("127.0.0.1", port)).ok();
        eventually("Postfix that listens", DEADLINE, listens).await;
        postfix
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program that calls Postfix' own with this folder. Written by another process: a file that any thread here has
    /// open for writing cannot be run.
    fn sendmail(&self) -> PathBuf {
        let (program, conf) = (self.folder().join("sendmail"), self.folder().join("conf"));
        let line = format!("exec sendmail -C {} \"$@\"", conf.display());
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$2\"";
        assert!(Command::new("sh").args(["-c", write, "sh", &line]).arg(&program).status().unwrap().success());
        chmod("755", &program);
        program
    }

    fn command(&self, word: &str) {
        let mut command = Command::new(needed("REGAIN_TEST_POSTFIX"));
        let status = command.arg("-c").arg(self.folder().join("conf")).arg(word).status().unwrap();
        assert!(status.success(), "postfix {word}: {status}");
    }
}

impl Drop for Postfix {
    /// Panics in no case: the test may be failing already.
    fn drop(&mut self) {
        if let Ok(postfix) = std::env::var("REGAIN_TEST_POSTFIX") {
            let _ = Command::new(postfix).arg("-c").arg(self.folder().join("conf")).arg("stop").status();
        }
    }
}

fn chmod(mode: &str, path: &Path) {
    assert!(Command::new("chmod").arg(mode).arg(path).status().unwrap().success());
}

fn chown(owner: &str, path: &Path) {
    let status = Command::new("chown").arg(owner).arg(path).status().unwrap();
    assert!(status.success(), "Postfix' parts run as accounts of their own: this test needs root");
}

/// Waits for a mail in a folder of files, and reads it; there must be but one.
async fn only_mail(folder: &Path) -> String {
    let some = async || Some(files_in(folder)).filter(|files| !files.is_empty());
    let files = eventually(&format!("mail in {}", folder.display()), DEADLINE, some).await;
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    text.replace("=\n", "").replace("=\r\n", "")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

const MAIN_CF: &str = "
compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
maillog_file = FOLDER/log
maillog_file_prefixes = FOLDER
myhostname = mail.example.com
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
virtual_mailbox_domains = example.com
virtual_mailbox_base = FOLDER
virtual_mailbox_maps = static:mailbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_relay_restrictions = permit_mynetworks, reject
";

const MASTER_CF: &str = "
127.0.0.1:PORT inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
pickup unix n - n 60 1 pickup
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
";
