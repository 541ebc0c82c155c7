//! What people decide about an alert, as a state machine: pure, no clock, no SQL.
//!
//! new → triaging → escalated / closed, and back from closed with a comment.

use model::{AlertId, Severity, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Disposition, Reason, Status};

/// The part of an alert that people decide, and that its version and the journal cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Where it stands.
    pub status: Status,
    /// 1 or 2.
    pub tier: u8,
    /// How bad it is.
    pub severity: Severity,
    /// Who works on it.
    pub owner: Option<UserId>,
    /// What it turned out to be; set exactly while closed.
    pub disposition: Option<Disposition>,
    /// Why it was closed; set exactly while closed.
    pub reason: Option<Reason>,
    /// What was said on closing.
    pub comment: Option<String>,
    /// When it was closed; set exactly while closed.
    pub closed_at: Option<Timestamp>,
    /// The case that it belongs to.
    pub case: Option<i64>,
    /// The alert that it went into; set only while closed.
    pub merged_into: Option<AlertId>,
}

/// How something is closed: never without a disposition and a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// What it turned out to be.
    pub disposition: Disposition,
    /// Why.
    pub reason: Reason,
    /// Free text; needed when the reason is `other`.
    pub comment: Option<String>,
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody begins to decide.
    Triage,
    /// The severity is another.
    Rate(Severity),
    /// It is somebody's, or nobody's.
    Assign(Option<UserId>),
    /// Tier 2 takes over; its owner there, if one is named.
    Escalate(Option<UserId>),
    /// It is decided.
    Close(Closing),
    /// It was decided wrongly; the comment says why.
    Reopen(String),
    /// It becomes part of a case, which somebody works on.
    Join {
        /// The case's number.
        case: i64,
        /// Its new owner where it has none.
        worker: Option<UserId>,
    },
    /// It says the same as another alert, which takes its events over.
    Merge {
        /// The other.
        into: AlertId,
    },
}

/// Why a change is refused. `code` is what programs decide by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not from where it stands.
    #[error("It is {status}: {action} is not possible.")]
    State {
        /// Where it stands.
        status: &'static str,
        /// What was wanted.
        action: &'static str,
    },
    /// `other` says nothing by itself.
    #[error("The reason `other` needs a comment that says what it is.")]
    CommentForOther,
    /// Reopening overturns somebody's decision.
    #[error("Reopening needs a comment that says why.")]
    CommentForReopen,
    /// An alert belongs to one case.
    #[error("It belongs to case {0} already.")]
    InCase(i64),
    /// What it was lives on in another.
    #[error("It went into another alert: reopen that one.")]
    Merged,
}

impl Refused {
    /// The stable code, without the record's name in front.
    pub const fn code(&self) -> &'static str {
        match self {
            Refused::State { .. } => "state",
            Refused::CommentForOther | Refused::CommentForReopen => "comment_missing",
            Refused::InCase(_) => "in_case",
            Refused::Merged => "merged",
        }
    }
    /// Whether the record's state stands in the way, rather than the request itself.
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Refused::State { .. } | Refused::InCase(_) | Refused::Merged)
    }
}

impl Closing {
    /// Refuses `other` without a comment. An empty comment is none.
    pub fn checked(mut self) -> Result<Closing, Refused> {
        self.comment = self.comment.filter(|comment| !comment.trim().is_empty());
        if self.reason == Reason::Other && self.comment.is_none() {
            return Err(Refused::CommentForOther);
        }
        Ok(self)
    }
}

impl Change {
    /// The journal's word for it.
    pub const fn action(&self) -> &'static str {
        match self {
            Change::Triage => "alert.triage",
            Change::Rate(_) => "alert.rate",
            Change::Assign(_) => "alert.assign",
            Change::Escalate(_) => "alert.escalate",
            Change::Close(_) => "alert.close",
            Change::Reopen(_) => "alert.reopen",
            Change::Join { .. } => "alert.join_case",
            Change::Merge { .. } => "alert.merge",
        }
    }
}

impl Standing {
    /// Of an alert that has just been raised.
    pub fn raised(severity: Severity) -> Self {
        Standing {
            status: Status::New,
            tier: 1,
            severity,
            owner: None,
            disposition: None,
            reason: None,
            comment: None,
            closed_at: None,
            case: None,
            merged_into: None,
        }
    }

    /// Where it stands after `change`, made at `now`. Equal to before where the change says nothing new.
    pub fn after(&self, change: &Change, now: Timestamp) -> Result<Standing, Refused> {
        let mut next = self.clone();
        match change {
            Change::Reopen(comment) => {
                if self.status != Status::Closed {
                    return Err(self.refuse("reopening"));
                }
                if self.merged_into.is_some() {
                    return Err(Refused::Merged);
                }
                if comment.trim().is_empty() {
                    return Err(Refused::CommentForReopen);
                }
                next = Standing { disposition: None, reason: None, comment: None, closed_at: None, ..next };
                next.status = Status::Triaging;
            }
            // A closed alert can be cited by a case; that decides nothing about the alert.
            Change::Join { case, worker } => {
                match self.case {
                    Some(other) if other != *case => return Err(Refused::InCase(other)),
                    _ => next.case = Some(*case),
                }
                if self.status != Status::Closed {
                    next.status = Status::Triaging;
                    next.owner = self.owner.or(*worker);
                }
            }
            Change::Merge { into } => {
                self.open("merging")?;
                next.status = Status::Closed;
                next.disposition = Some(Disposition::Duplicate);
                next.reason = Some(Reason::Duplicate);
                next.comment = None;
                next.closed_at = Some(now);
                next.merged_into = Some(*into);
            }
            Change::Triage => {
                self.open("triage")?;
                next.status = Status::Triaging;
            }
            Change::Rate(severity) => {
                self.open("another severity")?;
                next.severity = *severity;
            }
            Change::Assign(owner) => {
                self.open("assigning")?;
                next.owner = *owner;
                if owner.is_some() && self.status == Status::New {
                    next.status = Status::Triaging;
                }
            }
            Change::Escalate(owner) => {
                self.open("escalating")?;
                if self.status == Status::Escalated {
                    return Err(self.refuse("escalating"));
                }
                next.status = Status::Escalated;
                next.tier = 2;
                next.owner = *owner;
            }
            Change::Close(closing) => {
                self.open("closing")?;
                let Closing { disposition, reason, comment } = closing.clone().checked()?;
                next.status = Status::Closed;
                next.disposition = Some(disposition);
                next.reason = Some(reason);
                next.comment = comment;
                next.closed_at = Some(now);
            }
        }
        Ok(next)
    }

    pub(super) fn open(&self, action: &'static str) -> Result<(), Refused> {
        if self.status == Status::Closed { Err(self.refuse(action)) } else { Ok(()) }
    }

    fn refuse(&self, action: &'static str) -> Refused {
        Refused::State { status: self.status.as_str(), action }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn someone(n: u128) -> Option<UserId> {
        Some(UserId(uuid::Uuid::from_u128(n)))
    }

    fn closing(reason: Reason, comment: Option<&str>) -> Change {
        Change::Close(Closing {
            disposition: Disposition::FalsePositiveLogic,
            reason,
            comment: comment.map(str::to_owned),
        })
    }

    /// The life cycle as data: from, change, the status after it or the code of the refusal.
    #[test]
    fn the_life_cycle() {
        use Status::*;
        let table: &[(Status, Change, Result<Status, &str>)] = &[
            (New, Change::Triage, Ok(Triaging)),
            (New, Change::Assign(someone(1)), Ok(Triaging)),
            (New, Change::Assign(None), Ok(New)),
            (New, Change::Escalate(None), Ok(Escalated)),
            (New, closing(Reason::RuleTooBroad, None), Ok(Closed)),
            (New, Change::Reopen("why".into()), Err("state")),
            (New, Change::Rate(Severity::Low), Ok(New)),
            (Triaging, Change::Assign(None), Ok(Triaging)),
            (Triaging, Change::Escalate(someone(2)), Ok(Escalated)),
            (Triaging, closing(Reason::Other, None), Err("comment_missing")),
            (Triaging, closing(Reason::Other, Some("  ")), Err("comment_missing")),
            (Triaging, closing(Reason::Other, Some("a drill")), Ok(Closed)),
            (Triaging, Change::Join { case: 1, worker: None }, Ok(Triaging)),
            (Escalated, Change::Escalate(None), Err("state")),
            (Escalated, Change::Assign(someone(1)), Ok(Escalated)),
            (Escalated, Change::Triage, Ok(Triaging)),
            (Escalated, closing(Reason::ConfirmedAttack, None), Ok(Closed)),
            (Closed, Change::Triage, Err("state")),
            (Closed, Change::Rate(Severity::Low), Err("state")),
            (Closed, Change::Assign(someone(1)), Err("state")),
            (Closed, Change::Escalate(None), Err("state")),
            (Closed, closing(Reason::BadData, None), Err("state")),
            (Closed, Change::Reopen(" ".into()), Err("comment_missing")),
            (Closed, Change::Reopen("seen again".into()), Ok(Triaging)),
            (Triaging, Change::Merge { into: AlertId(uuid::Uuid::nil()) }, Ok(Closed)),
            (Closed, Change::Merge { into: AlertId(uuid::Uuid::nil()) }, Err("state")),
            (Closed, Change::Join { case: 1, worker: someone(1) }, Ok(Closed)),
        ];
        for (from, change, expected) in table {
            let before = Standing { status: *from, ..Standing::raised(Severity::High) };
            let got = before.after(change, Timestamp(1)).map(|after| after.status).map_err(|refused| refused.code());
            assert_eq!(got, *expected, "{from} + {change:?}");
        }
    }

    #[test]
    fn escalating_hands_over_the_owner() {
        let mine = Standing { owner: someone(1), status: Status::Triaging, ..Standing::raised(Severity::High) };
        let after = mine.after(&Change::Escalate(None), Timestamp(1)).unwrap();
        assert_eq!((after.tier, after.owner), (2, None));
        let after = mine.after(&Change::Escalate(someone(2)), Timestamp(1)).unwrap();
        assert_eq!(after.owner, someone(2));
    }

    #[test]
    fn an_alert_belongs_to_one_case() {
        let free = Standing::raised(Severity::High);
        let joined = free.after(&Change::Join { case: 7, worker: someone(1) }, Timestamp(1)).unwrap();
        assert_eq!((joined.case, joined.owner, joined.status), (Some(7), someone(1), Status::Triaging));
        assert_eq!(joined.after(&Change::Join { case: 8, worker: None }, Timestamp(1)), Err(Refused::InCase(7)));
        let again = joined.after(&Change::Join { case: 7, worker: someone(2) }, Timestamp(1)).unwrap();
        assert_eq!(again, joined, "the owner stays");
    }

    fn any_change() -> impl Strategy<Value = Change> {
        let person = prop_oneof![Just(None), (0u128..3).prop_map(someone)];
        let comment = prop_oneof![Just(String::new()), Just("because".to_owned())];
        let reasons = proptest::sample::select(Reason::ALL);
        let dispositions = proptest::sample::select(Disposition::ALL);
        prop_oneof![
            Just(Change::Triage),
            proptest::sample::select(Severity::ALL.to_vec()).prop_map(Change::Rate),
            person.clone().prop_map(Change::Assign),
            person.clone().prop_map(Change::Escalate),
            (dispositions, reasons, proptest::option::of(comment.clone()))
                .prop_map(|(disposition, reason, comment)| Change::Close(Closing { disposition, reason, comment })),
            comment.prop_map(Change::Reopen),
            (1i64..3, person).prop_map(|(case, worker)| Change::Join { case, worker }),
            Just(Change::Merge { into: AlertId(uuid::Uuid::from_u128(9)) }),
        ]
    }

    proptest! {
        /// Whatever is tried in whatever order: a decision is there exactly while the alert is closed, a tier never
        /// falls, a case never changes, and an alert is never left `new` once somebody owns it.
        #[test]
        fn no_sequence_breaks_an_alert(changes in proptest::collection::vec(any_change(), 0..40)) {
            let mut now = Standing::raised(Severity::Medium);
            for (change, at) in changes.iter().zip(0..) {
                let Ok(next) = now.after(change, Timestamp(at)) else { continue };
                let closed = next.status == Status::Closed;
                prop_assert_eq!(closed, next.disposition.is_some());
                prop_assert_eq!(closed, next.reason.is_some());
                prop_assert_eq!(closed, next.closed_at.is_some());
                prop_assert!(closed || next.merged_into.is_none());
                prop_assert!(now.merged_into.is_none() || next.merged_into == now.merged_into);
                prop_assert!(next.reason != Some(Reason::Other) || next.comment.is_some());
                prop_assert!(next.tier >= now.tier && next.tier <= 2);
                prop_assert!(now.case.is_none() || next.case == now.case);
                prop_assert!(next.owner.is_none() || next.status != Status::New);
                prop_assert!(next.status != Status::New || now.status == Status::New);
                prop_assert!(now.status != Status::Closed || closed || matches!(change, Change::Reopen(_)));
                now = next;
            }
        }
    }
}
