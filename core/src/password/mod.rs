//! The rule that a new password must meet.

/// One way in which a password falls short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation;

impl Violation {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "too_short"
    }

    /// One English sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        String::new()
    }
}
