//! The API's document, made from the code that answers, with what all routes have in common written once.

use super::app::documented;
use super::problem::Problem;
use super::routes::HEALTH;
use super::views::wanted::WANTED;
use super::views::{sensor, station};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// Title, tags, and the schemas that only the stream's events have.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ironstride",
        description = "Bar velocity, power and running cadence from Bluetooth sensors.\n\n\
            Times are RFC 3339 in UTC; what is unknown is `null`, never 0. Reading is open on the local network, \
            changing needs a device token, unless the request comes from the daemon's own machine. Changes take \
            `Idempotency-Key` (a repeated one is made once) and `If-Match` (the `ETag` of what was read). Problems \
            are RFC 9457 with a hint.",
    ),
    components(schemas(Problem, sensor::Trace, sensor::Notice, station::StationContext, station::Reset)),
    tags(
        (name = "live", description = "What happens now"),
        (name = "stations", description = "Racks and platforms"),
        (name = "training", description = "Repetitions, sets, sessions, advice, exercises"),
        (name = "sensors", description = "Sensors and what they are for"),
        (name = "people", description = "Athletes and devices"),
        (name = "program", description = "The daemon itself"),
    ),
)]
struct Common;

/// The API's OpenAPI 3.1 document, as `/api/v1/openapi.json` serves it and `ironstride openapi` prints it.
#[must_use]
pub fn openapi() -> Value {
    let (_, routes) = documented();
    let mut common = Common::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut common.info.version);
    common.merge(routes);
    // plain data with text for keys: writing it as JSON can't fail
    let mut document = serde_json::to_value(common).unwrap_or_default();
    for (name, schema) in entries(&mut document["components"]["schemas"]) {
        if !WANTED.contains(&name.as_str()) {
            require_all(schema);
        }
    }
    for (path, item) in entries(&mut document["paths"]) {
        for (method, operation) in entries(item) {
            complete(path, method, operation);
        }
    }
    document["components"]["securitySchemes"] = json!({
        "device_token": { "type": "http", "scheme": "bearer", "description": "A device's token (POST /api/v1/tokens)" }
    });
    document
}

fn entries(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

/// What the daemon says, it says whole: unknown fields are `null`, and never left out.
fn require_all(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required = properties.keys().cloned().collect();
        schema.insert("required".to_owned(), required);
    }
    for part in ["oneOf", "allOf", "anyOf"] {
        schema.get_mut(part).and_then(Value::as_array_mut).into_iter().flatten().for_each(require_all);
    }
}

/// Adds the problems and parameters that an operation has because of what it is.
fn complete(path: &str, method: &str, operation: &mut Value) {
    let problems = problems(path, method, operation);
    let Some(operation) = operation.as_object_mut() else { return };
    operation.insert("operationId".to_owned(), Value::String(operation_id(path, method)));
    // a token is made once anyway, since it is shown once, and taken back once
    if method != "get" && !path.starts_with(TOKENS) {
        let mut headers = vec![header("Idempotency-Key", IDEMPOTENCY)];
        if problems.iter().any(|(status, _)| *status == 412) {
            headers.push(header("If-Match", IF_MATCH));
        }
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        parameters.as_array_mut().into_iter().for_each(|all| all.append(&mut headers));
    }
    // no token gives the right to make tokens
    if method != "get" && path != TOKENS {
        operation.insert("security".to_owned(), json!([{}, { "device_token": [] }]));
    }
    let responses = operation.entry("responses").or_insert_with(|| Value::Object(Map::new()));
    for (status, description) in problems {
        if responses.get(status.to_string()).is_none() {
            responses[status.to_string()] = problem(description);
        }
    }
    for (_, response) in entries(responses) {
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = "As asked".into();
        }
    }
}

/// The problems that an operation can have.
fn problems(path: &str, method: &str, operation: &Value) -> Vec<(u16, &'static str)> {
    let changes = method != "get";
    let has_body = operation.get("requestBody").is_some();
    let can_be_wrong = has_body || operation.get("parameters").is_some();
    let of_one = path.contains('{');
    let guarded = path != HEALTH;
    let possible = [
        (true, 421, "The request is for a host name that is not this daemon's"),
        (true, 500, "A fault"),
        (guarded, 401, "A device token is needed"),
        (guarded, 503, "The journal can't be read or written now"),
        (guarded, 504, "It took too long"),
        (can_be_wrong, 400, "The request can't be understood"),
        (of_one || path == STREAM, 404, "There is no such thing"),
        (changes, 403, "Not allowed from there"),
        (changes, 409, "Not as things stand now"),
        (has_body, 413, "The body is too large"),
        (has_body, 415, "The body is not said to be JSON"),
        (
            changes && of_one && !path.contains("/end-") && !path.starts_with(TOKENS),
            412,
            "It has changed in the meantime",
        ),
        (changes && path.ends_with("/context"), 428, "The change must say which state it is meant for"),
    ];
    possible.into_iter().filter(|(can_be, ..)| *can_be).map(|(_, status, why)| (status, why)).collect()
}

/// A name of its own for each operation, as generators of clients need it: `get_reps_id`.
fn operation_id(path: &str, method: &str) -> String {
    let path = path.trim_start_matches("/api/v1").trim_start_matches('/');
    let words = path.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |name, word| name + "_" + word)
}

const STREAM: &str = "/api/v1/stream";
const TOKENS: &str = "/api/v1/tokens";
const IDEMPOTENCY: &str =
    "A key of your choice, 1 to 128 characters: a change with the same key is made once";
const IF_MATCH: &str = "The `ETag` of what was read, or `*`: the change is made only if that is still there";

fn header(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" }
    })
}

fn problem(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({ "description": description, "content": { "application/problem+json": { "schema": schema } } })
}
