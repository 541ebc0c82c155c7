//! The event store: write-ahead log, segments, indexes, scan, retention.
