//! The embedded console. Its views are client-side, so any path that is no file answers with the page.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use desk::Problem;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Answers what no route has taken.
pub(crate) async fn fallback(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with('_') {
        return Problem::not_found("route").into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, "request.method").into_response();
    }
    // `/` is also where Elasticsearch clients say hello; a browser asks for HTML.
    let wants_page = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if path.is_empty() && !wants_page {
        return ingest::receivers::bulk::info(&headers);
    }
    if let Some(file) = Dist::get(path) {
        return answer(path, &file);
    }
    match Dist::get("index.html") {
        Some(page) => answer("index.html", &page),
        None => (StatusCode::NOT_FOUND, "The console is not part of this build: run `make build`.\n").into_response(),
    }
}

fn answer(path: &str, file: &EmbeddedFile) -> Response {
    let kind = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    };
    // Built files carry a hash of their content in their names; the page does not.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::new(Body::from(file.data.clone().into_owned()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
