//! What is left of a condition when selections have nothing left: they are neither asked for nor counted.

use crate::read::draft::Part;
use crate::refusal::Fault;
use crate::rule::Expr;

/// Takes the selections of these indexes out of a part's condition; false where nothing of it is left.
pub(super) fn without(part: &mut Part, gone: &[usize]) -> Result<bool, Fault> {
    let is_gone = |index: &u32| gone.contains(&(*index as usize));
    if !part.outline.order.iter().any(is_gone) {
        return Ok(true);
    }
    // Where each place of the order goes.
    let mut next = 0;
    let places: Vec<Option<u32>> = part
        .outline
        .order
        .iter()
        .map(|index| {
            let place = (!is_gone(index)).then_some(next);
            next += u32::from(place.is_some());
            place
        })
        .collect();
    part.outline.order.retain(|index| !is_gone(index));
    match left(&part.outline.condition, &places)? {
        Some(condition) => {
            part.outline.condition = condition;
            Ok(true)
        }
        None => Ok(false),
    }
}

fn left(expr: &Expr, places: &[Option<u32>]) -> Result<Option<Expr>, Fault> {
    let place = |index: &u32| places.get(*index as usize).copied().flatten();
    let each = |parts: &[Expr]| {
        parts.iter().filter_map(|part| left(part, places).transpose()).collect::<Result<Vec<Expr>, Fault>>()
    };
    Ok(match expr {
        Expr::All(parts) => Some(each(parts)?).filter(|parts| !parts.is_empty()).map(Expr::All),
        Expr::Any(parts) => Some(each(parts)?).filter(|parts| !parts.is_empty()).map(Expr::Any),
        Expr::Not(part) => left(part, places)?.map(|part| Expr::Not(Box::new(part))),
        Expr::Selection(index) => place(index).map(Expr::Selection),
        Expr::AtLeast(count, of) => {
            let of: Vec<u32> = of.iter().filter_map(place).collect();
            if (of.len() as u64) < *count && !of.is_empty() {
                let message = format!("{} selections are left where the condition wants {count}", of.len());
                return Err(Fault::new("rule.pipeline", message).near("condition:"));
            }
            Some(of).filter(|of| !of.is_empty()).map(|of| Expr::AtLeast(*count, of))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_neither_asked_for_nor_counted() {
        let one = Expr::Selection;
        let not = |part| Expr::Not(Box::new(part));
        let places = [Some(0), None, Some(1)];
        for (before, after) in [
            (Expr::All(vec![one(0), one(1), not(one(1))]), Some(Expr::All(vec![one(0)]))),
            (Expr::Any(vec![not(Expr::Any(vec![one(1)])), one(2)]), Some(Expr::Any(vec![one(1)]))),
            (Expr::AtLeast(2, vec![0, 1, 2]), Some(Expr::AtLeast(2, vec![0, 1]))),
            (Expr::All(vec![one(1)]), None),
        ] {
            assert_eq!(left(&before, &places).unwrap(), after);
        }
        assert_eq!(left(&Expr::AtLeast(2, vec![0, 1]), &places).unwrap_err().code, "rule.pipeline");
    }
}
