//! Tests through the public door.
