//! What an examination finds: one line each, for `regain check` and for the log at start.

use std::fmt;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word or two: "user store", "mail".
    pub subject: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// One sentence: what holds, or what does not and what to do about it. Never a secret.
    pub text: String,
}

/// How something that was tried went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Holds,
    /// It works, and could be better or safer.
    Advice,
    /// Resets would fail, or be unsafe.
    Fails,
}

impl Finding {
    /// Something that is as it should be.
    #[must_use]
    pub fn holds(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Holds, text: text.into() }
    }

    /// Something that works and could be better.
    #[must_use]
    pub fn advice(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Advice, text: text.into() }
    }

    /// Something that has to be mended.
    #[must_use]
    pub fn fails(subject: &'static str, text: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Fails, text: text.into() }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "ok",
            Self::Advice => "advice",
            Self::Fails => "FAILS",
        })
    }
}
