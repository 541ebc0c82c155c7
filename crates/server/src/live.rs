//! The live feed as server-sent events: which records changed, never the records. It ends within a second once the
//! session or token behind it is over.

use crate::Parts;
use crate::credentials::{self, Credential};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use desk::{LiveEvent, Topic, admin};
use futures::Stream;
use futures::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use utoipa_axum::{router::OpenApiRouter, routes};

/// How often the feed asks whether its reader may still read.
const RECHECK: Duration = Duration::from_millis(800);

pub(crate) fn routes() -> OpenApiRouter<Parts> {
    OpenApiRouter::new().routes(routes!(live))
}

struct Feed {
    parts: Parts,
    credential: Option<Credential>,
    missed: VecDeque<LiveEvent>,
    receiver: Receiver<LiveEvent>,
    checked: Instant,
    over: bool,
}

/// Follow what changes. `Last-Event-ID` takes up where a connection broke; `reload` says that too much was missed.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", responses((status = 200, content_type = "text/event-stream")))]
async fn live(State(parts): State<Parts>, headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let (missed, receiver) = parts.desk.live.subscribe(last);
    let missed = missed.unwrap_or_else(|| vec![LiveEvent { id: 0, topic: Topic::Reload, ids: Vec::new() }]);
    let feed = Feed { parts, credential: credentials::of(&headers), missed: missed.into(), receiver, checked: Instant::now(), over: false };
    Sse::new(stream::unfold(feed, next)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

async fn next(mut feed: Feed) -> Option<(Result<Event, Infallible>, Feed)> {
    if feed.over {
        return None;
    }
    let event = loop {
        // By the clock, not by the silence between notices: a busy floor must not keep a reader who has to go.
        if feed.checked.elapsed() >= RECHECK {
            if !still_welcome(&feed).await {
                return None;
            }
            feed.checked = Instant::now();
        }
        if let Some(event) = feed.missed.pop_front() {
            break event;
        }
        tokio::select! {
            received = feed.receiver.recv() => match received {
                Ok(event) => break event,
                Err(RecvError::Lagged(_)) => {
                    feed.over = true;
                    break LiveEvent { id: 0, topic: Topic::Reload, ids: Vec::new() };
                }
                Err(RecvError::Closed) => return None,
            },
            () = tokio::time::sleep(RECHECK.saturating_sub(feed.checked.elapsed())) => {}
        }
    };
    let name = match event.topic {
        Topic::Alerts => "alerts",
        Topic::Cases => "cases",
        Topic::Sources => "sources",
        Topic::Rules => "rules",
        Topic::Reload => "reload",
    };
    let mut message = Event::default().event(name).data(serde_json::json!({"ids": event.ids}).to_string());
    if event.id > 0 {
        message = message.id(event.id.to_string());
    }
    Some((Ok(message), feed))
}

/// While the records are down nobody can be asked: the reader stays, and reads nothing that matters.
async fn still_welcome(feed: &Feed) -> bool {
    match &feed.credential {
        Some(Credential::Cookie(cookie)) => admin::authenticate_cookie(&feed.parts.desk, cookie).await.map_or(true, |found| found.is_some()),
        Some(Credential::Token(token)) => admin::authenticate_bearer(&feed.parts.desk, token).await.map_or(true, |found| found.is_some()),
        None => false,
    }
}
