//! What the routes of all rooms share: reading a request into typed values, each fault a problem with a code of its
//! own, and the shape of a list.

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::Problem;

/// A list as every route answers it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The records of this page.
    pub items: Vec<T>,
    /// Where the next page begins; null after the last.
    pub next: Option<String>,
    /// How many there are on all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
}

/// A JSON body. Unknown members are refused by the types themselves. No body at all is the empty object, for the
/// actions that need nothing said.
pub(crate) struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers();
        let empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
        if empty && !headers.contains_key(header::CONTENT_TYPE) && !headers.contains_key(header::TRANSFER_ENCODING) {
            let body = serde_json::from_str("{}").map(Body);
            return body.map_err(|fault| Problem::unprocessable("request.body", fault.to_string()));
        }
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(fault) => Err(Problem::new(fault.status(), "request.body").detail(fault.body_text())),
        }
    }
}

/// The parameters after the `?`.
pub(crate) struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Params(params)),
            Err(fault) => Err(Problem::bad_request("request.query", fault.body_text())),
        }
    }
}

/// The version that the client saw, out of `If-Match`.
pub(crate) struct IfMatch(Option<Vec<Option<i64>>>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(IfMatch::read(&parts.headers))
    }
}

impl IfMatch {
    fn read(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::IF_MATCH) else { return IfMatch(None) };
        let text = value.to_str().unwrap_or("");
        if text.trim() == "*" {
            return IfMatch(None);
        }
        // A proxy that compresses weakens the tag; the version is the same. What is no version of ours matches nothing.
        let tag = |tag: &str| tag.trim().trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        IfMatch(Some(text.split(',').map(tag).collect()))
    }

    /// For a change that no client has seen a version for.
    pub(crate) fn any() -> Self {
        IfMatch(None)
    }

    /// Refuses the request when the record is at another version than the one that the client saw.
    pub(crate) fn check(&self, what: &str, version: i64) -> Result<(), Problem> {
        match &self.0 {
            Some(seen) if !seen.contains(&Some(version)) => {
                let theirs = seen.iter().flatten().next().copied().unwrap_or(0);
                Err(Problem::stale(what, theirs, version))
            }
            _ => Ok(()),
        }
    }
}

/// A record with its version as the ETag.
pub(crate) fn tagged<T: Serialize>(version: i64, record: &T) -> Response {
    let mut response = Json(record).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Bytes to be kept as a file and never shown in place, whatever they are; the name is our own.
pub(crate) fn attachment(name: &str, bytes: Vec<u8>) -> Result<Response, Problem> {
    let place = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .map_err(|error| Problem::internal(&error))?;
    let kind = HeaderValue::from_static("application/octet-stream");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, place),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// How many records a page has: `default` when nothing is said, never more than `most`.
pub(crate) fn limit(text: Option<&str>, default: u32, most: u32) -> Result<u32, Problem> {
    let Some(text) = text else { return Ok(default) };
    match text.parse::<u32>() {
        Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(Problem::bad_request("list.limit", format!("A page has from 1 to {most} records."))),
    }
}

/// An instant in a parameter.
pub(crate) fn instant(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let fault = |_| {
        Problem::bad_request(
            "request.time",
            format!("`{name}` is not an RFC 3339 instant such as 2026-03-12T08:00:00Z."),
        )
    };
    text.map(Timestamp::parse).transpose().map_err(fault)
}

/// Where a page ended. Opaque to clients, and checked: a cursor of another order is refused.
pub(crate) fn cursor(order: &str, keys: &[i64]) -> String {
    let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
    URL_SAFE_NO_PAD.encode(format!("{order}:{}", keys.join(":")))
}

/// The keys of a cursor that was made for this order, and has that many.
pub(crate) fn read_cursor<const N: usize>(order: &str, text: &str) -> Result<[i64; N], Problem> {
    let keys = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let keys = text.strip_prefix(order)?.strip_prefix(':')?;
        let keys: Option<Vec<i64>> = keys.split(':').map(|key| key.parse().ok()).collect();
        keys?.try_into().ok()
    };
    keys().ok_or_else(|| Problem::bad_request("list.cursor", "This cursor is not one of this list in this order."))
}

/// A text that a person wrote: not empty, not too long, without the one character that a database cannot hold.
pub(crate) fn written(name: &str, text: String, most: usize) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::unprocessable("text.empty", format!("`{name}` is empty.")));
    }
    optional(name, Some(text), most).map(Option::unwrap_or_default)
}

/// The same for one that may be absent or empty.
pub(crate) fn optional(name: &str, text: Option<String>, most: usize) -> Result<Option<String>, Problem> {
    match &text {
        Some(text) if text.len() > most => {
            Err(Problem::unprocessable("text.too_long", format!("`{name}` is longer than {most} bytes.")))
        }
        Some(text) if text.contains('\0') => {
            Err(Problem::unprocessable("text.nul", format!("`{name}` contains the character U+0000.")))
        }
        _ => Ok(text),
    }
}

/// A text of a filter, which goes to the database as it is.
pub(crate) fn filter_text(name: &str, text: Option<String>) -> Result<Option<String>, Problem> {
    match text.filter(|text| !text.is_empty()) {
        Some(text) if text.len() > 1024 || text.contains('\0') => {
            Err(Problem::bad_request("request.filter", format!("`{name}` is too long or contains U+0000.")))
        }
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_size_that_is_negative_zero_huge_or_no_number_is_refused() {
        assert_eq!(limit(None, 50, 500).unwrap(), 50);
        assert_eq!(limit(Some("500"), 50, 500).unwrap(), 500);
        for bad in ["-1", "0", "501", "99999999999999999999", "ten", ""] {
            assert_eq!(limit(Some(bad), 50, 500).unwrap_err().code, "list.limit", "{bad}");
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let made = cursor("risk", &[1, -2, i64::MAX]);
        assert_eq!(read_cursor::<3>("risk", &made).unwrap(), [1, -2, i64::MAX]);
        for bad in [read_cursor::<3>("severity", &made), read_cursor::<3>("risk", "%%%"), read_cursor::<3>("risk", "")]
        {
            assert_eq!(bad.unwrap_err().code, "list.cursor");
        }
        assert!(read_cursor::<2>("risk", &made).is_err());
    }

    #[test]
    fn a_version_matches_in_every_spelling_of_its_tag() {
        let check = |tag: &str, version| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_str(tag).unwrap());
            IfMatch::read(&headers).check("alert", version).map_err(|problem| problem.status)
        };
        for good in ["\"3\"", "W/\"3\"", "*", "\"2\", \"3\""] {
            assert_eq!(check(good, 3), Ok(()), "{good}");
        }
        for bad in ["\"2\"", "3", "\"x\"", ""] {
            assert_eq!(check(bad, 3), Err(412), "{bad}");
        }
        assert!(IfMatch::read(&HeaderMap::new()).check("alert", 3).is_ok());
    }
}
