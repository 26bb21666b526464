//! Why a request ended as it did, in words that follow "no mail: ".

use regain_core::request::Reason;

/// In the words of a support person.
pub(super) fn of(reason: Reason) -> &'static str {
    match reason {
        Reason::Cooldown => "the account was asked for moments before, or served since ([reset] cooldown_seconds)",
        Reason::Hourly => "the account had its mails of the hour ([reset] mails_per_hour_max)",
        Reason::Redeemed => "a new password was set meanwhile",
        Reason::NotMe => "the owner disowned the requests",
        Reason::NoAccount => "no account has this address, letter by letter but for ASCII case",
        Reason::Ineligible => {
            "the account may not reset its password: it is not eligible, its address is not verified, or it has no \
             password of its own ([users] eligible, email_verified)"
        }
        Reason::Ambiguous => "several accounts have this address, and none in exactly this spelling",
        Reason::FormatUnknown => {
            "the account's stored password is in a format not known here (`regain check` says which)"
        }
        Reason::AddressUnusable => "the address on file is no email address",
        Reason::GaveUp => "given up, it could not be delivered in time ([reset] give_up_seconds)",
        Reason::Refused => "refused for good",
        Reason::Dropped => "dropped by `regain outbox drop`",
        Reason::Unanswered => "it was handed over twice, and no answer came",
    }
}
