//! People, tokens, sources and the journal.
