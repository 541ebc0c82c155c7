//! Alerts that the program raises about itself: no event stands behind them, and nobody else would notice.

use db::Db;
use model::{OpContext, RuleRef, Severity};

use super::absorb::{self, Group};
use super::detected::fingerprint;
use super::{AlertId, keep_text};
use db::DbError;

/// What the program says of itself.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What kind of thing it is; also the rule's name in the alert (`rule-budget`).
    pub kind: &'static str,
    /// The id of the rule that it is about: while an alert of this kind about it is open, no other is raised. It is the
    /// alert's tag `rule:ID`.
    pub about: String,
    /// What happened, for people.
    pub title: String,
    /// How bad it is.
    pub level: Severity,
}

/// Raises an alert; none if one about the same is open.
///
/// # Errors
/// The records cannot be read or written.
pub async fn notice(db: &Db, ctx: &OpContext, notice: Notice) -> Result<Option<AlertId>, DbError> {
    let mut tx = db.begin(ctx).await?;
    tx.one_at_a_time(super::store::MANY).await?;
    let print = fingerprint(notice.kind, &notice.about);
    if absorb::is_open(&tx, &print).await? {
        return Ok(None);
    }
    let rule = RuleRef {
        id: notice.kind.to_owned(),
        version: String::new(),
        title: keep_text(&notice.title),
        level: notice.level,
        tags: vec![keep_text(&format!("rule:{}", notice.about))],
    };
    let group = Group::of_program(rule, notice.about, ctx.now);
    let id = group.id();
    absorb::raise(&mut tx, &[(print, group)]).await?;
    tx.commit().await?;
    Ok(Some(id))
}
