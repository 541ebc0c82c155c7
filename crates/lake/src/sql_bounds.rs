//! What the engine does not bound by itself: how large one value may become, and whether a statement can be stopped.
//!
//! The engine's memory pool counts what operators hold, not what a function makes, and its operators give way only when
//! they wait for input. Both would let one reader's statement stop the service.

use crate::LakeError;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{Expr, LogicalPlan, Operator};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::prelude::SessionContext;
use std::sync::Arc;

/// Rows that functions see at once.
pub(crate) const ROWS: usize = 1_024;
/// How many times larger than what is stored a value may become.
const GROWTH: usize = 1_024;
/// They make values or rows out of nothing.
const MAKERS: &[&str] = &["repeat", "lpad", "rpad", "array_repeat", "array_resize", "range", "generate_series"];

/// Takes the functions that make values or rows out of nothing away from a session.
pub(crate) fn forget_makers(ctx: &SessionContext) {
    for name in MAKERS {
        ctx.deregister_udf(name);
        ctx.deregister_udtf(name);
    }
}

/// Refuses a statement whose functions could make a value more than [`GROWTH`] times as large as what is stored.
pub(crate) fn bounded_growth(plan: &LogicalPlan) -> Result<(), LakeError> {
    let mut growth = 1usize;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                growth = growth.saturating_mul(factor(part));
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    if growth > GROWTH {
        return Err(LakeError::query("sql.growth", format!("Its functions could make a value more than {GROWTH} times as large. Join or replace fewer texts.")));
    }
    Ok(())
}

/// How many times as large as its largest argument the value of a function can be.
fn factor(expr: &Expr) -> usize {
    let parts = |all: &[Expr]| all.iter().filter(|part| !matches!(part, Expr::Literal(..))).count().max(1);
    match expr {
        Expr::BinaryExpr(both) if both.op == Operator::StringConcat => parts(&[(*both.left).clone(), (*both.right).clone()]),
        Expr::ScalarFunction(call) => match call.func.name() {
            "concat" | "concat_ws" | "array_concat" | "array_append" | "array_prepend" | "make_array" | "array_to_string" | "arrays_zip" | "named_struct"
            | "struct" | "map" | "overlay" => parts(&call.args),
            "translate" | "string_to_array" => 4,
            // The replacement can stand between any two letters.
            "replace" | "regexp_replace" | "array_replace" | "array_replace_n" | "array_replace_all" => match call.args.get(2) {
                Some(Expr::Literal(value, _)) => value.to_string().len() + 1,
                _ => GROWTH + 1,
            },
            _ => 1,
        },
        _ => 1,
    }
}

/// The same plan, giving way wherever a step can make many batches out of one, so that its time limit is kept and one
/// who leaves ends it.
pub(crate) fn interruptible(plan: Arc<dyn ExecutionPlan>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let wrapped = plan.transform_up(|step| {
        let many = step.children().len() > 1 || step.name() == "UnnestExec";
        Ok(if many { Transformed::yes(Arc::new(CooperativeExec::new(step)) as Arc<dyn ExecutionPlan>) } else { Transformed::no(step) })
    })?;
    Ok(wrapped.data)
}
