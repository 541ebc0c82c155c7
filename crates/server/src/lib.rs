//! HTTP: sessions, authorisation, routes, OpenAPI, live updates and the embedded console.
//!
//! Every request passes [`guard`]: it gets an id, its caller is found, and the one matrix in `desk::access` says
//! whether it may go on. A route that the matrix does not list answers nobody.

mod console;
mod credentials;
mod guard;
mod headers;
mod live;
mod operation;
mod repeat;
mod routes;
mod serve;

pub use routes::{openapi, router};
pub use serve::{Listening, ServeError, Tls, listen, may_listen};

use desk::Desk;
use ingest::Pipeline;

/// What the routes work with.
#[derive(Clone)]
pub struct Parts {
    /// The analyst's rooms.
    pub desk: Desk,
    /// Where events go in.
    pub pipeline: Pipeline,
    /// Whether requests come over TLS.
    pub secure: bool,
}

#[cfg(test)]
mod tests;
