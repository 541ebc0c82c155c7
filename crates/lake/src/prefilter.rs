//! What must be in an event's raw bytes for a query to hold: cheap to look for, so that most events are never
//! parsed again. It may let events through that do not hold; it never stops one that does.

use datafusion::arrow::array::{Array, RecordBatch, StringArray};
use model::{Field, field};
use query::{Expr, Subject, Test, TextTest};

/// A necessary condition.
#[derive(Clone, Debug)]
pub(crate) enum Needle {
    /// Nothing is known.
    Any,
    /// These ASCII letters and digits, in lower case, stand in the raw bytes (in either case).
    Raw(String),
    /// A promoted text column equals this in lower case, or the field has several values and is in `attrs`.
    Column(Field, String),
    All(Vec<Needle>),
    One(Vec<Needle>),
}

/// The shortest run of letters and digits that is worth looking for.
const SHORTEST: usize = 3;

impl Needle {
    pub(crate) fn of(expr: &Expr) -> Needle {
        match expr {
            Expr::And(all) => Needle::All(all.iter().map(Needle::of).collect()),
            Expr::Or(all) => Needle::One(all.iter().map(Needle::of).collect()),
            Expr::Field(subject, test) => of_field(*subject, test),
            Expr::Anywhere(TextTest::Word(text) | TextTest::Phrase(text)) => longest(text),
            Expr::Anywhere(TextTest::Glob(glob)) => glob.literals().first().map_or(Needle::Any, |text| longest(text)),
            // An address has several spellings.
            Expr::Address(_) | Expr::All | Expr::Not(_) => Needle::Any,
        }
    }

    /// The rows of a batch that may hold.
    pub(crate) fn rows(&self, batch: &RecordBatch, raw: &StringArray) -> Vec<bool> {
        let n = batch.num_rows();
        match self {
            Needle::Any => vec![true; n],
            Needle::Raw(text) => (0..n).map(|row| may_contain(raw.value(row), text)).collect(),
            Needle::Column(field, wanted) => column(batch, *field, wanted),
            Needle::All(all) => all.iter().fold(vec![true; n], |rows, one| zip(rows, &one.rows(batch, raw), |a, b| a && b)),
            Needle::One(all) => all.iter().fold(vec![false; n], |rows, one| zip(rows, &one.rows(batch, raw), |a, b| a || b)),
        }
    }

    /// The promoted columns that it looks at.
    pub(crate) fn columns(&self, out: &mut Vec<&'static str>) {
        match self {
            Needle::Column(field, _) => out.push(field.name()),
            Needle::All(all) | Needle::One(all) => all.iter().for_each(|one| one.columns(out)),
            Needle::Any | Needle::Raw(_) => {}
        }
    }
}

fn zip(mut rows: Vec<bool>, other: &[bool], with: impl Fn(bool, bool) -> bool) -> Vec<bool> {
    rows.iter_mut().zip(other).for_each(|(row, other)| *row = with(*row, *other));
    rows
}

fn of_field(subject: Subject, test: &Test) -> Needle {
    let field = match subject {
        Subject::Field(Some(field)) => field,
        Subject::Raw => return of_test(test),
        _ => return Needle::Any,
    };
    if let Test::Equals(wanted) = test {
        let is_text = crate::columns::PROMOTED.iter().any(|(promoted, kind)| *promoted == field && *kind == crate::columns::Kind::Text);
        // A number is equal to another spelling of itself.
        if is_text && wanted.parse::<f64>().is_err() {
            return Needle::Column(field, wanted.clone());
        }
    }
    if is_verbatim(field) { of_test(test) } else { Needle::Any }
}

fn of_test(test: &Test) -> Needle {
    match test {
        Test::Equals(text) if text.parse::<f64>().is_err() => longest(text),
        Test::Contains(text) => longest(text),
        Test::Glob(glob) => glob.literals().first().map_or(Needle::Any, |text| longest(text)),
        _ => Needle::Any,
    }
}

/// Whether a field's values stand in the raw bytes as they are. Vendor fields do; derived ones need not.
fn is_verbatim(field: Field) -> bool {
    let name = field.name();
    name.starts_with("winlog.event_data.") || field == field::MESSAGE || field == field::PROCESS_COMMAND_LINE
}

fn longest(text: &str) -> Needle {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    match runs.max_by_key(|run| run.len()).filter(|run| run.len() >= SHORTEST) {
        Some(run) => Needle::Raw(run.to_owned()),
        None => Needle::Any,
    }
}

/// Without regard to ASCII case. A `\u` in the text may spell anything, as may letters beyond ASCII that lower to it.
fn may_contain(raw: &str, wanted: &str) -> bool {
    let (raw, wanted) = (raw.as_bytes(), wanted.as_bytes());
    let Some(first) = wanted.first() else { return true };
    let (low, high) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let found = memchr::memchr2_iter(low, high, raw)
        .any(|at| raw.get(at..at + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted)));
    found || memchr::memmem::find(raw, b"\\u").is_some() || !raw.is_ascii()
}

fn column(batch: &RecordBatch, field: Field, wanted: &str) -> Vec<bool> {
    let text = |name: &str| batch.column_by_name(name).and_then(|c| c.as_any().downcast_ref::<StringArray>());
    let (Some(values), Some(attrs)) = (text(field.name()), text(crate::columns::ATTRS)) else {
        return vec![true; batch.num_rows()];
    };
    (0..batch.num_rows())
        .map(|row| {
            let equal = values.is_valid(row) && {
                let value = values.value(row);
                value.eq_ignore_ascii_case(wanted) || (!value.is_ascii() && value.to_lowercase() == *wanted)
            };
            equal || (attrs.is_valid(row) && attrs.value(row).contains(field.name()))
        })
        .collect()
}
