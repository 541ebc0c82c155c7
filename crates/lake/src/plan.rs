//! A query against columns. What the columns decide needs no parsing; the rest is left to [`query::holds`] on the
//! event parsed again from its bytes. A plan may leave open what it cannot decide; it never decides wrongly.

use crate::columns::{ATTRS, DERIVED, Kind, PROMOTED, RAW, RECEIVED, SOURCE, TIME};
use crate::scan::text;
use crate::sidecar::Filter;
use crate::words;
use crate::LakeError;
use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::TimestampNanosecondType;
use model::{Field, Timestamp};
use query::{Expr, Subject, Test, TextTest};

/// Whether an event is among the answers: ordered, so that AND is the least and OR the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    No,
    Maybe,
    Yes,
}

/// A query as far as columns know.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    Known(Truth),
    Text(Text),
    Column(Field, Kind, Test),
    Instant(&'static str, Test),
    Source(Test),
    Not(Box<Plan>),
    All(Vec<Plan>),
    One(Vec<Plan>),
}

/// A text that stands in the raw bytes or in `_derived` of every answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// In lower case; looked for in each row. Empty: nothing is worth looking for.
    part: String,
    /// Hashes of words that a row group must have.
    words: Vec<u64>,
}

/// The shortest text that is worth looking for in each row.
const SHORTEST: usize = 3;

impl Plan {
    pub(crate) fn of(expr: &Expr) -> Plan {
        match expr {
            Expr::All => Plan::Known(Truth::Yes),
            Expr::And(all) => Plan::All(all.iter().map(Plan::of).collect()),
            Expr::Or(all) => Plan::One(all.iter().map(Plan::of).collect()),
            Expr::Not(inner) => Plan::Not(Box::new(Plan::of(inner))),
            Expr::Field(subject, test) => of_field(subject, test),
            Expr::Anywhere(TextTest::Word(word)) => Plan::Text(Text::whole(word)),
            Expr::Anywhere(TextTest::Phrase(phrase)) => Plan::Text(Text::within(phrase)),
            Expr::Anywhere(TextTest::Glob(glob)) => Plan::Text(Text::of_glob(glob)),
            Expr::Address(ip) => Plan::Text(Text::whole(&ip.to_string())),
        }
    }

    /// The columns that it looks at.
    pub(crate) fn columns(&self, out: &mut Vec<&'static str>) {
        match self {
            Plan::Known(_) => {}
            Plan::Text(text) if text.part.is_empty() => {}
            Plan::Text(_) => out.extend([RAW, DERIVED]),
            Plan::Column(field, _, _) => out.extend([field.name(), ATTRS]),
            Plan::Instant(name, _) => out.push(name),
            Plan::Source(_) => out.push(SOURCE),
            Plan::Not(inner) => inner.columns(out),
            Plan::All(all) | Plan::One(all) => all.iter().for_each(|one| one.columns(out)),
        }
    }

    /// For every row of the batch, which has the columns asked for.
    pub(crate) fn rows(&self, batch: &RecordBatch) -> Result<Vec<Truth>, LakeError> {
        let n = batch.num_rows();
        Ok(match self {
            Plan::Known(truth) => vec![*truth; n],
            Plan::Text(wanted) => wanted.rows(batch)?,
            Plan::Column(field, kind, test) => column(batch, *field, *kind, test)?,
            Plan::Instant(name, test) => {
                let instants = crate::scan::column(batch, name)?.as_primitive::<TimestampNanosecondType>();
                instants.values().iter().map(|at| decided(test.passes_instant(Timestamp(*at)))).collect()
            }
            Plan::Source(test) => {
                let sources = text(batch, SOURCE)?;
                (0..n).map(|row| decided(test.passes(sources.value(row)))).collect()
            }
            Plan::Not(inner) => inner.rows(batch)?.into_iter().map(not).collect(),
            Plan::All(all) => fold(all, batch, Truth::Yes, Ord::min)?,
            Plan::One(all) => fold(all, batch, Truth::No, Ord::max)?,
        })
    }

    /// Whether a filter can say anything about it.
    pub(crate) fn has_words(&self) -> bool {
        match self {
            Plan::Text(text) => !text.words.is_empty(),
            Plan::Column(_, _, test) => !of_test(test).words.is_empty(),
            Plan::All(all) | Plan::One(all) => all.iter().any(Plan::has_words),
            Plan::Known(_) | Plan::Instant(..) | Plan::Source(_) | Plan::Not(_) => false,
        }
    }

    /// Whether the rows behind a filter may be among the answers.
    pub(crate) fn may(&self, filter: &Filter) -> bool {
        match self {
            Plan::Text(text) => text.words.iter().all(|word| filter.has(*word)),
            Plan::Column(_, _, test) => of_test(test).words.iter().all(|word| filter.has(*word)),
            Plan::All(all) => all.iter().all(|one| one.may(filter)),
            Plan::One(all) => all.is_empty() || all.iter().any(|one| one.may(filter)),
            Plan::Known(truth) => *truth != Truth::No,
            Plan::Instant(..) | Plan::Source(_) | Plan::Not(_) => true,
        }
    }
}

fn decided(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

fn not(truth: Truth) -> Truth {
    match truth {
        Truth::No => Truth::Yes,
        Truth::Maybe => Truth::Maybe,
        Truth::Yes => Truth::No,
    }
}

fn fold(all: &[Plan], batch: &RecordBatch, start: Truth, with: fn(Truth, Truth) -> Truth) -> Result<Vec<Truth>, LakeError> {
    let mut rows = vec![start; batch.num_rows()];
    for one in all {
        rows.iter_mut().zip(one.rows(batch)?).for_each(|(row, other)| *row = with(*row, other));
    }
    Ok(rows)
}

fn of_field(subject: &Subject, test: &Test) -> Plan {
    match subject {
        Subject::Time => Plan::Instant(TIME, test.clone()),
        Subject::Received => Plan::Instant(RECEIVED, test.clone()),
        Subject::Source => Plan::Source(test.clone()),
        Subject::Id => Plan::Known(Truth::Maybe),
        Subject::Raw => Plan::Text(of_test(test)),
        // Promoted fields are of the catalogue, which every process knows.
        Subject::Named(_) => Plan::Text(of_test(test)),
        Subject::Field(field) => match PROMOTED.iter().find(|(promoted, _)| promoted == field) {
            Some((_, kind)) => Plan::Column(*field, *kind, test.clone()),
            None => Plan::Text(of_test(test)),
        },
    }
}

/// What stands in every value that passes.
fn of_test(test: &Test) -> Text {
    match test {
        // A number is equal to other spellings of itself.
        Test::Equals(wanted) if wanted.parse::<f64>().is_err() => Text::whole(wanted),
        Test::Contains(wanted) => Text::within(wanted),
        Test::Glob(glob) => Text::of_glob(glob),
        Test::Exists | Test::Equals(_) | Test::Cidr(_) | Test::Range(..) | Test::Instant(..) => Text::default(),
    }
}

impl Text {
    /// A text that begins and ends where a word does.
    fn whole(wanted: &str) -> Text {
        let mut found = Text::default();
        words::each(wanted, false, |word| found.add(word, true));
        found
    }

    /// A text that may stand within a word.
    fn within(wanted: &str) -> Text {
        let mut found = Text::default();
        let bounds = |word: &str| {
            let start = word.as_ptr().addr() - wanted.as_ptr().addr();
            (start, start + word.len())
        };
        words::each(wanted, false, |word| {
            let (start, end) = bounds(word);
            let whole = start > 0 && end < wanted.len();
            // At an end of the text, the numbers of a quad may be parts of longer words, which make no quad.
            if whole || !word.contains('.') {
                found.add(word, whole);
            }
        });
        found
    }

    fn of_glob(glob: &query::Glob) -> Text {
        let mut found = Text::default();
        glob.words().iter().for_each(|(word, whole)| found.add(word, *whole));
        found
    }

    fn add(&mut self, word: &str, whole: bool) {
        if whole && word.len() >= crate::sidecar::SHORTEST {
            self.words.push(words::hash(word));
        }
        if word.len() >= SHORTEST && word.len() > self.part.len() {
            word.clone_into(&mut self.part);
        }
    }

    fn rows(&self, batch: &RecordBatch) -> Result<Vec<Truth>, LakeError> {
        if self.part.is_empty() {
            return Ok(vec![Truth::Maybe; batch.num_rows()]);
        }
        let (raw, derived) = (text(batch, RAW)?, text(batch, DERIVED)?);
        let finder = Finder::new(&self.part);
        let stands = |row: usize| finder.is_in(raw.value(row)) || (derived.is_valid(row) && derived.value(row).contains(&self.part));
        Ok((0..batch.num_rows()).map(|row| if stands(row) { Truth::Maybe } else { Truth::No }).collect())
    }
}

/// Looks for a lower-case ASCII text without regard to case, by its rarest byte.
struct Finder<'t> {
    wanted: &'t str,
    rarest: usize,
}

impl<'t> Finder<'t> {
    fn new(wanted: &'t str) -> Finder<'t> {
        // Roughly from rare to frequent in logs.
        const FREQUENT: &[u8] = b"zjqxkvwgyb987654hfpmdul321cnrsoi0ate.";
        let rank = |byte: u8| FREQUENT.iter().position(|known| *known == byte).unwrap_or(0);
        let rarest = wanted.bytes().enumerate().min_by_key(|(_, byte)| rank(*byte)).map_or(0, |(at, _)| at);
        Finder { wanted, rarest }
    }

    fn is_in(&self, raw: &str) -> bool {
        let (bytes, wanted) = (raw.as_bytes(), self.wanted.as_bytes());
        let Some(byte) = wanted.get(self.rarest) else { return true };
        let at = |place: usize| {
            let part = place.checked_sub(self.rarest).and_then(|start| bytes.get(start..start + wanted.len()));
            part.is_some_and(|part| part.eq_ignore_ascii_case(wanted))
        };
        let (low, high) = (byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
        let found = if low == high { memchr::memchr_iter(low, bytes).any(at) } else { memchr::memchr2_iter(low, high, bytes).any(at) };
        // Letters beyond ASCII may have their lower case in it.
        found || (!raw.is_ascii() && raw.to_lowercase().contains(self.wanted))
    }
}

/// Decided where the column has the field's only value. A field with more than one, or with one that the column
/// cannot hold, is named in `attrs`.
fn column(batch: &RecordBatch, field: Field, kind: Kind, test: &Test) -> Result<Vec<Truth>, LakeError> {
    let attrs = text(batch, ATTRS)?;
    let more = memchr::memmem::Finder::new(field.name());
    let values: &dyn Fn(usize) -> bool = match kind {
        Kind::Text => {
            let values: StringArray = text(batch, field.name())?;
            &move |row| values.is_valid(row) && test.passes(values.value(row))
        }
        Kind::Long => {
            let values: &Int64Array = crate::scan::column(batch, field.name())?.as_primitive();
            &move |row| values.is_valid(row) && test.passes(&values.value(row).to_string())
        }
    };
    let truth = |row: usize| match attrs.is_valid(row) && more.find(attrs.value(row).as_bytes()).is_some() {
        true => Truth::Maybe,
        false => decided(values(row)),
    };
    Ok((0..batch.num_rows()).map(truth).collect())
}
