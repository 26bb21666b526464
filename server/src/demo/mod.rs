//! Everything in one process, to look at: accounts, a mailbox in the browser, and no mail that leaves the machine.

pub mod accounts;
pub mod mail;
pub mod mailbox;
mod mailbox_page;
mod smtp;
pub mod walk;
