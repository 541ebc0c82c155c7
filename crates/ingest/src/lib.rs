//! From the wire to the log, and the follower behind it.
//!
//! Three tasks, two queues and a follower: a receiver frames bytes into bounded [`Frames`]; workers parse and match
//! them; one writer restores their order, makes them durable and acknowledges. Nothing on that path touches the
//! records database, so a database that is down never stops ingest. The [`follow`]er reads the log behind it and
//! turns matches into alerts.
//!
//! Both queues are bounded by bytes: when they are full, HTTP answers 429, TCP stops reading, and only UDP drops,
//! counted.

mod correlate;
mod counters;
mod decode;
pub mod follow;
mod frames;
mod pipeline;
mod ready;
pub mod receivers;
pub mod spending;
mod watching;
mod worker;
mod writer;

pub use counters::{Counters, SourceCounts};
pub use decode::{DecodeError, MAX_BODY, decode};
pub use frames::Frames;
pub use pipeline::{IngestError, ItemOutcome, Pipeline, PipelineOptions, Receipt, Submission};
pub use correlate::StateOptions;
pub use spending::{Budget, Remembered, Spending};
pub use watching::Watching;
