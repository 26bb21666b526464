//! The transports that are held to the common suite.

use super::vendors::{self, KEY, Mailbox, Provider, Taken};
use super::*;
use crate::support::smtp::{Options, Phase, SmtpServer};
use crate::support::{smtp, vendor};
use regain::mail::file::FileTransport;
use regain::mail::http::HttpTransport;
use regain::mail::smtp::{Patience, SmtpTransport};
use std::path::Path;

struct SmtpRig(SmtpServer, SmtpTransport);

impl Rig for SmtpRig {
    fn transport(&self) -> &dyn Transport {
        &self.1
    }

    fn carried(&self) -> Vec<Taken> {
        self.0.mails().iter().map(|mail| vendors::of_file(&mail.raw, &mail.to.concat())).collect()
    }

    fn behave(&self) {
        self.0.behave();
    }

    fn break_down(&self) {
        self.0.at(Phase::Connect, smtp::Behaviour::Drop);
        self.0.at(Phase::Mail, smtp::Behaviour::Drop);
    }

    fn refuse(&self) -> bool {
        self.0.at(Phase::Rcpt, smtp::Behaviour::Reply("550 5.1.1 no such mailbox"));
        true
    }

    fn fall_silent(&self) -> bool {
        self.0.at(Phase::Dot, smtp::Behaviour::Hang);
        true
    }
}

#[tokio::test]
async fn smtp_conforms() {
    for one_by_one in [false, true] {
        let server = SmtpServer::start_with(Options { one_by_one, ..Options::default() }).await;
        let (settings, roots) = (server.settings(), server.roots());
        let transport = SmtpTransport::new(&settings, "accounts.example.com", roots, Patience::default()).unwrap();
        conforms(&SmtpRig(server, transport)).await;
    }
}

struct FileRig(tempfile::TempDir, FileTransport);

impl Rig for FileRig {
    fn transport(&self) -> &dyn Transport {
        &self.1
    }

    fn carried(&self) -> Vec<Taken> {
        let folder = ["away", "mail"].map(|name| self.0.path().join(name)).into_iter().find(|folder| folder.is_dir());
        let is_mail = |path: &std::path::PathBuf| path.extension().is_some_and(|it| it == "eml");
        folder
            .map(|folder| files(&folder))
            .unwrap_or_default()
            .iter()
            .filter(|path| is_mail(path))
            .map(|p| read(p))
            .collect()
    }

    fn behave(&self) {}

    fn break_down(&self) {
        let folder = self.0.path().join("mail");
        std::fs::rename(&folder, self.0.path().join("away")).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
    }

    fn refuse(&self) -> bool {
        false
    }

    fn fall_silent(&self) -> bool {
        false
    }
}

/// A file has no envelope: whom it is for stands in the mail alone.
fn read(path: &Path) -> Taken {
    let content = std::fs::read(path).unwrap();
    let parsed = mail_parser::MessageParser::default().parse(&content).unwrap();
    let to = parsed.to().unwrap().first().unwrap().address.clone().unwrap().into_owned();
    vendors::of_file(&content, &to)
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
}

#[tokio::test]
async fn the_file_transport_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let transport = FileTransport::new(folder.path().join("mail"));
    conforms(&FileRig(folder, transport)).await;
}

#[tokio::test]
async fn a_mail_in_a_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    let parcel = parcel();
    let Outcome::Delivered(reply) = send(&FileTransport::new(mails.clone()), &parcel).await else {
        panic!("delivered")
    };
    let file = mails.join(format!("{}.eml", parcel.envelope.id));
    assert_eq!(reply, format!("written to {}", file.display()));
    assert_eq!(std::fs::read(&file).unwrap(), CONTENT.as_bytes());
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&mails), mode(&file)), (0o700, 0o600));
    assert_eq!(std::fs::read_dir(&mails).unwrap().count(), 1, "nothing unfinished is left");
}

struct HttpRig {
    provider: &'static dyn Provider,
    vendor: vendor::Vendor,
    mailbox: Mailbox,
    transport: HttpTransport,
}

impl Rig for HttpRig {
    fn transport(&self) -> &dyn Transport {
        &self.transport
    }

    fn carried(&self) -> Vec<Taken> {
        self.mailbox.lock().unwrap().clone()
    }

    fn behave(&self) {
        self.vendor.behaves();
    }

    fn break_down(&self) {
        self.vendor.does(vendor::Behaviour::Answer(self.provider.bad_key()));
    }

    fn refuse(&self) -> bool {
        self.vendor.does(vendor::Behaviour::Answer(self.provider.refusal()));
        true
    }

    fn fall_silent(&self) -> bool {
        self.vendor.does(vendor::Behaviour::HangAfter);
        true
    }
}

#[tokio::test]
async fn every_provider_conforms() {
    let each = vendors::ALL.map(|provider| async move {
        let (vendor, mailbox) = vendors::start(provider).await;
        let transport = provider.transport(&vendor.url(), KEY);
        conforms(&HttpRig { provider, vendor, mailbox, transport }).await;
    });
    futures_util::future::join_all(each).await;
}
