//! The worker process that opens hostile files.
