//! HTTP. The crate `influxdb2` carries the lines; all that leans on it is in this file.
//!
//! The crate's own encoder lets a text end a line and writes NaN, so it is given finished lines. It compresses at the
//! slowest level only, so it is given finished bytes and a client that says so in a header. It has no time limits and no
//! certificate authority of one's own, so it is given a client that has. It drops `Retry-After`, so a busy server is
//! asked once more, with nothing in hand, how long it wants to be left alone. And it panics on an address that is none,
//! so it never sees one.

use super::answer::Answer;
use crate::config::InfluxSettings;
use flate2::Compression;
use flate2::write::GzEncoder;
use influxdb2::api::write::TimestampPrecision;
use influxdb2::{Client, ClientBuilder, RequestError};
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, RequestBuilder, Url, redirect};
use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The credential that systemd hands over (`LoadCredential=influx-token:…`).
const CREDENTIAL: &str = "influx-token";
/// Longest line of an answer that is read, bytes.
const LONGEST_LINE: usize = 16 << 20;

/// Why there is no way to a server.
#[derive(Debug, Error)]
pub enum CarrierError {
    /// Nobody wants an export.
    #[error("no server is named; set influx.url in ironstride.toml")]
    Off,
    /// A file can't be read.
    #[error("{}: {source}; correct {key} in ironstride.toml, or give the daemon's user the right to read it", path.display())]
    File {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A token that can't be one.
    #[error("{}: this is no token: it is empty or has characters that no header may have", .0.display())]
    Token(PathBuf),
    /// An address that is none.
    #[error("influx.url: `{0}` is no address of a server; write it like `https://influx.example.org:8086`")]
    Address(String),
    /// An authority that is none.
    #[error("{}: {why}; influx.ca_file must be a certificate in PEM form", path.display())]
    Authority {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A question was not answered.
    #[error("{0}")]
    Unanswered(String),
}

/// What kind of server it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// InfluxDB with Flux, of this version.
    InfluxDb(String),
    /// Whatever else; it is asked as VictoriaMetrics is.
    VictoriaMetrics,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InfluxDb(version) => write!(f, "InfluxDB {version}"),
            Self::VictoriaMetrics => f.write_str("VictoriaMetrics, or something like it"),
        }
    }
}

/// The way to one server. Never shows its token.
pub struct Carrier {
    writer: Client,
    asker: reqwest::Client,
    base: Url,
    org: String,
    bucket: String,
    gym: String,
    token: Option<HeaderValue>,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Carrier").field(&self.destination()).finish()
    }
}

impl Carrier {
    /// The way to the server of these settings. Reads token and certificates, and sends nothing yet.
    pub fn new(settings: &InfluxSettings) -> Result<Self, CarrierError> {
        let url = settings.url.as_deref().ok_or(CarrierError::Off)?;
        let base = Url::parse(url).ok().filter(Url::has_host);
        let base = base.ok_or_else(|| CarrierError::Address(url.to_owned()))?;
        let token = token(settings)?;
        let limits = |limits: reqwest::ClientBuilder| {
            let most = Duration::try_from_secs_f64(settings.timeout_s).unwrap_or(Duration::from_secs(10));
            // a redirected write would arrive as a question, and look done
            limits.timeout(most).connect_timeout(most).redirect(redirect::Policy::none())
        };
        let secured = |builder: reqwest::ClientBuilder| match &settings.ca_file {
            Some(path) => authority(path).map(|authority| builder.add_root_certificate(authority)),
            None => Ok(builder),
        };
        let failed = |error: &dyn Error| CarrierError::Unanswered(chain(error));
        let asker = secured(limits(reqwest::Client::builder()))?.build().map_err(|error| failed(&error))?;
        let packed = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let packing = secured(limits(reqwest::Client::builder()))?.default_headers(packed);
        let plain =
            token.as_ref().and_then(|token| token.to_str().ok()).and_then(|text| text.split_once(' '));
        let writer =
            ClientBuilder::with_builder(packing, url, &settings.org, plain.map_or("", |(_, token)| token));
        let writer = writer.build().map_err(|error| failed(&error))?;
        let (org, bucket, gym) = (settings.org.clone(), settings.bucket.clone(), settings.gym.clone());
        Ok(Self { writer, asker, base, org, bucket, gym, token })
    }

    /// What is told apart by cursors: another address, organisation, bucket or gym is another place, and told all.
    #[must_use]
    pub fn destination(&self) -> String {
        let Self { base, org, bucket, gym, .. } = self;
        format!("{base} org {org} bucket {bucket} gym {gym}")
    }

    /// The value of the tag `gym`.
    #[must_use]
    pub fn gym(&self) -> &str {
        &self.gym
    }

    /// Sends lines with times in milliseconds.
    pub async fn write(&self, lines: &str) -> Answer {
        let body = match packed(lines) {
            Ok(body) => body,
            Err(error) => return Answer::Busy(format!("compressing: {error}"), None),
        };
        let precision = TimestampPrecision::Milliseconds;
        let sent =
            self.writer.write_line_protocol_with_precision(&self.org, &self.bucket, body, precision).await;
        match sent {
            Ok(()) => Answer::Done,
            Err(RequestError::Http { status, text }) => match Answer::of(status.as_u16(), &text, None) {
                Answer::Busy(words, None) if [429, 503].contains(&status.as_u16()) => {
                    Answer::Busy(words, self.wish().await)
                }
                answer => answer,
            },
            Err(RequestError::ReqwestProcessing { source }) => {
                Answer::Busy(chain(&source.without_url()), None)
            }
            Err(error) => Answer::Busy(error.to_string(), None),
        }
    }

    /// How long the server wants to be left alone, if it says so, s.
    async fn wish(&self) -> Option<f64> {
        match self.knock().await {
            Ok(Answer::Busy(_, wish)) => wish,
            _ => None,
        }
    }

    /// Writes nothing, to see whether anything may be written. A server that only misses the lines would take some.
    pub async fn knock(&self) -> Result<Answer, CarrierError> {
        let url =
            self.url("/api/v2/write", &[("org", &self.org), ("bucket", &self.bucket), ("precision", "ms")]);
        let response = answered(self.asked(self.asker.post(url)).body("").send().await)?;
        let status = response.status().as_u16();
        let wish = response.headers().get(RETRY_AFTER).and_then(|wish| wish.to_str().ok()).map(str::to_owned);
        let text = answered(response.text().await)?;
        Ok(match Answer::of(status, &text, wish.as_deref()) {
            Answer::Refused(_) => Answer::Done,
            answer => answer,
        })
    }

    /// What kind of server it is.
    pub async fn server(&self) -> Result<Server, CarrierError> {
        let response = answered(self.asked(self.asker.get(self.url("/health", &[]))).send().await)?;
        let text = answered(response.text().await)?;
        let told: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        Ok(match (told["name"].as_str(), told["version"].as_str()) {
            (Some("influxdb"), version) => Server::InfluxDb(version.unwrap_or("2").to_owned()),
            _ => Server::VictoriaMetrics,
        })
    }

    /// Asks VictoriaMetrics for all that a selector selects; calls `line` with each line of the answer.
    pub(super) async fn export(&self, selector: &str, line: impl FnMut(&str)) -> Result<(), CarrierError> {
        // what was taken a moment ago is shown only after this
        let flush = self.asked(self.asker.get(self.url("/internal/force_flush", &[]))).send().await;
        drop(answered(flush)?);
        let query =
            [("match[]", selector), ("start", "0"), ("end", "9999999999"), ("max_rows_per_line", "10000")];
        self.lines(self.asker.get(self.url("/api/v1/export", &query)), line).await
    }

    /// Asks InfluxDB in Flux; calls `line` with each line of the annotated CSV.
    pub(super) async fn flux(&self, query: &str, line: impl FnMut(&str)) -> Result<(), CarrierError> {
        let body = serde_json::json!({
            "query": query, "type": "flux", "dialect": { "header": true, "annotations": ["datatype"] },
        });
        let post = self.asker.post(self.url("/api/v2/query", &[("org", &self.org)]));
        let post = post.header("Content-Type", "application/json").header("Accept", "application/csv");
        self.lines(post.body(body.to_string()), line).await
    }

    /// The bucket's name.
    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }

    async fn lines(&self, request: RequestBuilder, mut line: impl FnMut(&str)) -> Result<(), CarrierError> {
        // an answer may be long; only its silence may not
        let request = self.asked(request).timeout(Duration::from_secs(3600));
        let mut response = answered(request.send().await)?;
        if !response.status().is_success() {
            let status = response.status();
            return Err(CarrierError::Unanswered(format!(
                "{status}: {}",
                answered(response.text().await)?.trim()
            )));
        }
        let mut left = Vec::new();
        while let Some(chunk) = answered(response.chunk().await)? {
            left.extend_from_slice(&chunk);
            let Some(end) = left.iter().rposition(|byte| *byte == b'\n') else {
                if left.len() > LONGEST_LINE {
                    return Err(CarrierError::Unanswered("a line of the answer has no end".to_owned()));
                }
                continue;
            };
            String::from_utf8_lossy(&left[..end]).lines().for_each(&mut line);
            left.drain(..=end);
        }
        String::from_utf8_lossy(&left).lines().for_each(&mut line);
        Ok(())
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn asked(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.header("Authorization", token.clone()),
            None => request,
        }
    }
}

/// A response, or why there is none, without the address, which stands in the settings.
fn answered<T>(result: reqwest::Result<T>) -> Result<T, CarrierError> {
    result.map_err(|error| CarrierError::Unanswered(chain(&error.without_url())))
}

/// An error with all that lies behind it.
fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = error.source();
    }
    words
}

/// Quickly, since a Pi has more of the network than of itself.
fn packed(lines: &str) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(lines.len() / 6), Compression::fast());
    packer.write_all(lines.as_bytes())?;
    packer.finish()
}

/// The token of the file that the settings name, or systemd's credential, as the header that it goes into.
fn token(settings: &InfluxSettings) -> Result<Option<HeaderValue>, CarrierError> {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|directory| Path::new::<OsStr>(&directory).join(CREDENTIAL))
        .filter(|path| path.exists());
    let Some(path) = settings.token_file.clone().or(credential) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).map_err(|source| CarrierError::File {
        key: "influx.token_file",
        path: path.clone(),
        source,
    })?;
    let token = text.trim();
    let header = HeaderValue::from_str(&format!("Token {token}")).ok().filter(|_| !token.is_empty());
    let mut header = header.ok_or(CarrierError::Token(path))?;
    header.set_sensitive(true);
    Ok(Some(header))
}

fn authority(path: &Path) -> Result<Certificate, CarrierError> {
    let pem = std::fs::read(path).map_err(|source| CarrierError::File {
        key: "influx.ca_file",
        path: path.to_owned(),
        source,
    })?;
    Certificate::from_pem(&pem)
        .map_err(|error| CarrierError::Authority { path: path.to_owned(), why: chain(&error) })
}
