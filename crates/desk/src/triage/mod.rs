//! The alert queue: what a rule found becomes one row with a count, and a person decides what it is.
//!
//! Here are the nouns. The rules are pure and stand in [`lifecycle`] (who may change what into what),
//! [`detected`] (from an event to what an alert says of it) and [`weight`] (risk and due time); they read no clock.
//! SQL is in `store`, `absorb` and `list`, routes in `api`.

mod absorb;
mod api;
mod bulk;
mod collapse;
mod detected;
mod explain;
mod lifecycle;
mod list;
mod merge;
mod notice;
pub mod notes;
pub(crate) mod request;
mod store;
mod weight;

#[cfg(test)]
pub(crate) mod tests;

pub use absorb::{Absorbed, WINDOW, absorb};
pub use api::{CloseRequest, History, ReopenRequest, routes};
pub(crate) use api::{history_of, person};
pub use bulk::{BulkAction, BulkRequest};
pub use collapse::{BUDGET, PERIOD};
pub use detected::{Detected, correlated, counted, detected};
pub use explain::{AlertEvents, AlertExplanation, RuleInForce};
pub use lifecycle::{Change, Closing, Refused, Standing};
pub use list::{AlertFilter, AlertHistogram, Facets, OwnedBy};
pub(crate) use list::{containing, listed, one_of, owned_by, unknown};
pub use merge::MergeRequest;
pub(crate) use store::{
    MANY, Names, change, check_owner, counts_by_case, difference, event_id, event_ids, fetch, in_case, locking, named,
    names, owner, severity, tuples, word,
};
pub use notice::{Notice, notice};
pub use weight::{due, risk};

use model::{AlertId, Entity, Severity, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enum whose variants have one word each, the same in JSON, in the database and on the command line.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:tt,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All, in the order in which a console lists them.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The word in JSON and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What a word names.
            pub fn parse(word: &str) -> Option<Self> {
                $name::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where an alert stands.
    Status {
        /// Nobody has looked at it.
        New = "new",
        /// Somebody is deciding.
        Triaging = "triaging",
        /// Handed to tier 2.
        Escalated = "escalated",
        /// Decided.
        Closed = "closed",
    }
}

words! {
    /// What an alert or a case turned out to be.
    Disposition {
        /// An attack that did damage.
        TruePositiveImpact = "true_positive_impact",
        /// An attack that did none.
        TruePositiveNoImpact = "true_positive_no_impact",
        /// What the rule looks for, but legitimate.
        BenignTruePositive = "benign_true_positive",
        /// The rule is wrong.
        FalsePositiveLogic = "false_positive_logic",
        /// The data is wrong.
        FalsePositiveData = "false_positive_data",
        /// Another alert or case says the same.
        Duplicate = "duplicate",
        /// An exercise.
        Test = "test",
        /// It could not be found out.
        Undetermined = "undetermined",
    }
}

words! {
    /// Why it was closed.
    Reason {
        /// The attack is confirmed.
        ConfirmedAttack = "confirmed_attack",
        /// The attack was blocked.
        BlockedAttack = "blocked_attack",
        /// The activity is expected.
        ExpectedActivity = "expected_activity",
        /// An authorised test.
        AuthorisedTest = "authorised_test",
        /// Software that is known to do this.
        KnownSoftware = "known_software",
        /// A person's mistake.
        UserError = "user_error",
        /// The rule matches too much.
        RuleTooBroad = "rule_too_broad",
        /// The log is wrong.
        BadData = "bad_data",
        /// It is recorded elsewhere.
        Duplicate = "duplicate",
        /// Something else, said in the comment.
        Other = "other",
    }
}

words! {
    /// What raised an alert.
    AlertSource {
        /// One of our own rules.
        Rule = "rule",
        /// An indicator of a list.
        Indicator = "indicator",
        /// The program itself, about itself.
        System = "system",
    }
}

/// A person as a record shows one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonRef {
    /// The person; null for the program itself and for a token that acts for nobody.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub id: Option<UserId>,
    /// The name to show.
    pub name: String,
}

/// The rule that raised an alert, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertRule {
    /// The rule's id.
    pub id: String,
    /// Its version: the first 16 hexadecimal digits of the SHA-256 of its text.
    pub version: String,
    /// Its title.
    pub title: String,
    /// Its level.
    #[schema(value_type = String, example = "high")]
    pub level: Severity,
}

/// An alert: what is stored and what a client reads. Count, first and last seen, risk and entities are projections of
/// the detections and change without a new version; everything else changes only with one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    /// A hash of rule, group key and opening event.
    #[schema(value_type = String, format = Uuid)]
    pub id: AlertId,
    /// Shown as `A-<number>`.
    pub number: i64,
    /// Rises by one with each change; the ETag.
    pub version: i64,
    /// The rule's title.
    pub title: String,
    /// What raised it.
    pub source: AlertSource,
    /// The rule, where one raised it.
    pub rule: Option<AlertRule>,
    /// The severity: the rule's level until a person says otherwise.
    #[schema(value_type = String, example = "high")]
    pub severity: Severity,
    /// 0 to 100; see [`risk`].
    pub risk: u8,
    /// Where it stands.
    pub status: Status,
    /// 1, or 2 once escalated.
    pub tier: u8,
    /// Who works on it.
    pub owner: Option<PersonRef>,
    /// The host it is about.
    pub host: Option<String>,
    /// The account it is about.
    pub user: Option<String>,
    /// What it is about, at most [`MAX_ENTITIES`], in the order of appearance.
    #[schema(value_type = Vec<EntityShape>)]
    pub entities: Vec<Entity>,
    /// The rule's tags.
    pub tags: Vec<String>,
    /// How many events matched: exact.
    pub count: i64,
    /// Event time of the earliest event.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// Event time of the latest event, never later than its receive time.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// When its first event was received.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When a person last changed it.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// When somebody must have decided; see [`due`].
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// What it turned out to be; set while closed.
    pub disposition: Option<Disposition>,
    /// Why it was closed; set while closed.
    pub reason: Option<Reason>,
    /// What was said when it was closed.
    pub comment: Option<String>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// The number of the case that it belongs to.
    pub case: Option<i64>,
    /// The alert that it went into as a duplicate; it is closed for good then.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub merged_into: Option<AlertId>,
    /// SHA-256 of rule and group key, hexadecimal: equal alerts are counted, not repeated.
    pub fingerprint: String,
}

/// The shape of an entity in the API's description; the type itself is [`model::Entity`].
#[derive(ToSchema)]
#[schema(as = Entity)]
#[allow(dead_code, reason = "only its schema is used: `model` knows nothing of HTTP")]
pub(crate) struct EntityShape {
    /// host, user, ip, domain, hash, file, process or email
    kind: String,
    /// As it stands in the event.
    value: String,
}

/// Entities that an alert keeps. An attacker chooses the values, so there is a limit; the events hold the rest.
pub const MAX_ENTITIES: usize = 50;

/// Bytes of a text that came out of an event and is kept in a record.
pub const MAX_TEXT: usize = 512;

impl Alert {
    /// What people decide about it.
    pub fn standing(&self) -> Standing {
        Standing {
            status: self.status,
            tier: self.tier,
            severity: self.severity,
            owner: self.owner.as_ref().and_then(|owner| owner.id),
            disposition: self.disposition,
            reason: self.reason,
            comment: self.comment.clone(),
            closed_at: self.closed_at,
            case: self.case,
            merged_into: self.merged_into,
        }
    }

    /// The name under which the journal and notes know it.
    pub fn object(id: AlertId) -> String {
        format!("alert:{id}")
    }
}

/// A text out of an event as a record may keep it: at most [`MAX_TEXT`] bytes and storable, because one event must
/// not stop the alert writer.
pub(crate) fn keep_text(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    db::storable(&text[..end]).into_owned()
}
