//! HTTP: sessions, authorisation, routes, OpenAPI, live updates and the embedded console.
