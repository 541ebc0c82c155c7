//! Cases: from an alert with its evidence to a disposition.
//!
//! Here are the nouns. The life cycle is pure and stands in [`lifecycle`]; opening a case from alerts is in `open`, the
//! rest of the SQL in `store`, `evidence` and `timeline`, routes in `api`.

mod api;
mod custody;
mod evidence;
mod lifecycle;
mod list;
mod open;
mod store;
mod timeline;

#[cfg(test)]
mod tests;

pub use api::routes;
pub(crate) use custody::CUSTODY;
pub use evidence::{Evidence, EvidenceKind};
pub use lifecycle::{CaseChange, CaseStanding};
pub use list::CaseQuery;
pub use open::{NewCase, open};
pub use timeline::{EntryState, NewTimelineEntry, TimelineEntry};

use model::{CaseId, Severity, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::triage::{Disposition, PersonRef, Reason, words};

words! {
    /// Where a case stands; the words of NIST SP 800-61r3.
    CaseStatus {
        /// Nobody works on it yet.
        New = "new",
        /// Somebody finds out what happened.
        InProgress = "in_progress",
        /// It waits for somebody else.
        OnHold = "on_hold",
        /// The attacker is being stopped.
        Containment = "containment",
        /// What the attacker left is being removed.
        Eradication = "eradication",
        /// Systems return to work.
        Recovery = "recovery",
        /// Lessons are drawn.
        PostIncident = "post_incident",
        /// Decided.
        Closed = "closed",
    }
}

words! {
    /// With whom it may be shared: TLP 2.0.
    Tlp {
        /// Everybody.
        Clear = "clear",
        /// The community.
        Green = "green",
        /// The organisation and its clients.
        Amber = "amber",
        /// The organisation alone.
        AmberStrict = "amber+strict",
        /// Those present alone.
        Red = "red",
    }
}

/// A case: what is stored and what a client reads.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Case {
    /// Its id; people use the number.
    #[schema(value_type = String, format = Uuid)]
    pub id: CaseId,
    /// Shown as `C-<number>`.
    pub number: i64,
    /// Rises by one with each change; the ETag.
    pub version: i64,
    /// One line.
    pub title: String,
    /// What is known so far.
    pub summary: String,
    /// How bad it is.
    #[schema(value_type = String, example = "high")]
    pub severity: Severity,
    /// Where it stands.
    pub status: CaseStatus,
    /// 1 or 2.
    pub tier: u8,
    /// Who works on it.
    pub owner: Option<PersonRef>,
    /// With whom it may be shared.
    pub tlp: Tlp,
    /// The tags of its alerts.
    pub tags: Vec<String>,
    /// How many alerts belong to it.
    pub alert_count: i64,
    /// How many pieces of evidence it holds.
    pub evidence_count: i64,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When its first alert was raised.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub detected_at: Option<Timestamp>,
    /// When somebody took it up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<Timestamp>,
    /// When containment was done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub contained_at: Option<Timestamp>,
    /// When recovery was done.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recovered_at: Option<Timestamp>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// What it turned out to be; set while closed.
    pub disposition: Option<Disposition>,
    /// Why it was closed; set while closed.
    pub reason: Option<Reason>,
    /// What was said on closing.
    pub comment: Option<String>,
}

impl Case {
    /// The name under which the journal and notes know it.
    pub fn object(number: i64) -> String {
        format!("case:{number}")
    }
}

/// Bytes of a title.
pub const MAX_TITLE: usize = 512;
/// Bytes of a summary.
pub const MAX_SUMMARY: usize = 64 * 1024;
/// Alerts of one case.
pub const MAX_ALERTS: usize = 500;
/// Pieces of evidence of one case.
pub const MAX_EVIDENCE: i64 = 10_000;
/// Entries of one timeline: it is read whole.
pub const MAX_TIMELINE: i64 = 2_000;
