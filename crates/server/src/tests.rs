//! The document, and that no route is forgotten by the matrix.

use desk::access::{ROUTES, permission};

#[test]
fn the_openapi_document_is_as_it_was_agreed() {
    let text = crate::openapi().to_pretty_json().unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("WATCHFLOOR_UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(agreed == text, "the API has changed: look at it, then run WATCHFLOOR_UPDATE=1 cargo test -p server and `npm run generate` in web/");
}

#[test]
fn every_documented_route_is_in_the_matrix_and_the_other_way_round() {
    let document = serde_json::to_value(crate::openapi()).unwrap();
    let mut documented = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            documented.push((method.to_uppercase(), path.clone()));
        }
    }
    for (method, path) in &documented {
        assert!(permission(method, path).is_some(), "{method} {path} is nobody's: list it in desk/src/access.rs");
    }
    for (method, path, _) in ROUTES.iter().filter(|(_, path, _)| path.starts_with("/api/") && !path.ends_with("openapi.json")) {
        let found = documented.iter().any(|(m, p)| m == method && p == path);
        assert!(found, "{method} {path} is in the matrix and does not exist");
    }
}
