//! Log records: damaged bytes are an error and reserve nothing; what is read is written and read again the same.
//!
//! The files are compiled in, since the crate that they stand in brings a query engine along.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Event;

#[path = "../../crates/lake/src/batch.rs"]
mod batch;
#[path = "../../crates/lake/src/wal/codec.rs"]
mod codec;

use batch::{Batch, BatchId, Quarantined};

fuzz_target!(|data: &[u8]| {
    let Ok(logged) = codec::decode(data) else { return };
    for one in logged {
        let batch = Batch {
            source: one.source.clone(),
            id: one.id.clone(),
            received: one.received,
            format: one.format,
            peer: one.peer,
            events: one.raws.iter().map(|raw| Event::new(raw, one.received)).collect(),
            item_ids: one.item_ids.clone(),
            rules: one.rules.clone(),
            matches: one.matches.clone(),
            rule_set: one.rule_set.clone(),
            quarantined: one.quarantined.clone(),
            rejected: one.rejected,
        };
        let mut bytes = Vec::new();
        codec::encode(&batch, one.first_seq, &mut bytes);
        for end in [0, bytes.len() / 2, bytes.len() - 1] {
            // An empty group has no record; any other beginning of one is cut short.
            assert!(codec::decode(&bytes[..end]).is_err() || end == 0, "cut at {end}");
        }
        assert_eq!(codec::decode(&bytes).as_deref(), Ok(&[one][..]));
    }
});
