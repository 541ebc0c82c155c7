//! How bad it is, in the field's five words.

use serde::{Deserialize, Serialize};

/// Severity of an alert and level of a Sigma rule, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// `informational` in Sigma.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// All, least first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The word in JSON, on the command line and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The severity that a word names; Sigma's `informational` is `info`.
    pub fn parse(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("informational") {
            return Some(Severity::Info);
        }
        Severity::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(word))
    }

    /// 0 (info) to 4 (critical), for sorting in a database.
    pub const fn rank(self) -> u8 {
        self as u8
    }

    /// The severity of a rank; ranks past 4 are critical.
    pub const fn from_rank(rank: u8) -> Self {
        match rank {
            0 => Severity::Info,
            1 => Severity::Low,
            2 => Severity::Medium,
            3 => Severity::High,
            _ => Severity::Critical,
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
