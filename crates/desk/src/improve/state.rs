//! Switching a rule off and on, with a reason.

use db::{Entry, Sql, values};
use model::OpContext;

use super::files::stored;
use super::list::RuleRow;
use super::{MAX_REASON, ONE, RuleState, STREAM, list, noted, object, set};
use crate::triage::request::{IfMatch, written};
use crate::{Desk, Problem};

/// Switches a rule off: it is in no set from now on, and stays off over restarts and imports until somebody switches it
/// on. One that is off already stays as it is.
///
/// # Errors
/// There is no such rule, the reason is empty or too long, or the records cannot be written.
pub async fn disable(desk: &Desk, ctx: &OpContext, rule: &str, reason: String) -> Result<RuleRow, Problem> {
    switch(desk, ctx, rule, RuleState::Disabled, reason, &IfMatch::any()).await
}

/// Switches a rule on.
///
/// # Errors
/// There is no such rule, the reason is empty or too long, or the records cannot be written.
pub async fn enable(desk: &Desk, ctx: &OpContext, rule: &str, reason: String) -> Result<RuleRow, Problem> {
    switch(desk, ctx, rule, RuleState::Enabled, reason, &IfMatch::any()).await
}

/// Does either, for a client that has seen a version.
pub(super) async fn switch(
    desk: &Desk,
    ctx: &OpContext,
    rule: &str,
    to: RuleState,
    reason: String,
    seen: &IfMatch,
) -> Result<RuleRow, Problem> {
    let reason = written("reason", reason, MAX_REASON)?;
    let turn = desk.rulebook.turn().await;
    let row = list::fetch(desk, rule).await?;
    seen.check("rule", row.version)?;
    if row.state == to {
        return Ok(row);
    }
    let packs = stored(desk.db.reader()).await?;
    let mut disabled = set::disabled(desk.db.reader()).await?;
    disabled.retain(|id| id != rule);
    if to == RuleState::Disabled {
        disabled.push(rule.to_owned());
    }
    // Before anything is written: what cannot be compiled is not promised.
    let running = set::running(&packs, &desk.rulebook.setting(), disabled).await?;
    // Other lists, while it was off, may have given it another meaning.
    let renewed = running.set.all().any(|one| one.reference.id == rule && one.reference.version != row.revision);
    let everything = if renewed { Some(set::everything(&packs, &desk.rulebook.setting()).await?) } else { None };
    let mut tx = desk.db.begin(ctx).await?;
    tx.one_at_a_time(ONE).await?;
    let update = "UPDATE rules SET enabled = $2, reason = $3, set_by = $4, set_by_name = $5, set_at = $6, updated_at = $6, \
                  version = version + 1 WHERE id = $1";
    let bound = values![
        rule,
        to == RuleState::Enabled,
        reason.as_str(),
        ctx.actor.user.map(|user| user.to_string()),
        db::storable(&ctx.actor.name).into_owned(),
        ctx.now.nanos(),
    ];
    tx.conn().run(update, bound).await?;
    let action = if to == RuleState::Enabled { "rule.enable" } else { "rule.disable" };
    let state = |state: RuleState| Some(serde_json::json!({ "state": state }));
    let (before, after) = (state(row.state), state(to));
    tx.journal(Entry { stream: STREAM, object: object(rule), action, before, after, reason: Some(reason) }).await?;
    if let Some(everything) = everything {
        noted::note(&mut tx, &everything.found).await?;
    }
    set::commit(desk, turn, tx, running, vec![rule.to_owned()]).await?;
    list::fetch(desk, rule).await
}
