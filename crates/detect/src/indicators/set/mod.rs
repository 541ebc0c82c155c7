//! What has been read, in the form in which it is asked: keys in one block of bytes, and a table over them.
//!
//! [`Finder`] knows keys only and is what a worker is given; [`Indicators`] knows what the lists say of each.

mod finder;
mod known;
mod warnings;

pub use finder::Finder;
pub(crate) use finder::Tag;
pub use known::{Answer, INDICATOR_RULE, INDICATOR_TITLE, IndicatorHit, Indicators};
pub(crate) use known::{Facts, Maker};
pub(crate) use warnings::{Covers, Warnings};
