//! The analyst's day, one folder per activity.
