//! The demo's mailbox: takes every mail over SMTP on loopback, passes none on, and keeps them in files.

use super::mail::{Mail, delivered};
use super::{mailbox_page, smtp};
use regain_core::time::{Clock, Timestamp};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A mailbox for everybody. Dropping it closes the port; the files stay.
pub struct Mailbox {
    smtp_addr: SocketAddr,
    shelf: Arc<Shelf>,
    server: JoinHandle<()>,
}

impl Mailbox {
    /// Opens the mailbox in `directory` (the mails are in `mail` below it), with those that are there already.
    ///
    /// # Errors
    /// If the directory cannot be read and written, or there is no port on loopback.
    pub async fn start(directory: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let shelf = Arc::new(Shelf::open(directory.join("mail"), clock)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let smtp_addr = listener.local_addr()?;
        let server = tokio::spawn(smtp::serve(listener, Arc::clone(&shelf)));
        Ok(Self { smtp_addr, shelf, server })
    }

    /// Where it takes mail.
    #[must_use]
    pub fn smtp_addr(&self) -> SocketAddr {
        self.smtp_addr
    }

    /// The mails, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Arc<Mail>> {
        self.shelf.mails.borrow().clone()
    }

    /// Waits until a mail is there of which `wanted` is true, and returns the newest such. The caller sets the time
    /// limit.
    pub async fn wait_for(&self, wanted: impl Fn(&Mail) -> bool) -> Arc<Mail> {
        let mut mails = self.shelf.mails.subscribe();
        loop {
            let newest = mails.borrow_and_update().iter().rev().find(|mail| wanted(mail)).cloned();
            match newest {
                Some(mail) => return mail,
                // The sender lives as long as `self`.
                None => drop(mails.changed().await),
            }
        }
    }

    /// The pages at `/demo/mail`.
    pub fn router(&self) -> axum::Router {
        mailbox_page::router(self.shelf.mails.subscribe())
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The mails in memory and in files.
pub(super) struct Shelf {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
    mails: watch::Sender<Vec<Arc<Mail>>>,
    /// The number of the last mail, held while the next is written.
    last: Mutex<u64>,
}

impl Shelf {
    fn open(directory: PathBuf, clock: Arc<dyn Clock>) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        let mut names: Vec<(u64, Timestamp, PathBuf)> = fs::read_dir(&directory)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter_map(|path| file_name_parts(&path).map(|(number, at)| (number, at, path)))
            .collect();
        names.sort();
        let last = names.last().map_or(0, |(number, ..)| *number);
        let newest = names.split_off(names.len().saturating_sub(MAILS_MAX));
        let mails = newest
            .into_iter()
            .map(|(number, at, path)| fs::read(path).map(|content| Arc::new(Mail::read(number, at, &content))))
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Self { directory, clock, mails: watch::Sender::new(mails), last: Mutex::new(last) })
    }

    /// Keeps a mail: first in a file, then in memory. Makes room by dropping the oldest.
    pub(super) fn keep(&self, from: &str, to: &str, data: &[u8]) -> io::Result<()> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, at) = (*last + 1, self.clock.now());
        let content = delivered(from, to, data);
        fs::write(self.path(number, at), &content)?;
        *last = number;
        let mut dropped = Vec::new();
        self.mails.send_modify(|mails| {
            mails.push(Arc::new(Mail::read(number, at, &content)));
            let room = mails.len().saturating_sub(MAILS_MAX);
            dropped.extend(mails.drain(..room));
        });
        dropped.iter().try_for_each(|mail| fs::remove_file(self.path(mail.number, mail.at)))
    }

    fn path(&self, number: u64, at: Timestamp) -> PathBuf {
        self.directory.join(format!("{number:06}-{}.eml", at.as_millis()))
    }
}

/// Reads `000012-1795289045678.eml`.
fn file_name_parts(path: &Path) -> Option<(u64, Timestamp)> {
    let (number, at) = path.file_name()?.to_str()?.strip_suffix(".eml")?.split_once('-')?;
    Some((number.parse().ok()?, Timestamp::from_millis(at.parse().ok()?)))
}

/// Mails kept. With [`smtp::MESSAGE_OCTETS_MAX`] it bounds memory; ordinary mails have some 10 KB.
const MAILS_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::mail::tests::SAMPLE;

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(1_795_262_400_000)
        }
    }

    async fn mailbox(directory: &tempfile::TempDir) -> Mailbox {
        Mailbox::start(directory.path(), Arc::new(Noon)).await.unwrap()
    }

    #[tokio::test]
    async fn a_restart_finds_the_mails_and_goes_on_counting() {
        let directory = tempfile::tempdir().unwrap();
        let before = mailbox(&directory).await;
        before.shelf.keep("a@example.com", "ada@example.com", SAMPLE.as_bytes()).unwrap();
        let mails = before.mails();
        drop(before);
        fs::write(directory.path().join("mail/notes.txt"), "not a mail").unwrap();
        let after = mailbox(&directory).await;
        assert_eq!(after.mails(), mails);
        after.shelf.keep("a@example.com", "ada@example.com", SAMPLE.as_bytes()).unwrap();
        assert_eq!(after.mails().iter().map(|mail| mail.number).collect::<Vec<_>>(), [1, 2]);
    }

    #[tokio::test]
    async fn the_oldest_mails_make_room() {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(&directory).await;
        for n in 0..MAILS_MAX + 3 {
            mailbox.shelf.keep("", &format!("{n}@example.com"), b"Subject: x\r\n\r\n").unwrap();
        }
        assert_eq!(mailbox.mails().len(), MAILS_MAX);
        assert_eq!(mailbox.mails()[0].to, "3@example.com");
        assert_eq!(fs::read_dir(directory.path().join("mail")).unwrap().count(), MAILS_MAX);
    }

    #[tokio::test]
    async fn waiting_ends_with_the_mail_that_was_wanted() {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(&directory).await;
        let deliver = async {
            for to in ["grace@example.com", "ada@example.com", "emmy@example.com"] {
                tokio::task::yield_now().await;
                mailbox.shelf.keep("", to, SAMPLE.as_bytes()).unwrap();
            }
        };
        let (mail, ()) = tokio::join!(mailbox.wait_for(|mail| mail.to == "ada@example.com"), deliver);
        assert_eq!(mail.number, 2);
    }
}
