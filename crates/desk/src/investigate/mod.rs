//! Search over events and what one event says.
