//! All routes, put together once.

use crate::{Parts, console, guard, headers, live, operation, repeat};
use axum::Json;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

/// The largest body of an ordinary request, in bytes.
const SMALL_BODY: usize = 1 << 20;
/// The largest body of an import of rules: some ten times the public rule set.
const RULES_BODY: usize = 64 << 20;
/// The largest body of events as it travels.
const EVENT_BODY: usize = ingest::MAX_BODY;

#[derive(OpenApi)]
#[openapi(info(title = "Watchfloor", description = "The API of the floor. Errors are RFC 9457 problem documents."))]
struct Document;

fn desk_routes() -> OpenApiRouter<desk::Desk> {
    desk::admin::routes().merge(desk::triage::routes()).merge(desk::cases::routes()).merge(desk::investigate::routes()).merge(desk::improve::routes()).merge(desk::jobs::routes())
}

fn rules_routes() -> OpenApiRouter<desk::Desk> {
    desk::improve::import_routes()
}

fn own_routes() -> OpenApiRouter<Parts> {
    live::routes().merge(operation::routes())
}

fn ingest_routes() -> OpenApiRouter<ingest::Pipeline> {
    ingest::receivers::http::routes()
}

/// The OpenAPI 3.1 document of every route.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for part in [desk_routes().into_openapi(), rules_routes().into_openapi(), own_routes().into_openapi(), ingest_routes().into_openapi()] {
        document.merge(part);
    }
    name_operations(&mut document);
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(desk::admin::COOKIE))));
    document
}

/// Rooms name their handlers as they like; a client generator needs each name once: `triage_close`, `cases_close`.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten() {
            let room = operation.tags.as_ref().and_then(|tags| tags.first());
            if let (Some(room), Some(name)) = (room, &operation.operation_id) {
                operation.operation_id = Some(format!("{room}_{name}"));
            }
        }
    }
}

/// The whole of HTTP: API, foreign protocols, console.
pub fn router(parts: &Parts) -> Router {
    let (desk, _) = desk_routes().split_for_parts();
    let (rules, _) = rules_routes().split_for_parts();
    let (own, _) = own_routes().split_for_parts();
    let (events, _) = ingest_routes().split_for_parts();
    let small = Router::new()
        .merge(desk.with_state(parts.desk.clone()))
        .merge(own.with_state(parts.clone()))
        .route("/api/v1/openapi.json", get(async || Json(openapi())))
        .route_layer(from_fn_with_state((parts.clone(), SMALL_BODY), repeat::once))
        .layer(DefaultBodyLimit::max(SMALL_BODY));
    let medium = rules
        .with_state(parts.desk.clone())
        .route_layer(from_fn_with_state((parts.clone(), RULES_BODY), repeat::once))
        .layer(DefaultBodyLimit::max(RULES_BODY));
    let large = events
        .merge(ingest::receivers::bulk::routes())
        .with_state(parts.pipeline.clone())
        .layer(DefaultBodyLimit::max(EVENT_BODY));
    let (secure, outer) = (parts.secure, parts.clone());
    small
        .merge(medium)
        .merge(large)
        .route_layer(from_fn_with_state(parts.clone(), guard::check))
        .fallback(console::fallback)
        .layer(map_response(move |response: Response| {
            let mut response = guard::outside(&outer, response);
            for (name, value) in headers::all(secure) {
                response.headers_mut().entry(name).or_insert(value);
            }
            std::future::ready(response)
        }))
}
