//! The worker process that opens hostile files.
//!
//! EVTX is a binary format whose every offset an attacker may have written. It is parsed *and* matched in a process that
//! has no files, no network, little memory and little time; only matches and counts come back. [`Reader`] is the
//! program's side, [`run_worker`] the worker's, [`Log`] cuts a file into chunks that several workers can share, and
//! [`Examiner`] is what both sides use to hold one record against the rules.

mod cage;
mod chunk;
mod examine;
mod familiar;
mod frame;
mod log;
mod reader;
mod sighting;
mod watchdog;
mod wire;
mod worker;

pub use cage::Cage;
pub use chunk::read as read_chunk;
#[doc(hidden)]
pub use chunk::each_event;
#[doc(hidden)]
pub use familiar::Memory;
pub use examine::{Examiner, Hit, Seen, Wanted};
pub use log::{Log, MAGIC};
pub use reader::{DissectError, Reader, Setup};
pub use sighting::Sighting;
pub use wire::{ChunkReport, Damage, Record};
pub use worker::run as run_worker;

/// Rule files that several readers share.
pub type RuleFiles = std::sync::Arc<Vec<detect::RuleFile>>;
