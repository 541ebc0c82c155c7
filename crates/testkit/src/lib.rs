//! For tests only: the program in a temporary folder and its real neighbours.

mod evtx;
mod long_log;
mod postgres;
mod templated;

pub use evtx::{LogEvent, event_log};
pub use long_log::{LogChunk, long_log};
pub use postgres::{Postgres, Records, record_urls, sqlite};
pub use templated::templated_log;
