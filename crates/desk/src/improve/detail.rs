//! One rule: its text, what it says of itself, what an engineer would say of it, how often it matched.

use db::{Sql, values};
use detect::{Rule, RuleFile, RuleSet, lint};
use model::Timestamp;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::correlation::{self, NamedRule, RuleCorrelation};
use super::list::RuleRow;
use super::{Base, RuleFinding, files, fired, list};
use crate::triage::PersonRef;
use crate::{Desk, Problem};

/// Bytes of a file of samples that are shown.
const MAX_SAMPLE: usize = 64 << 10;
/// Texts that a rule had that are listed.
const MAX_VERSIONS: u32 = 100;

/// The alerting strategy of a rule, by the headings of Palantir's ADS framework. What it may mistake stands in
/// `falsepositives`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Strategy {
    /// What the rule is meant to find.
    pub goal: String,
    /// How it finds it.
    pub strategy: String,
    /// What the data are and how the technique shows in them.
    pub technical_context: String,
    /// What it does not see.
    pub blind_spots: String,
    /// How to make it fire on purpose.
    pub validation: String,
    /// Why it has this level.
    pub priority: String,
    /// What to do when it fires.
    pub response: String,
}

/// What is kept beside a rule's text, because the text alone does not compile everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RuleDetailText {
    description: Option<String>,
    author: Option<String>,
    references: Vec<String>,
    falsepositives: Vec<String>,
    strategy: Option<Strategy>,
    condition: String,
}

impl RuleDetailText {
    pub(super) fn of(rule: &Rule) -> Self {
        let strategy = rule.ads.clone().map(|ads| Strategy {
            goal: ads.goal,
            strategy: ads.strategy,
            technical_context: ads.technical_context,
            blind_spots: ads.blind_spots,
            validation: ads.validation,
            priority: ads.priority,
            response: ads.response,
        });
        RuleDetailText {
            description: rule.description.clone(),
            author: rule.author.clone(),
            references: rule.references.clone(),
            falsepositives: rule.falsepositives.clone(),
            strategy,
            condition: rule.condition.clone(),
        }
    }
}

/// A rule with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleDetail {
    /// What the list shows.
    pub rule: RuleRow,
    /// Its YAML.
    pub yaml: String,
    /// The description.
    pub description: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where to read on.
    pub references: Vec<String>,
    /// What it may mistake.
    pub falsepositives: Vec<String>,
    /// Its alerting strategy, if it has one.
    pub strategy: Option<Strategy>,
    /// The condition; several are joined by `or`.
    pub condition: String,
    /// What it asks of the matches of other rules, if it is a correlation.
    pub correlation: Option<RuleCorrelation>,
    /// The correlations that name it.
    pub named_by: Vec<NamedRule>,
    /// What an engineer would say of it; lines count within `yaml`.
    pub findings: Vec<RuleFinding>,
    /// Matches on each of the last 30 days, the present 24 hours last.
    pub days: Vec<i64>,
    /// The samples beside it.
    pub samples: Vec<RuleSample>,
    /// The texts that it had, newest first.
    pub revisions: Vec<RuleRevision>,
}

/// Events to hold a rule against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleSample {
    /// The file.
    pub file: String,
    /// Whether the rule must match each of them, or none.
    pub hit: bool,
    /// How many there are.
    pub events: i64,
    /// The events, one a line; the first 64 KiB.
    pub text: String,
}

/// A text that a rule had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleRevision {
    /// 16 hexadecimal digits over the text.
    pub revision: String,
    /// When it came for the first time.
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    /// By whom.
    pub author: PersonRef,
}

#[derive(FromQueryResult)]
struct Text {
    text: String,
    detail: String,
}

#[derive(FromQueryResult)]
struct Revision {
    revision: String,
    added_at: i64,
    author: Option<String>,
    author_name: String,
}

/// One rule.
pub(super) async fn detail(desk: &Desk, id: &str) -> Result<RuleDetail, Problem> {
    let rule = list::fetch(desk, id).await?;
    let reader = desk.db.reader();
    let text = "SELECT text, detail FROM rule_versions WHERE rule = $1 AND revision = $2";
    let stored: Option<Text> = reader.row(text, values![id, rule.revision.as_str()]).await?;
    let stored = stored.ok_or_else(|| Problem::internal(&format!("the rule {id} has no text")))?;
    let said: RuleDetailText = serde_json::from_str(&stored.detail).map_err(|error| Problem::internal(&error))?;
    let file = RuleFile { name: rule.file.clone(), text: stored.text.clone().into_bytes() };
    let samples = files::samples(reader, &rule.source, own_name(&rule)).await?;
    let named_by = correlation::naming(desk, id).await?;
    let correlation = match list::asked(desk, id).await? {
        Some(asked) => Some(correlation::with_rules(desk, asked).await?),
        None => None,
    };
    let setting = desk.rulebook.setting();
    // As it runs here: pipelines may give a field another name.
    let linted = tokio::task::spawn_blocking(move || {
        let (set, _) = RuleSet::compile_with(vec![file.clone()], &setting);
        lint(&[file], &[], set.rules()).iter().map(RuleFinding::from).collect::<Vec<_>>()
    });
    let mut findings = linted.await.map_err(|error| Problem::internal(&error))?;
    // The text alone does not say that it only feeds correlations, which need the strategy in its place.
    findings.retain(|finding| !(rule.silent && finding.code == "lint.ads_missing"));
    Ok(RuleDetail {
        findings,
        correlation,
        named_by,
        days: fired::days(reader, id, desk.now()).await?,
        samples: samples.into_iter().map(RuleSample::of).collect(),
        revisions: revisions(desk, id).await?,
        rule,
        yaml: stored.text,
        description: said.description,
        author: said.author,
        references: said.references,
        falsepositives: said.falsepositives,
        strategy: said.strategy,
        condition: said.condition,
    })
}

/// The file's name within its source.
fn own_name(rule: &RuleRow) -> &str {
    if Base::is(&rule.source) {
        return &rule.file;
    }
    rule.file.strip_prefix(&rule.source).and_then(|name| name.strip_prefix('/')).unwrap_or(&rule.file)
}

async fn revisions(desk: &Desk, id: &str) -> Result<Vec<RuleRevision>, Problem> {
    let text = "SELECT revision, added_at, author, author_name FROM rule_versions WHERE rule = $1 \
                ORDER BY added_at DESC, revision LIMIT $2";
    let rows: Vec<Revision> = desk.db.reader().rows(text, values![id, i64::from(MAX_VERSIONS)]).await?;
    let read = |row: Revision| {
        let author = row.author.as_deref().map(str::parse).transpose();
        let author = author.map_err(|error: model::IdError| Problem::internal(&error))?;
        let author = PersonRef { id: author, name: row.author_name };
        Ok(RuleRevision { revision: row.revision, added_at: Timestamp(row.added_at), author })
    };
    rows.into_iter().map(read).collect()
}

impl RuleSample {
    fn of(file: RuleFile) -> RuleSample {
        let whole = String::from_utf8_lossy(&file.text).into_owned();
        let mut text = whole.clone();
        text.truncate(text.floor_char_boundary(MAX_SAMPLE));
        RuleSample {
            hit: file.name.ends_with(".hit.ndjson"),
            file: file.name,
            events: i64::try_from(whole.lines().filter(|line| !line.trim().is_empty()).count()).unwrap_or(i64::MAX),
            text,
        }
    }
}
