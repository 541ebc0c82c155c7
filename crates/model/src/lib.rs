//! The nouns that two crates share: typed ids, events, the field catalogue, log sources,
//! severity, detections, entities, the context of a change, and the clock.
//!
//! This crate knows no async, no I/O, no SQL, no HTTP and never reads the wall clock:
//! time is an argument.

mod catalogue;
mod context;
mod detection;
mod diagnostic;
mod entity;
mod event;
mod id;
mod intern;
mod logsource;
mod severity;
mod time;

pub use catalogue::{Field, FieldInfo, FieldKind, field};
pub use context::{Actor, ActorKind, OpContext};
pub use detection::{Match, Matched, RuleRef};
pub use diagnostic::{Diagnostic, Verdict};
pub use entity::{Entity, EntityKind};
pub use event::{Event, Slot, Value};
pub use id::{AlertId, CaseId, EventId, IdError, JournalId, NoteId, RequestId, SessionId, TokenId, UserId};
pub use logsource::{LogSource, MAX_CATEGORIES, Name};
pub use severity::Severity;
pub use time::{Clock, ManualClock, SystemClock, TimeError, Timestamp};
