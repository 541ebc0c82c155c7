//! Sigma rules to a compiled plan, matches and explanations.
