//! For tests only: the program in a temporary folder and its real neighbours.

mod postgres;

pub use postgres::{Postgres, Records, record_urls, sqlite};
