//! Records on SQLite or PostgreSQL, one transaction helper and the journal.
