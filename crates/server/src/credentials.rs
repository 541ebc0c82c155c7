//! What a request shows of who it is.

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A credential, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// An API token, however the client's protocol carries it.
    Token(String),
    /// A session's cookie.
    Cookie(String),
}

/// Longer headers are no credential of ours.
const MAX: usize = 1024;

/// The credential of a request. `Authorization` wins over a cookie: a program that sends both means the token.
pub(crate) fn of(headers: &HeaderMap) -> Option<Credential> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        // A header that cannot be read is a wrong credential, not an absent one.
        return Some(Credential::Token(value.to_str().ok().and_then(token).unwrap_or_default()));
    }
    desk::admin::session_cookie(headers).filter(|cookie| cookie.len() <= MAX).map(|cookie| Credential::Cookie(cookie.to_owned()))
}

/// `Bearer T`, `ApiKey base64(id:T)`, `ApiKey T`, `Splunk T`, or Basic with the token as the password.
fn token(value: &str) -> Option<String> {
    if value.len() > MAX {
        return None;
    }
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    let pair = || -> Option<String> {
        let text = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
        text.split_once(':').map(|(_, secret)| secret.to_owned())
    };
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "splunk" => Some(rest.to_owned()),
        "basic" => pair(),
        "apikey" => Some(pair().unwrap_or_else(|| rest.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_every_protocols_way() {
        let basic = format!("Basic {}", STANDARD.encode("anyone:wft_x"));
        let key = format!("ApiKey {}", STANDARD.encode("id:wft_x"));
        for value in ["Bearer wft_x", "bearer  wft_x", "Splunk wft_x", "ApiKey wft_x", &basic, &key] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(of(&headers), Some(Credential::Token("wft_x".to_owned())), "{value}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Digest x".parse().unwrap());
        assert_eq!(of(&headers), Some(Credential::Token(String::new())));
        assert_eq!(of(&HeaderMap::new()), None);
    }
}
