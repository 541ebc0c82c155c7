//! Receivers and the one pipeline from the wire to the log, and the follower behind it.
