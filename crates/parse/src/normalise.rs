//! What every format has in common once its fields are read: reserved names, event time, log source.

use crate::marks::{self as m, Draft, Mark, Marks};
use crate::{sources, windows};
use model::{Diagnostic, Event};

/// What an event is by its names alone; its values have no say in it.
#[derive(Clone)]
pub(crate) struct Settled {
    /// Whether it is a Windows event.
    pub(crate) windows: bool,
    /// Where its fields are.
    pub(crate) marks: Marks,
}

/// Takes away what a sender may not set, gives the fields their names, and finds them.
pub(crate) fn settle(event: &mut Event) -> Settled {
    reserved(event);
    let windows = windows::relabel(event);
    Settled { windows, marks: Marks::of(event) }
}

/// The last step of every parse: what follows from the values.
pub(crate) fn finish(event: &mut Event, settled: &Settled) {
    let mut draft = Draft::new(event, &settled.marks);
    if settled.windows {
        windows::normalise(&mut draft);
    } else {
        draft.event.log_source = sources::log_source(&draft);
    }
    time(draft);
}

/// Our own names are ours: what a sender puts there is ignored and said.
fn reserved(event: &mut Event) {
    let taken = event.slots().iter().map(|slot| slot.field()).find(|f| crate::ecs::is_reserved(f.name()));
    if let Some(first) = taken {
        event.diagnostics.push(Diagnostic::flag("field.reserved", format!("a sender may not set {first}")));
        let names: Vec<_> =
            event.slots().iter().map(|slot| slot.field()).filter(|f| crate::ecs::is_reserved(f.name())).collect();
        for name in names {
            event.remove(name);
        }
    }
}

/// Fields that hold the event's own time, best first.
const TIMES: &[Mark] = &[
    m::TIMESTAMP,
    m::TIMESTAMP_PLAIN,
    m::UTC_TIME,
    m::EVENT_TIME,
    m::TIME_CREATED,
    m::EVENT_TIME_CAMEL,
    m::EVENT_START,
    m::EVENT_CREATED,
    m::TIME,
    m::TS,
    m::PUBLISHED,
    m::REQUEST_RECEIVED,
];

fn time(draft: Draft<'_>) {
    let found = TIMES.iter().find_map(|mark| draft.get(*mark).and_then(crate::time::instant));
    if let Some(time) = found {
        draft.event.time = time;
    }
    let (time, received, named) = (draft.event.time, draft.event.received, draft.has(m::TIMESTAMP));
    let diagnostics = &mut draft.event.diagnostics;
    if named && found.is_none() {
        let what = "@timestamp is not an instant; the receive time is used";
        diagnostics.push(Diagnostic::flag("time.unreadable", what));
    }
    if !crate::time::is_plausible(time, received) {
        diagnostics.push(Diagnostic::flag("time.out_of_range", format!("event time {time}")));
    }
    if named {
        draft.remove(m::TIMESTAMP);
    }
}
