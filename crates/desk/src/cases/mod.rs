//! Cases: from an alert with its evidence to a disposition.
