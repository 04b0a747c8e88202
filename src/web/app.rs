//! The whole application: routes, pages, and what stands around them.

use super::assets;
use super::guard;
use super::problem::Problem;
use super::routes;
use super::state::Web;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;

/// No change needs a larger body.
const BODY_BYTES: usize = 64 << 10;

/// Pages may load and ask the daemon, and nobody else; nobody may put them into a frame.
const CONTENT_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                              object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes with their entries in the document.
pub(crate) fn documented() -> (Router<Web>, utoipa::openapi::OpenApi) {
    OpenApiRouter::new().merge(routes::api()).merge(routes::open()).split_for_parts()
}

impl Web {
    /// The application as a service; [`serve`](super::serve()) gives it a port, tests ask it directly.
    pub fn router(&self) -> Router {
        let (api, _) = routes::api().split_for_parts();
        let (open, _) = routes::open().split_for_parts();
        let rights = from_fn_with_state(self.clone(), guard::rights);
        let host = from_fn_with_state(self.clone(), guard::host);
        api.route_layer(rights)
            .merge(open)
            .fallback(assets::serve)
            .method_not_allowed_fallback(|| async { Problem::method() })
            .layer(DefaultBodyLimit::max(BODY_BYTES))
            .layer(from_fn_with_state(self.clone(), in_time))
            .layer(CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| {
                Problem::of_panic(&*panic).into_response()
            }))
            .layer(host)
            .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
            .layer(SetResponseHeaderLayer::if_not_present(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-store"),
            ))
            .with_state(self.clone())
    }
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// An answer that takes too long is a problem with a hint like any other.
async fn in_time(State(web): State<Web>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(web.config().patience, next.run(request)).await;
    answer.unwrap_or_else(|_| Problem::too_slow().into_response())
}
