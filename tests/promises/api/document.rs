//! The API's own document as a judge of its answers.

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use ironstride::web::Web;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use tower::ServiceExt;

/// Asks the API and holds every answer to the document.
pub(super) struct Asker {
    web: Web,
    document: Value,
    /// Operations that have answered as asked: method and path.
    answered: BTreeSet<(String, String)>,
    peer: SocketAddr,
    host: String,
}

/// An answer that the document allows.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Answer {
    /// The entity tag.
    pub(super) fn tag(&self) -> String {
        self.headers[header::ETAG].to_str().unwrap().to_owned()
    }
}

impl Asker {
    /// Asks from the machine itself.
    pub(super) fn new(web: Web) -> Self {
        let mut document = ironstride::web::openapi();
        for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
            nothing_else(schema);
        }
        let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
        Self { web, document, answered: BTreeSet::new(), peer, host: "localhost:8480".to_owned() }
    }

    /// From now on asks from this address.
    pub(super) fn from(&mut self, peer: [u8; 4]) -> &mut Self {
        self.peer = SocketAddr::from((peer, 50_000));
        self
    }

    /// From now on asks for this host.
    pub(super) fn to(&mut self, host: &str) -> &mut Self {
        host.clone_into(&mut self.host);
        self
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], None).await
    }

    pub(super) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| match body {
            Value::String(raw) => Body::from(raw),
            body => Body::from(body.to_string()),
        });
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let response = self.web.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let kind = parts.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        // the stream has no end, and is looked at in a test of its own
        let stream = kind == "text/event-stream";
        let text = if stream { Vec::new() } else { to_bytes(body, 1 << 22).await.unwrap().to_vec() };
        let body = if kind.contains("json") {
            serde_json::from_slice(&text).unwrap()
        } else {
            Value::String(String::from_utf8(text).unwrap())
        };
        self.judge(method, path, parts.status, &kind, &body);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn judge(&mut self, method: &str, path: &str, status: StatusCode, kind: &str, body: &Value) {
        let asked = format!("{method} {path} gave {status}");
        let (template, operation) = self.operation(method, path);
        let Some(response) = operation["responses"].get(status.as_str()) else {
            panic!("{asked}, which its document doesn't know: {body}");
        };
        let kind = kind.split(';').next().unwrap();
        let content = response["content"].get(kind);
        let content =
            content.unwrap_or_else(|| panic!("{asked} as {kind}, which its document doesn't know: {body}"));
        self.hold(&content["schema"], body, &asked);
        if status.is_success() {
            self.answered.insert((method.to_lowercase(), template));
        }
    }

    fn operation(&self, method: &str, path: &str) -> (String, Value) {
        let path = path.split('?').next().unwrap();
        let fits = |template: &str| {
            let (template, path): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            let part = |(wanted, part): (&&str, &&str)| wanted == part || wanted.starts_with('{');
            template.len() == path.len() && template.iter().zip(&path).all(part)
        };
        let paths = self.document["paths"].as_object().unwrap();
        let exact = paths.get_key_value(path).or_else(|| paths.iter().find(|(template, _)| fits(template)));
        let (template, item) = exact.unwrap_or_else(|| panic!("{path} is not in the document"));
        (template.clone(), item[method.to_lowercase()].clone())
    }

    /// Holds data to a schema of the document.
    fn hold(&self, schema: &Value, data: &Value, what: &str) {
        let mut schema = schema.clone();
        schema["components"] = self.document["components"].clone();
        let validator = validator(&schema);
        let wrong: Vec<String> = validator.iter_errors(data).map(|error| format!("{error}")).collect();
        assert!(wrong.is_empty(), "{what}:\n{}\n{data:#}", wrong.join("\n"));
    }

    /// Holds an event of the stream to the schema of its name.
    pub(super) fn hold_event(&self, event: &str, data: &Value) {
        let schema = match event {
            "rep" => "Rep",
            "set" => "SetRecord",
            "session" => "Session",
            "advice" => "Advice",
            "sensor" => "Sensor",
            "cadence" => "Cadence",
            "device" => "DeviceRecord",
            "station" => "StationContext",
            "notice" => "Notice",
            "trace" => "Trace",
            "snapshot" => "Snapshot",
            "reset" => "Reset",
            other => panic!("an event that the document doesn't name: {other}"),
        };
        self.hold(&json!({ "$ref": format!("#/components/schemas/{schema}") }), data, event);
    }

    /// Operations of the document that have not answered as asked.
    pub(super) fn unanswered(&self) -> Vec<String> {
        let paths = self.document["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
        });
        all.filter(|operation| !self.answered.contains(operation))
            .map(|(method, path)| method + " " + &path)
            .collect()
    }
}

/// What the document doesn't name, no answer may have.
fn nothing_else(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("properties") {
        object.insert("additionalProperties".to_owned(), json!(false));
    }
    object.values_mut().for_each(|part| match part {
        Value::Array(parts) => parts.iter_mut().for_each(nothing_else),
        part => nothing_else(part),
    });
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}
