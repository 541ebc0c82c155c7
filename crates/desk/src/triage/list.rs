//! The queue: filters, four orders with a keyset cursor, facets and the histogram.
//!
//! The default filter (what is open) is spelt `status <> 'closed'`, the very condition of the partial indexes, and each
//! order is the column order of one of them.

use db::{Db, DbError, Sql, Where, values};
use model::{Severity, Timestamp, UserId};
use sea_orm::{FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::request::{Page, cursor, filter_text, instant, limit, read_cursor};
use super::store::{AlertRow, COLUMNS, names, severity};
use super::{Alert, AlertSource, Status, words};
use crate::Problem;
use crate::access::Principal;

/// The most alerts on one page.
const MAX_PAGE: u32 = 500;
/// Values that a facet lists, most frequent first.
const FACET_VALUES: i64 = 50;
/// Bars of a histogram.
const MAX_BUCKETS: u32 = 500;
/// Nanoseconds before and after 1970 within which a histogram counts exactly.
const FAR: i64 = 1 << 62;
/// Words of a free-text filter.
const MAX_TERMS: usize = 8;

/// The filter as it is typed. Lists are separated by commas.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// `open` (the default), `new`, `triaging`, `escalated`, `closed`.
    pub status: Option<String>,
    /// `critical`, `high`, `medium`, `low`, `info`.
    pub severity: Option<String>,
    /// `me`, `none` or a user's id.
    pub owner: Option<String>,
    /// The host, exactly.
    pub host: Option<String>,
    /// The account, exactly.
    pub user: Option<String>,
    /// The rule's id.
    pub rule: Option<String>,
    /// `rule`.
    pub source: Option<String>,
    /// Words that title, host, account, source or entities must contain; `A-12` is that alert.
    pub q: Option<String>,
    /// Last seen at this instant or later.
    pub from: Option<String>,
    /// Last seen before this instant.
    pub to: Option<String>,
    /// `severity` (the default), `risk`, `last_seen` or `due`.
    pub sort: Option<String>,
    /// Alerts on a page: 1 to 500, 100 when not said.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Bars of the histogram: 1 to 500, 60 when not said.
    #[param(value_type = Option<u32>)]
    pub buckets: Option<String>,
}

/// Whose alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedBy {
    /// Nobody's.
    Nobody,
    /// This person's.
    Person(UserId),
}

words! {
    /// The order of the queue.
    Sort {
        /// Worst first, then latest.
        Severity = "severity",
        /// Riskiest first, then latest.
        Risk = "risk",
        /// Latest first.
        LastSeen = "last_seen",
        /// Due next first.
        Due = "due",
    }
}

/// The filter as it is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// One of these; empty means open.
    pub status: Vec<Status>,
    /// One of these; empty means any.
    pub severity: Vec<Severity>,
    /// Whose.
    pub owner: Option<OwnedBy>,
    /// On this host.
    pub host: Option<String>,
    /// About this account.
    pub user: Option<String>,
    /// By this rule.
    pub rule: Option<String>,
    /// Raised by this.
    pub source: Option<AlertSource>,
    /// Each of these, in lower case, is somewhere in its words, or is its number.
    pub terms: Vec<String>,
    /// Last seen then or later.
    pub from: Option<Timestamp>,
    /// Last seen before.
    pub to: Option<Timestamp>,
}

impl AlertFilter {
    /// What was typed, checked; `me` is `who`.
    pub fn read(query: &AlertQuery, who: &Principal) -> Result<AlertFilter, Problem> {
        let mut status = Vec::new();
        for word in listed(query.status.as_deref()) {
            match (word, Status::parse(word)) {
                ("open", _) => status.extend([Status::New, Status::Triaging, Status::Escalated]),
                (_, Some(one)) => status.push(one),
                (_, None) => return Err(unknown("status", word)),
            }
        }
        status.sort_unstable();
        status.dedup();
        let severity: Result<Vec<Severity>, Problem> = listed(query.severity.as_deref())
            .map(|word| Severity::parse(word).ok_or_else(|| unknown("severity", word)))
            .collect();
        let source = match query.source.as_deref().filter(|word| !word.is_empty()) {
            None => None,
            Some(word) => Some(AlertSource::parse(word).ok_or_else(|| unknown("source", word))?),
        };
        let terms = filter_text("q", query.q.clone())?.unwrap_or_default().to_lowercase();
        Ok(AlertFilter {
            status,
            severity: severity?,
            owner: owned_by(query.owner.as_deref(), who)?,
            host: filter_text("host", query.host.clone())?,
            user: filter_text("user", query.user.clone())?,
            rule: filter_text("rule", query.rule.clone())?,
            source,
            terms: terms.split_whitespace().take(MAX_TERMS).map(str::to_owned).collect(),
            from: instant("from", query.from.as_deref())?,
            to: instant("to", query.to.as_deref())?,
        })
    }

    /// As SQL, but for the condition on `except`: a facet shows what else could be chosen.
    fn conditions(&self, except: Option<&str>) -> Where {
        let mut found = Where::new();
        let wants = |name: &str| except != Some(name);
        if wants("status") {
            let closed = self.status.contains(&Status::Closed);
            if !closed {
                found.and("status <> 'closed'", values![]);
            }
            let all = if closed { Status::ALL.len() } else { Status::ALL.len() - 1 };
            if !self.status.is_empty() && self.status.len() < all {
                found.and(
                    &one_of("status", self.status.len()),
                    self.status.iter().map(|s| Value::from(s.as_str())).collect(),
                );
            }
        }
        if wants("severity") && !self.severity.is_empty() {
            let ranks = self.severity.iter().map(|s| Value::from(i64::from(s.rank())));
            found.and(&one_of("severity", self.severity.len()), ranks.collect());
        }
        match &self.owner {
            Some(OwnedBy::Nobody) if wants("owner") => drop(found.and("owner IS NULL", values![])),
            Some(OwnedBy::Person(id)) if wants("owner") => drop(found.and("owner = ?", values![id.to_string()])),
            _ => {}
        }
        let texts = [("host", &self.host), ("account", &self.user), ("rule_id", &self.rule)];
        for (column, text) in texts {
            if let Some(text) = text.as_deref().filter(|_| wants(column)) {
                found.and(&format!("{column} = ?"), values![text]);
            }
        }
        if let Some(source) = self.source.filter(|_| wants("source")) {
            found.and("source = ?", values![source.as_str()]);
        }
        for term in &self.terms {
            let like = containing(term);
            match term.strip_prefix("a-").and_then(|number| number.parse::<i64>().ok()) {
                Some(number) => found.and("number = ? OR words LIKE ? ESCAPE '\\'", values![number, like]),
                None => found.and("words LIKE ? ESCAPE '\\'", values![like]),
            };
        }
        if let Some(from) = self.from {
            found.and("last_seen >= ?", values![from.nanos()]);
        }
        if let Some(to) = self.to {
            found.and("last_seen < ?", values![to.nanos()]);
        }
        found
    }
}

/// The pattern of `LIKE` for a text that holds this one.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

pub(crate) fn listed(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty())
}

pub(crate) fn one_of(column: &str, many: usize) -> String {
    format!("{column} IN ({})", vec!["?"; many].join(", "))
}

pub(crate) fn unknown(name: &str, word: &str) -> Problem {
    let word: String = word.chars().take(64).collect();
    Problem::bad_request("request.filter", format!("`{name}` knows no `{word}`."))
}

pub(crate) fn owned_by(text: Option<&str>, who: &Principal) -> Result<Option<OwnedBy>, Problem> {
    match text {
        None | Some("") => Ok(None),
        Some("none") => Ok(Some(OwnedBy::Nobody)),
        Some("me") => match who.user() {
            Some(me) => Ok(Some(OwnedBy::Person(me))),
            None => {
                Err(Problem::bad_request("request.filter", "`owner=me` needs a person; this token acts for nobody."))
            }
        },
        Some(id) => id.parse().map(|id| Some(OwnedBy::Person(id))).map_err(|_| unknown("owner", id)),
    }
}

impl Sort {
    /// The keys, in the order of an index. The last one is the alert's number, so no two alerts are equal.
    const fn keys(self) -> &'static str {
        match self {
            Sort::Severity => "severity, last_seen, number",
            Sort::Risk => "risk, last_seen, number",
            Sort::LastSeen => "last_seen, number",
            Sort::Due => "due_at, number",
        }
    }
    const fn rises(self) -> bool {
        matches!(self, Sort::Due)
    }
    fn order(self) -> String {
        if self.rises() { self.keys().to_owned() } else { format!("{} DESC", self.keys().replace(", ", " DESC, ")) }
    }
    fn keys_of(self, alert: &Alert) -> Vec<i64> {
        let (seen, number) = (alert.last_seen.nanos(), alert.number);
        match self {
            Sort::Severity => vec![i64::from(alert.severity.rank()), seen, number],
            Sort::Risk => vec![i64::from(alert.risk), seen, number],
            Sort::LastSeen => vec![seen, number],
            Sort::Due => vec![alert.due_at.nanos(), number],
        }
    }
    fn keys_in(self, text: &str) -> Result<Vec<i64>, Problem> {
        match self {
            Sort::Severity | Sort::Risk => Ok(read_cursor::<3>(self.as_str(), text)?.to_vec()),
            Sort::LastSeen | Sort::Due => Ok(read_cursor::<2>(self.as_str(), text)?.to_vec()),
        }
    }
}

/// One page of the queue.
pub(super) async fn page(db: &Db, query: &AlertQuery, who: &Principal) -> Result<Page<Alert>, Problem> {
    let filter = AlertFilter::read(query, who)?;
    let sort = match query.sort.as_deref() {
        None | Some("") => Sort::Severity,
        Some(word) => Sort::parse(word).ok_or_else(|| unknown("sort", word))?,
    };
    let limit = limit(query.limit.as_deref(), 100, MAX_PAGE)? as usize;
    let matching = filter.conditions(None);
    let mut rest = filter.conditions(None);
    if let Some(text) = query.cursor.as_deref().filter(|text| !text.is_empty()) {
        let keys = sort.keys_in(text)?;
        let than = if sort.rises() { ">" } else { "<" };
        let places = vec!["?"; keys.len()].join(", ");
        rest.and(&format!("({}) {than} ({places})", sort.keys()), keys.into_iter().map(Value::from).collect());
    }
    let most = rest.bind(limit as i64 + 1);
    let text = format!("SELECT {COLUMNS} FROM alerts{} ORDER BY {} LIMIT {most}", rest.text(), sort.order());
    let count = format!("SELECT COUNT(*) FROM alerts{}", matching.text());
    let (rows, total) = tokio::try_join!(
        db.reader().rows::<AlertRow>(&text, rest.values()),
        db.reader().scalar::<i64>(&count, matching.values()),
    )?;
    let names = names(db).await?;
    let more = rows.len() > limit;
    let items: Result<Vec<Alert>, DbError> = rows.into_iter().take(limit).map(|row| row.read(&names)).collect();
    let items = items?;
    let next = items.last().filter(|_| more).map(|last| cursor(sort.as_str(), &sort.keys_of(last)));
    Ok(Page { items, next, total })
}

/// A value and how many alerts have it.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetValue {
    /// The value that the filter takes; null where the alerts have none.
    pub value: Option<String>,
    /// What to show for it, where that is not the value itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many.
    pub count: i64,
}

/// For each of six fields its most frequent values, counted over the alerts that the filter leaves apart from its own
/// condition on that field.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    /// Severities, worst first.
    pub severity: Vec<FacetValue>,
    /// States.
    pub status: Vec<FacetValue>,
    /// What raised them.
    pub source: Vec<FacetValue>,
    /// Hosts.
    pub host: Vec<FacetValue>,
    /// Owners, by id; null is nobody.
    pub owner: Vec<FacetValue>,
    /// Rules, by id.
    pub rule: Vec<FacetValue>,
}

#[derive(FromQueryResult)]
struct CountRow {
    value: Option<String>,
    label: Option<String>,
    count: i64,
}

pub(super) async fn facets(db: &Db, filter: &AlertFilter) -> Result<Facets, Problem> {
    let (severities, status, source, host, owner, rule, names) = tokio::try_join!(
        count_by(db, filter, "severity", "NULL"),
        count_by(db, filter, "status", "NULL"),
        count_by(db, filter, "source", "NULL"),
        count_by(db, filter, "host", "NULL"),
        count_by(db, filter, "owner", "NULL"),
        count_by(db, filter, "rule_id", "MAX(title)"),
        names(db),
    )?;
    let named = |mut facet: FacetValue| {
        let id = facet.value.as_deref().and_then(|id| id.parse::<UserId>().ok());
        facet.label = id.and_then(|id| names.get(&id).cloned());
        facet
    };
    let rank = |facet: &FacetValue| facet.value.as_deref().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let mut severities = severities;
    severities.sort_by_key(|facet| std::cmp::Reverse(rank(facet)));
    for facet in &mut severities {
        facet.value = Some(severity(rank(facet)).as_str().to_owned());
    }
    Ok(Facets { severity: severities, status, source, host, owner: owner.into_iter().map(named).collect(), rule })
}

async fn count_by(db: &Db, filter: &AlertFilter, column: &str, label: &str) -> Result<Vec<FacetValue>, Problem> {
    let mut matching = filter.conditions(Some(column));
    let most = matching.bind(FACET_VALUES);
    let text = format!(
        "SELECT CAST({column} AS TEXT) AS value, {label} AS label, COUNT(*) AS count FROM alerts{} \
         GROUP BY {column} ORDER BY COUNT(*) DESC, {column} LIMIT {most}",
        matching.text()
    );
    let rows: Vec<CountRow> = db.reader().rows(&text, matching.values()).await?;
    Ok(rows.into_iter().map(|CountRow { value, label, count }| FacetValue { value, label, count }).collect())
}

/// One bar: how many alerts of each severity were last seen in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertBucket {
    /// Its begin.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Its end, not part of it.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// Critical alerts.
    pub critical: i64,
    /// High ones.
    pub high: i64,
    /// Medium ones.
    pub medium: i64,
    /// Low ones.
    pub low: i64,
    /// Informational ones.
    pub info: i64,
}

/// The alerts of a filter over time, by when they were last seen.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertHistogram {
    /// Begin of the first bar.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// End of the last bar.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// The bars, without gaps; none where no alert matches and no time is given.
    pub buckets: Vec<AlertBucket>,
}

#[derive(FromQueryResult)]
struct Span {
    first: Option<i64>,
    last: Option<i64>,
}

#[derive(FromQueryResult)]
struct BarRow {
    bar: i64,
    severity: i64,
    count: i64,
}

pub(super) async fn histogram(db: &Db, query: &AlertQuery, filter: &AlertFilter) -> Result<AlertHistogram, Problem> {
    let bars = i64::from(limit(query.buckets.as_deref(), 60, MAX_BUCKETS)?);
    let mut matching = filter.conditions(None);
    let text = format!("SELECT MIN(last_seen) AS first, MAX(last_seen) AS last FROM alerts{}", matching.text());
    let span: Option<Span> = db.reader().row(&text, matching.values()).await?;
    let (first, last) = span.map_or((None, None), |span| (span.first, span.last));
    let begin = filter.from.map(Timestamp::nanos).or(first);
    let end = filter.to.map(Timestamp::nanos).or(last.map(|last| last.saturating_add(1)));
    let (Some(begin), Some(end)) = (begin, end) else {
        return Ok(AlertHistogram { from: Timestamp(0), to: Timestamp(0), buckets: Vec::new() });
    };
    // From 1823 to 2116, so that no difference overflows. Nothing is last seen after it was received.
    let (begin, end) = (begin.clamp(-FAR, FAR), end.clamp(-FAR, FAR));
    let width = (end - begin).max(1) / bars + 1;
    let edge = |bar: i64| Timestamp(begin.saturating_add(width.saturating_mul(bar)));
    let mut buckets: Vec<AlertBucket> = (0..bars)
        .map(|bar| AlertBucket { from: edge(bar), to: edge(bar + 1), critical: 0, high: 0, medium: 0, low: 0, info: 0 })
        .collect();
    let (start, step) = (matching.bind(begin), matching.bind(width));
    let text = format!(
        "SELECT (last_seen - {start}) / {step} AS bar, severity, COUNT(*) AS count FROM alerts{} GROUP BY 1, 2",
        matching.text()
    );
    let rows: Vec<BarRow> = db.reader().rows(&text, matching.values()).await?;
    for row in rows {
        let bar = usize::try_from(row.bar).unwrap_or(0).min(buckets.len() - 1);
        let bucket = &mut buckets[bar];
        let count = match severity(row.severity) {
            Severity::Critical => &mut bucket.critical,
            Severity::High => &mut bucket.high,
            Severity::Medium => &mut bucket.medium,
            Severity::Low => &mut bucket.low,
            Severity::Info => &mut bucket.info,
        };
        *count += row.count;
    }
    Ok(AlertHistogram { from: edge(0), to: edge(bars), buckets })
}
