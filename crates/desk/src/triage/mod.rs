//! The alert queue: life cycle, coalescing, notes, decisions.
