//! The built dashboard inside the program, compressed as it was built.

use super::problem::Problem;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// `dashboard/dist` as it was when the program was built; nothing where it wasn't built.
#[derive(RustEmbed)]
#[folder = "dashboard/dist"]
#[allow_missing = true]
struct Dashboard;

/// Said where the program was built without the dashboard.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Ironstride</title>\
<meta name=viewport content=\"width=device-width\">\
<h1>The pages are not built</h1>\
<p>This program was built without its dashboard. Run <code>make dashboard</code> in the source folder, build again, and \
reload this page. Everything else works: <a href=\"/api/v1/status\">/api/v1/status</a>, \
<a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.";

/// Answers whatever is no route of the API: a file of the dashboard, or a page that the dashboard draws itself.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return nothing(uri.path()).into_response();
    }
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    answer(uri.path(), accepted, Dashboard::get)
}

fn answer(path: &str, accepted: &str, get: impl Fn(&str) -> Option<EmbeddedFile>) -> Response {
    let file = if is_page(path) { "index.html" } else { path.trim_start_matches('/') };
    let Some(found) = best(file, accepted, &get) else {
        return if is_page(path) { not_built() } else { nothing(path).into_response() };
    };
    let (bytes, encoding) = found;
    let mut response = Body::from(bytes.data.into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(file)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime(file)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Paths that the dashboard draws.
fn is_page(path: &str) -> bool {
    matches!(path, "/" | "/index.html" | "/status" | "/station" | "/phone")
        || path.starts_with("/station/")
        || path.starts_with("/phone/")
}

/// The smallest form of a file that the client takes.
fn best(
    file: &str,
    accepted: &str,
    get: impl Fn(&str) -> Option<EmbeddedFile>,
) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let mut forms = [("br", ".br"), ("gzip", ".gz")].into_iter().filter(|(name, _)| takes(accepted, name));
    let compressed = forms.find_map(|(name, end)| Some((get(&format!("{file}{end}"))?, Some(name))));
    compressed.or_else(|| Some((get(file)?, None)))
}

/// Whether `Accept-Encoding` names an encoding and does not forbid it (`br;q=0`).
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok());
        named && quality != Some(0.0)
    })
}

/// Files below `assets/` carry a hash of their content in their names and never change.
fn lifetime(file: &str) -> &'static str {
    if file.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn kind(file: &str) -> &'static str {
    match file.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn not_built() -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, kind)], NOT_BUILT).into_response()
}

fn nothing(path: &str) -> Problem {
    Problem::unknown(
        format!("there is nothing at {path:?}"),
        "the pages begin at /, the API at /api/v1 (GET /api/v1/openapi.json lists its routes)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn built(path: &str) -> Option<EmbeddedFile> {
        let there =
            ["index.html", "index.html.br", "assets/app-1a2b.js", "assets/app-1a2b.js.gz", "icon.svg"];
        there.contains(&path).then(|| {
            let mut file = Dashboard::get("no such file").unwrap_or_else(empty);
            file.data = Cow::Owned(path.as_bytes().to_vec());
            file
        })
    }

    fn empty() -> EmbeddedFile {
        EmbeddedFile {
            data: Cow::Borrowed(b""),
            metadata: rust_embed::Metadata::__rust_embed_new([0; 32], None, None),
        }
    }

    fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn pages_of_the_dashboard_are_its_index() {
        for page in ["/", "/station/rack", "/phone/rack", "/status"] {
            let response = answer(page, "gzip, br", built);
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(header(&response, "content-encoding"), Some("br"));
            assert_eq!(header(&response, "content-type"), Some("text/html; charset=utf-8"));
            assert_eq!(header(&response, "cache-control"), Some("no-cache"));
        }
    }

    #[test]
    fn files_come_in_the_form_that_the_client_takes() {
        let encoding =
            |path, accepted| header(&answer(path, accepted, built), "content-encoding").map(str::to_owned);
        assert_eq!(encoding("/assets/app-1a2b.js", "gzip, br").as_deref(), Some("gzip"));
        assert_eq!(encoding("/assets/app-1a2b.js", "br, gzip;q=0"), None);
        assert_eq!(encoding("/icon.svg", "br"), None);
        let script = answer("/assets/app-1a2b.js", "", built);
        assert_eq!(header(&script, "cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(header(&script, "vary"), Some("accept-encoding"));
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(answer("/nothing.js", "br", built).status(), StatusCode::NOT_FOUND);
        assert_eq!(answer("/../Cargo.toml", "br", built).status(), StatusCode::NOT_FOUND);
        let unbuilt = answer("/station/rack", "br", |_| None);
        assert_eq!(unbuilt.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(header(&unbuilt, "content-type"), Some("text/html; charset=utf-8"));
    }
}
