//! The list of cases: filters and a keyset cursor.

use db::{Db, DbError, Sql, Where, values};
use model::Severity;
use sea_orm::Value;
use serde::Deserialize;
use utoipa::IntoParams;

use super::store::{COLUMNS, CaseRow};
use super::{Case, CaseStatus};
use crate::Problem;
use crate::access::Principal;
use crate::triage::request::{Page, cursor, filter_text, limit, read_cursor};
use crate::triage::{self, OwnedBy, listed, names, one_of, owned_by, unknown, words};

/// The most cases on one page.
const MAX_PAGE: u32 = 500;

/// The filter as it is typed. Lists are separated by commas.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CaseQuery {
    /// `open` (the default), `all`, or states.
    pub status: Option<String>,
    /// `critical`, `high`, `medium`, `low`, `info`.
    pub severity: Option<String>,
    /// `me`, `none` or a user's id.
    pub owner: Option<String>,
    /// A part of title or summary; `C-12` is that case.
    pub q: Option<String>,
    /// `updated` (the default), `severity` or `number`; latest or worst first.
    pub sort: Option<String>,
    /// Cases on a page: 1 to 500, 100 when not said.
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

words! {
    /// The order of the list.
    CaseSort {
        /// Changed last first.
        Updated = "updated",
        /// Worst first.
        Severity = "severity",
        /// Newest first.
        Number = "number",
    }
}

impl CaseSort {
    const fn key(self) -> &'static str {
        match self {
            CaseSort::Updated => "updated_at",
            CaseSort::Severity => "severity",
            CaseSort::Number => "number",
        }
    }
    fn key_of(self, case: &Case) -> i64 {
        match self {
            CaseSort::Updated => case.updated_at.nanos(),
            CaseSort::Severity => i64::from(case.severity.rank()),
            CaseSort::Number => case.number,
        }
    }
}

/// One page of cases.
pub(super) async fn page(db: &Db, query: &CaseQuery, who: &Principal) -> Result<Page<Case>, Problem> {
    let sort = match query.sort.as_deref() {
        None | Some("") => CaseSort::Updated,
        Some(word) => CaseSort::parse(word).ok_or_else(|| unknown("sort", word))?,
    };
    let limit = limit(query.limit.as_deref(), 100, MAX_PAGE)? as usize;
    let matching = conditions(query, who)?;
    let mut rest = conditions(query, who)?;
    if let Some(text) = query.cursor.as_deref().filter(|text| !text.is_empty()) {
        let [key, number] = read_cursor::<2>(sort.as_str(), text)?;
        rest.and(&format!("({}, number) < (?, ?)", sort.key()), values![key, number]);
    }
    let most = rest.bind(limit as i64 + 1);
    let text =
        format!("SELECT {COLUMNS} FROM cases{} ORDER BY {} DESC, number DESC LIMIT {most}", rest.text(), sort.key());
    let count = format!("SELECT COUNT(*) FROM cases{}", matching.text());
    let (rows, total) = tokio::try_join!(
        db.reader().rows::<CaseRow>(&text, rest.values()),
        db.reader().scalar::<i64>(&count, matching.values()),
    )?;
    let more = rows.len() > limit;
    let numbers: Vec<i64> = rows.iter().take(limit).map(|row| row.number).collect();
    let (alerts, names) = (triage::counts_by_case(db, &numbers).await?, names(db).await?);
    let read = |row: CaseRow| {
        let alerts = alerts.get(&row.number).copied().unwrap_or(0);
        row.read(&names, alerts)
    };
    let items: Vec<Case> = rows.into_iter().take(limit).map(read).collect::<Result<_, DbError>>()?;
    let next = items.last().filter(|_| more).map(|last| cursor(sort.as_str(), &[sort.key_of(last), last.number]));
    Ok(Page { items, next, total })
}

fn conditions(query: &CaseQuery, who: &Principal) -> Result<Where, Problem> {
    let mut found = Where::new();
    let mut states = Vec::new();
    for word in listed(Some(query.status.as_deref().filter(|text| !text.is_empty()).unwrap_or("open"))) {
        match (word, CaseStatus::parse(word)) {
            ("all", _) => states.extend(CaseStatus::ALL.iter().copied()),
            ("open", _) => {
                states.extend(CaseStatus::ALL.iter().copied().filter(|status| *status != CaseStatus::Closed))
            }
            (_, Some(status)) => states.push(status),
            (_, None) => return Err(unknown("status", word)),
        }
    }
    states.sort_unstable();
    states.dedup();
    found.and(&one_of("status", states.len()), states.iter().map(|status| Value::from(status.as_str())).collect());
    let mut ranks = Vec::new();
    for word in listed(query.severity.as_deref()) {
        let severity = Severity::parse(word).ok_or_else(|| unknown("severity", word))?;
        ranks.push(Value::from(i64::from(severity.rank())));
    }
    if !ranks.is_empty() {
        found.and(&one_of("severity", ranks.len()), ranks);
    }
    match owned_by(query.owner.as_deref(), who)? {
        None => {}
        Some(OwnedBy::Nobody) => drop(found.and("owner IS NULL", values![])),
        Some(OwnedBy::Person(id)) => drop(found.and("owner = ?", values![id.to_string()])),
    }
    if let Some(text) = filter_text("q", query.q.clone())? {
        let text = text.to_lowercase();
        let like = triage::containing(&text);
        let number = text.strip_prefix("c-").and_then(|number| number.parse::<i64>().ok()).unwrap_or(-1);
        let condition = "number = ? OR lower(title) LIKE ? ESCAPE '\\' OR lower(summary) LIKE ? ESCAPE '\\'";
        found.and(condition, values![number, like.clone(), like]);
    }
    Ok(found)
}
