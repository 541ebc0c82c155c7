//! What an analyst types, lowered to one logical plan.
