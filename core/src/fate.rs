//! What becomes of a mail after a transport took it.

/// What became of a mail after a transport had taken it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The mailbox's own server took it.
    Arrived,
    /// It is still tried.
    Delayed,
    /// It came back: a full mailbox, a filter, a limit. The address may be good.
    SoftBounce,
    /// It came back for good: there is no such mailbox.
    HardBounce,
    /// Whoever got it called it spam.
    Complaint,
}

impl Fate {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Arrived, Self::Delayed, Self::SoftBounce, Self::HardBounce, Self::Complaint];

    /// The word stored in the ledger and shown in the timeline.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Delayed => "delayed",
            Self::SoftBounce => "soft_bounced",
            Self::HardBounce => "bounced",
            Self::Complaint => "complained",
        }
    }

    /// A mail that came back with an enhanced status code (RFC 3463), such as `5.1.1`.
    ///
    /// For good, if the code says that the mailbox or its host is not there: everything about addressing (`5.1.x`), a
    /// mailbox that is disabled (`5.2.1`), a host that cannot be found or does not know the recipient (`5.4.1`,
    /// `5.4.4`); and what old servers say in place of these (`5.0.x`, `5.5.x`). A full mailbox, a filter and a policy say
    /// nothing of whether the address works, and neither does what is no such code.
    #[must_use]
    pub fn of_bounce(status: &str) -> Self {
        let mut parts = status.trim().split('.').map(|part| part.parse::<u16>().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(5), Some(0 | 1 | 5), Some(_), None)
            | (Some(5), Some(2), Some(1), None)
            | (Some(5), Some(4), Some(1 | 4), None) => Self::HardBounce,
            _ => Self::SoftBounce,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounce_is_for_good_if_its_code_says_that_there_is_no_such_mailbox() {
        for status in ["5.1.1", "5.1.10", "5.2.1", "5.4.4", "5.0.0", "5.5.0", " 5.1.2 "] {
            assert_eq!(Fate::of_bounce(status), Fate::HardBounce, "{status}");
        }
        for status in
            ["5.2.2", "5.7.1", "5.4.7", "4.1.1", "4.2.2", "2.0.0", "5.1", "5.1.1.1", "", "550", "5.x.1", "5.1.99999"]
        {
            assert_eq!(Fate::of_bounce(status), Fate::SoftBounce, "{status}");
        }
    }
}
