//! What people decide about a case, as a state machine: pure, no clock, no SQL.
//!
//! new → in progress → (on hold) → containment → eradication → recovery → post-incident → closed. Work goes back when the
//! attacker does; what was reached then no longer counts.

use model::{Severity, Timestamp, UserId};
use serde::Serialize;

use super::{CaseStatus, Tlp};
use crate::triage::{Closing, Disposition, Reason, Refused};

/// The part of a case that people decide, and that its version and the journal cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseStanding {
    /// One line.
    pub title: String,
    /// What is known so far.
    pub summary: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub status: CaseStatus,
    /// 1 or 2.
    pub tier: u8,
    /// Who works on it.
    pub owner: Option<UserId>,
    /// With whom it may be shared.
    pub tlp: Tlp,
    /// Set by the first step out of `new`.
    pub acknowledged_at: Option<Timestamp>,
    /// Set by the step from containment to what follows; unset by a step back to it or before it.
    pub contained_at: Option<Timestamp>,
    /// Set by the step from recovery to what follows; unset by a step back to it or before it.
    pub recovered_at: Option<Timestamp>,
    /// Set exactly while closed.
    pub closed_at: Option<Timestamp>,
    /// Set exactly while closed.
    pub disposition: Option<Disposition>,
    /// Set exactly while closed.
    pub reason: Option<Reason>,
    /// What was said on closing.
    pub comment: Option<String>,
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseChange {
    /// Other values of its own fields; what is `None` stays.
    Edit {
        /// Another title.
        title: Option<String>,
        /// Another summary.
        summary: Option<String>,
        /// Another severity.
        severity: Option<Severity>,
        /// The next state, not `closed`.
        status: Option<CaseStatus>,
        /// Another owner, or nobody.
        owner: Option<Option<UserId>>,
        /// Another circle.
        tlp: Option<Tlp>,
    },
    /// It is decided.
    Close(Closing),
    /// It was decided wrongly.
    Reopen,
    /// An alert of this tier joined it.
    Gain {
        /// The alert's tier.
        tier: u8,
    },
}

impl CaseChange {
    /// The journal's word for it.
    pub const fn action(&self) -> &'static str {
        match self {
            CaseChange::Edit { .. } => "case.change",
            CaseChange::Close(_) => "case.close",
            CaseChange::Reopen => "case.reopen",
            CaseChange::Gain { .. } => "case.alert",
        }
    }
}

impl CaseStatus {
    /// The states that may follow, `closed` apart, which every open state may become by closing.
    pub const fn next(self) -> &'static [CaseStatus] {
        use CaseStatus::*;
        match self {
            New => &[InProgress, OnHold, Containment],
            InProgress => &[OnHold, Containment, Eradication, Recovery, PostIncident],
            OnHold => &[InProgress, Containment, Eradication, Recovery],
            Containment => &[InProgress, OnHold, Eradication, Recovery, PostIncident],
            Eradication => &[OnHold, Containment, Recovery, PostIncident],
            Recovery => &[OnHold, Containment, Eradication, PostIncident],
            PostIncident => &[InProgress, Recovery],
            Closed => &[],
        }
    }
}

impl CaseStanding {
    /// Where it stands after `change`, made at `now`. Equal to before where the change says nothing new.
    pub fn after(&self, change: &CaseChange, now: Timestamp) -> Result<CaseStanding, Refused> {
        let mut next = self.clone();
        match change {
            CaseChange::Reopen => {
                if self.status != CaseStatus::Closed {
                    return Err(self.refuse("reopening"));
                }
                next = CaseStanding { disposition: None, reason: None, comment: None, closed_at: None, ..next };
                next.status = CaseStatus::InProgress;
            }
            CaseChange::Close(closing) => {
                self.open("closing")?;
                let Closing { disposition, reason, comment } = closing.clone().checked()?;
                next.step(CaseStatus::Closed, now);
                next.closed_at = Some(now);
                next.disposition = Some(disposition);
                next.reason = Some(reason);
                next.comment = comment;
            }
            CaseChange::Gain { tier } => {
                self.open("adding an alert")?;
                next.tier = self.tier.max(*tier);
            }
            CaseChange::Edit { title, summary, severity, status, owner, tlp } => {
                self.open("a change")?;
                if let Some(to) = status.filter(|to| *to != self.status) {
                    if !self.status.next().contains(&to) {
                        return Err(self.refuse(to.as_str()));
                    }
                    next.step(to, now);
                }
                next.title = title.clone().unwrap_or(next.title);
                next.summary = summary.clone().unwrap_or(next.summary);
                next.severity = severity.unwrap_or(next.severity);
                next.owner = owner.unwrap_or(next.owner);
                next.tlp = tlp.unwrap_or(next.tlp);
            }
        }
        Ok(next)
    }

    /// Enters a state and notes what that reaches, or undoes.
    fn step(&mut self, to: CaseStatus, now: Timestamp) {
        use CaseStatus::*;
        if self.status == New {
            self.acknowledged_at = self.acknowledged_at.or(Some(now));
        }
        match (self.status, to) {
            (_, Eradication | Recovery) | (Containment, PostIncident) => {
                self.contained_at = self.contained_at.or(Some(now))
            }
            (Recovery, PostIncident | Closed) => self.recovered_at = Some(now),
            _ => {}
        }
        // On hold nothing is done, so nothing is undone.
        if matches!(to, InProgress | Containment) {
            self.contained_at = None;
        }
        if matches!(to, InProgress | Containment | Eradication | Recovery) {
            self.recovered_at = None;
        }
        self.status = to;
    }

    /// Refuses `action` on a closed case.
    pub fn open(&self, action: &'static str) -> Result<(), Refused> {
        if self.status == CaseStatus::Closed { Err(self.refuse(action)) } else { Ok(()) }
    }

    fn refuse(&self, action: &'static str) -> Refused {
        Refused::State { status: self.status.as_str(), action }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn case() -> CaseStanding {
        CaseStanding {
            title: "T".into(),
            summary: String::new(),
            severity: Severity::High,
            status: CaseStatus::New,
            tier: 1,
            owner: None,
            tlp: Tlp::Amber,
            acknowledged_at: None,
            contained_at: None,
            recovered_at: None,
            closed_at: None,
            disposition: None,
            reason: None,
            comment: None,
        }
    }

    fn to(status: CaseStatus) -> CaseChange {
        CaseChange::Edit { title: None, summary: None, severity: None, status: Some(status), owner: None, tlp: None }
    }

    fn closing() -> CaseChange {
        CaseChange::Close(Closing {
            disposition: Disposition::TruePositiveImpact,
            reason: Reason::ConfirmedAttack,
            comment: None,
        })
    }

    #[test]
    fn an_incident_from_end_to_end_leaves_its_four_times() {
        use CaseStatus::*;
        let mut now = case();
        for (status, at) in
            [InProgress, OnHold, InProgress, Containment, Eradication, Recovery, PostIncident].into_iter().zip(1..)
        {
            now = now.after(&to(status), Timestamp(at)).unwrap();
        }
        let closed = now.after(&closing(), Timestamp(8)).unwrap();
        assert_eq!(
            [closed.acknowledged_at, closed.contained_at, closed.recovered_at, closed.closed_at],
            [1, 5, 7, 8].map(|at| Some(Timestamp(at)))
        );
        assert_eq!(closed.after(&to(InProgress), Timestamp(9)).unwrap_err().code(), "state");
        assert_eq!(closed.after(&closing(), Timestamp(9)).unwrap_err().code(), "state");
        let again = closed.after(&CaseChange::Reopen, Timestamp(9)).unwrap();
        assert_eq!((again.status, again.closed_at, again.disposition), (InProgress, None, None));
    }

    #[test]
    fn an_attacker_who_comes_back_is_not_contained() {
        use CaseStatus::*;
        let mut now = case();
        for (status, at) in [Containment, Recovery, Containment].into_iter().zip(1..) {
            now = now.after(&to(status), Timestamp(at)).unwrap();
        }
        assert_eq!((now.acknowledged_at, now.contained_at), (Some(Timestamp(1)), None));
        let held = now.after(&to(OnHold), Timestamp(4)).unwrap();
        assert_eq!(held.contained_at, None, "waiting contains nothing");
    }

    #[test]
    fn a_state_cannot_be_jumped_into() {
        use CaseStatus::*;
        for (from, bad) in
            [(New, Recovery), (New, PostIncident), (OnHold, PostIncident), (InProgress, New), (Recovery, Closed)]
        {
            let at = CaseStanding { status: from, ..case() };
            assert_eq!(at.after(&to(bad), Timestamp(1)).unwrap_err().code(), "state", "{from} → {bad}");
        }
        let same = case();
        assert_eq!(same.after(&to(New), Timestamp(1)), Ok(same));
    }

    proptest! {
        /// Whatever is tried in whatever order: a decision is there exactly while the case is closed, and a case that is
        /// being contained or recovered is not said to be.
        #[test]
        fn no_sequence_breaks_a_case(steps in proptest::collection::vec(0usize..10, 0..40)) {
            let mut now = case();
            for (step, at) in steps.into_iter().zip(0..) {
                let change = match step { 8 => closing(), 9 => CaseChange::Reopen, step => to(CaseStatus::ALL[step]) };
                let Ok(next) = now.after(&change, Timestamp(at)) else { continue };
                let closed = next.status == CaseStatus::Closed;
                prop_assert_eq!(closed, next.disposition.is_some() && next.reason.is_some() && next.closed_at.is_some());
                prop_assert_eq!(next.acknowledged_at.is_none(), next.status == CaseStatus::New);
                prop_assert!(next.status != CaseStatus::Containment || next.contained_at.is_none());
                prop_assert!(next.status != CaseStatus::Recovery || next.recovered_at.is_none());
                prop_assert!(now.status != CaseStatus::Closed || closed || change == CaseChange::Reopen);
                now = next;
            }
        }
    }
}
