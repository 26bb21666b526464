//! What can be wrong with a new password, in words for programs and for people.

/// One way in which a password falls short. Never holds the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// Fewer characters than asked for.
    TooShort {
        /// Fewest characters (code points).
        length_min: usize,
    },
    /// More characters than taken.
    TooLong {
        /// Most characters (code points).
        length_max: usize,
    },
    /// The application's password format would ignore what lies beyond.
    TooManyBytes {
        /// Most bytes in UTF-8.
        bytes_max: usize,
    },
    /// The application's password format has no place for NUL.
    HasNul,
    /// It is among those that are tried first.
    Common,
    /// It is on a list of passwords that became public.
    Breached,
    /// It is the product's name.
    IsProductName,
    /// It is the address on file, or a part of it.
    IsAddress,
    /// It is the owner's name.
    IsName,
    /// A character stands three times in a row.
    Repeats,
    /// No letter from a to z.
    NoLowerCase,
    /// No letter from A to Z.
    NoUpperCase,
    /// None of 0 to 9.
    NoDigit,
    /// Nothing but these letters and digits.
    NoSpecial,
    /// The account has it now, or had it before.
    PreviouslyUsed,
    /// The present one is so new that the user store does not let it be changed yet.
    TooYoung,
    /// The user store has rules of its own and does not say which of them is broken.
    RefusedByStore,
}

impl Violation {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooManyBytes { .. } => "too_many_bytes",
            Self::HasNul => "has_nul",
            Self::Common => "common",
            Self::Breached => "breached",
            Self::IsProductName => "is_product_name",
            Self::IsAddress => "is_address",
            Self::IsName => "is_name",
            Self::Repeats => "repeats",
            Self::NoLowerCase => "no_lower_case",
            Self::NoUpperCase => "no_upper_case",
            Self::NoDigit => "no_digit",
            Self::NoSpecial => "no_special",
            Self::PreviouslyUsed => "previously_used",
            Self::TooYoung => "too_young",
            Self::RefusedByStore => "refused_by_store",
        }
    }

    /// The number in the message, for translations.
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        match *self {
            Self::TooShort { length_min: limit }
            | Self::TooLong { length_max: limit }
            | Self::TooManyBytes { bytes_max: limit } => Some(limit),
            _ => None,
        }
    }

    /// One English sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        let sentence = match self {
            Self::TooShort { length_min } => return format!("Use at least {length_min} characters."),
            Self::TooLong { length_max } => return format!("Use at most {length_max} characters."),
            Self::TooManyBytes { bytes_max } => {
                return format!(
                    "Use a shorter password: at most {bytes_max} bytes can be stored, \
                     and characters outside plain English take two to four bytes each."
                );
            }
            Self::HasNul => "Leave out the NUL character; it cannot be stored.",
            Self::Common => "This is one of the passwords that attackers try first. Choose another.",
            Self::Breached => "This password is on a list of stolen passwords. Choose another.",
            Self::IsProductName => "Do not use the name of this service as your password.",
            Self::IsAddress => "Do not use your e-mail address or a part of it as your password.",
            Self::IsName => "Do not use your name as your password.",
            Self::Repeats => "Do not use the same character three times in a row.",
            Self::NoLowerCase => "Add a lower-case letter (a to z).",
            Self::NoUpperCase => "Add an upper-case letter (A to Z).",
            Self::NoDigit => "Add a digit (0 to 9).",
            Self::NoSpecial => "Add a special character, such as a punctuation mark or a space.",
            Self::PreviouslyUsed => "Do not use a password that this account had before.",
            Self::TooYoung => "This account's password was changed a short while ago and cannot be changed again yet.",
            Self::RefusedByStore => {
                "The password rules of your organisation do not allow this one. Choose a longer one, with other characters."
            }
        };
        sentence.to_owned()
    }
}
