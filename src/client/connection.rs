//! One pinned server: sends requests to it and to no other, limits every reply in time and size, and retries where
//! that is safe.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, DATE, USER_AGENT};
use hyper::{Request, Uri};
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::clock::Clock;
use crate::store::{PlainHttp, ServerUrl};

use crate::client::budget::{BODY_BYTES, Budget};
use crate::client::connector;
use crate::client::connector::{Connector, HttpClient};
use crate::client::error::{ApiError, ErrorKind};
use crate::client::kept;
use crate::client::network_error;
use crate::client::network_error::{Seen, Target};
use crate::client::proxies::{Proxies, Route};
use crate::client::received::Received;
use crate::client::reply_head;
use crate::client::request_body::RequestBody;
use crate::client::requests::Requests;
use crate::client::resolver::Resolver;
use crate::client::retry;
use crate::client::retry::{Next, RetryPolicy, Situation};
use crate::client::tls;
use crate::client::tls::{Certificate, Shown};
use crate::client::tunnels;
use crate::client::tunnels::ProxySource;

/// The settings of a connection.
pub struct ConnectionOptions {
    /// The only server that receives requests.
    pub server: ServerUrl,
    /// Whether plain `http` to another machine is allowed (`login --allow-http`).
    pub allow_http: bool,
    /// Certificate authorities to trust beside the system's, in PEM form.
    pub extra_ca: Option<Vec<u8>>,
    /// A file of authorities to trust in place of the system's (`SSL_CERT_FILE`); not on macOS and Windows.
    pub roots_file: Option<PathBuf>,
    /// The proxies that variables and the system name.
    pub proxies: Proxies,
    /// Time limits and attempts.
    pub budget: Budget,
    /// The source of the present time.
    pub clock: Clock,
    /// Where requests are counted.
    pub requests: Arc<Requests>,
}

impl ConnectionOptions {
    /// The defaults: no plain http, no further authority, no proxy.
    #[must_use]
    pub fn new(server: ServerUrl, clock: Clock) -> Self {
        Self {
            server,
            allow_http: false,
            extra_ca: None,
            roots_file: None,
            proxies: Proxies::default(),
            budget: Budget::standard(),
            clock,
            requests: Arc::default(),
        }
    }
}

/// A client of one server. Requests may run at the same time; connections are reused.
pub struct Connection {
    /// Keeps connections for the next request.
    keeping: HttpClient,
    /// Opens a connection for each request.
    fresh: HttpClient,
    server: ServerUrl,
    target: Target,
    proxy_address: Option<Uri>,
    shown: Shown,
    shown_by_proxy: Shown,
    has_answered: AtomicBool,
    /// Why the last attempt is made again.
    trouble: Mutex<Option<String>>,
    budget: Budget,
    clock: Clock,
    requests: Arc<Requests>,
}

impl Connection {
    /// Sets the client up; nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for plain `http` to another machine, a proxy variable or a file of authorities that is unusable.
    pub fn open(options: ConnectionOptions) -> Result<Self, ApiError> {
        let ConnectionOptions { server, allow_http, extra_ca, roots_file, proxies, budget, clock, requests } =
            options;
        let origin = server.origin();
        let is_plain = server.is_plain_http();
        server.refuse_plain_http(allow_http).map_err(|refused| {
            ApiError::new(ErrorKind::Usage, refused.to_string()).with_hint(PlainHttp::HINT)
        })?;
        if !is_plain {
            tls::check_roots_file(roots_file.as_deref())?;
        }
        // Plain http through a proxy would show the credentials to it.
        let route = if is_plain { Route::default() } else { proxies.route(&origin)? };
        if let Some(proxy) = &route.proxy {
            tracing::info!("requests to {origin} go through {}", tunnels::named(proxy.source));
        }
        let proxy_address = route.proxy.as_ref().map(|proxy| proxy.address.clone());
        let source = route.proxy.as_ref().map(|proxy| proxy.source);
        let target = Target { origin, proxy: source, unusable: route.unusable };
        let [shown, shown_by_proxy] = <[Shown; 2]>::default();
        let tls = |shown: &Shown| tls::tls(extra_ca.as_deref(), roots_file.clone(), shown.clone());
        let proxy = match route.proxy {
            Some(proxy) => Some((proxy, tls(&shown_by_proxy)?)),
            None => None,
        };
        let resolver = Resolver { limit: budget.connect };
        let connector = Connector::new(resolver, tls(&shown)?, proxy, budget.connect * 2);
        let (keeping, fresh) = (connector.client(usize::MAX), connector.client(0));
        let (has_answered, trouble) = Default::default();
        Ok(Self {
            keeping,
            fresh,
            server,
            target,
            proxy_address,
            shown,
            shown_by_proxy,
            has_answered,
            trouble,
            budget,
            clock,
            requests,
        })
    }

    /// The server that receives the requests.
    #[must_use]
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// The address of the proxy in use, without a user name, and what names it.
    #[must_use]
    pub fn proxy(&self) -> Option<(String, ProxySource)> {
        let address = self.proxy_address.as_ref()?.to_string();
        Some((address.trim_end_matches('/').to_owned(), self.target.proxy?))
    }

    /// That the system's settings name a proxy for this server which this program cannot use, and what to do.
    #[must_use]
    pub fn unusable_proxy(&self) -> Option<(String, &'static str)> {
        self.target.unusable.map(tunnels::unusable)
    }

    /// The certificate that the server presented last, trusted or not; `None` before the first handshake and for plain http.
    #[must_use]
    pub fn certificate(&self) -> Option<Certificate> {
        self.shown.certificate()
    }

    /// What went wrong in the last attempt, while it is made again.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_trouble(&self, error: Option<&ApiError>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = error.map(ToString::to_string);
    }

    /// Sends one request and returns any reply, without retries.
    pub(crate) async fn post_once(&self, path: &str, body: &RequestBody) -> Result<Received, ApiError> {
        let url = self.endpoint(path)?;
        tracing::info!("POST {url}");
        self.attempt(&url, body, RetryPolicy::Never, self.budget.attempt.min(self.budget.total)).await
    }

    fn endpoint(&self, path: &str) -> Result<Url, ApiError> {
        self.server.endpoint(path).map_err(unusable_path)
    }

    /// Sends a request, and retries it within the budget while the policy allows it. `read` judges a reply that
    /// arrived; an error that it calls transient is retried as well.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn post<T>(
        &self,
        path: &str,
        body: &RequestBody,
        policy: RetryPolicy,
        read: impl Fn(Received) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let url = self.endpoint(path)?;
        tracing::trace!("POST {url}: parameters {}", body.parameters());
        let started = Instant::now();
        let mut first_send: Option<Instant> = None;
        let mut lost_a_reply = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let again = if attempts == 1 { String::new() } else { format!(", attempt {attempts}") };
            tracing::info!("POST {url}{again}");
            let sent = Instant::now();
            let limit = self.budget.attempt.min(self.budget.total.saturating_sub(started.elapsed()));
            let received = self.attempt(&url, body, policy, limit).await;
            let took = sent.elapsed();
            let error = match received {
                Ok(received) => {
                    let status = received.status;
                    match read(Received { attempts, lost_a_reply, ..received }) {
                        Ok(value) => {
                            self.note_trouble(None);
                            self.requests.add(path, None, took);
                            return Ok(value);
                        }
                        Err(error) => error.with_status(status).sent(),
                    }
                }
                Err(error) => {
                    lost_a_reply |= error.was_sent();
                    error
                }
            };
            self.requests.add(path, Some(error.kind()), took);
            if error.was_sent() {
                first_send.get_or_insert(sent);
            }
            let situation = Situation {
                attempts,
                kind: error.kind(),
                elapsed: started.elapsed(),
                since_first_send: first_send.map(|first| first.elapsed()),
                retry_after: error.retry_after(),
                random: random(),
            };
            match retry::decide(policy, &self.budget, &situation) {
                Next::TryIn(wait) => {
                    self.note_trouble(Some(&error));
                    tracing::debug!("POST {url}: again in {} ms", wait.as_millis());
                    sleep(wait).await;
                }
                Next::GiveUp => {
                    self.note_trouble(None);
                    return Err(retry::with_retry_hint(error));
                }
            }
        }
    }

    /// One exchange within a time limit, with its log lines.
    async fn attempt(
        &self,
        url: &Url,
        body: &RequestBody,
        policy: RetryPolicy,
        limit: Duration,
    ) -> Result<Received, ApiError> {
        let started = Instant::now();
        // On the heap: a watch keeps one such future for each profile, and nested futures grow fast.
        let exchange = Box::pin(self.exchange(url, body, policy));
        let outcome = match timeout(limit, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(network_error::too_slow("took longer to answer than", limit, &self.target)),
        };
        let ms = started.elapsed().as_millis();
        match &outcome {
            Ok(received) => {
                tracing::info!("POST {url}: HTTP {}", received.status);
                tracing::debug!("POST {url}: {} bytes in {ms} ms", received.body.as_bytes().len());
                tracing::trace!("POST {url}: body {}", received.body.quotable());
            }
            Err(error) => {
                tracing::info!("POST {url}: no reply ({})", error.kind().word());
                tracing::debug!("POST {url}: gave up after {ms} ms");
            }
        }
        outcome
    }

    /// One exchange. A read that met the end of a kept connection is sent once more, on a new one.
    async fn exchange(
        &self,
        url: &Url,
        body: &RequestBody,
        policy: RetryPolicy,
    ) -> Result<Received, ApiError> {
        let first = self.exchange_by(&self.keeping, url, body);
        let (outcome, has_ended) = kept::exchange(first).await;
        if !has_ended || !policy.is_read() {
            return outcome;
        }
        tracing::debug!("POST {url}: the server had ended the kept connection; again on a new one");
        let again = self.exchange_by(&self.fresh, url, body).await;
        again.map(|received| Received { was_resent: true, ..received }).map_err(ApiError::sent)
    }

    /// One request and its reply, within the limits of size and silence.
    async fn exchange_by(
        &self,
        client: &HttpClient,
        url: &Url,
        body: &RequestBody,
    ) -> Result<Received, ApiError> {
        let request = Request::post(url.as_str())
            .header(USER_AGENT, connector::USER_AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .body(Full::new(body.to_bytes()))
            .map_err(unusable_path)?;
        let response = client.request(request).await.map_err(|error| {
            let seen = Seen {
                server_requests_certificate: self.shown.requests_certificate(),
                proxy_requests_certificate: self.shown_by_proxy.requests_certificate(),
                server_has_answered: self.has_answered.load(Ordering::Relaxed),
            };
            network_error::before_reply(&error, &self.target, seen, self.clock.now())
        })?;
        self.has_answered.store(true, Ordering::Relaxed);
        reply_head::refuse(&self.target.origin, url, &response).map_err(ApiError::sent)?;
        let status = response.status().as_u16();
        let server_time = reply_head::text(response.headers(), DATE).and_then(retry::http_date);
        let retry_after = reply_head::longest_retry_after(
            response.headers(),
            server_time.unwrap_or_else(|| self.clock.now()),
        );
        let body = self.body(response.into_body()).await?.into();
        let received_at = self.clock.now();
        Ok(Received {
            status,
            body,
            server_time,
            received_at,
            attempts: 1,
            lost_a_reply: false,
            was_resent: false,
            retry_after,
        })
    }

    async fn body(&self, mut reply: Incoming) -> Result<Vec<u8>, ApiError> {
        let announced =
            reply.size_hint().exact().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if announced > BODY_BYTES {
            return Err(self.too_large().sent());
        }
        let mut body = Vec::with_capacity(announced);
        let silence = self.budget.silence;
        loop {
            let frame = timeout(silence, reply.frame()).await.map_err(|_| {
                network_error::too_slow("sent no more of its reply for", silence, &self.target)
            })?;
            let Some(frame) = frame else { return Ok(body) };
            let frame = frame.map_err(|error| network_error::within_reply(&error, &self.target))?;
            let Ok(chunk) = frame.into_data() else { continue };
            if body.len() + chunk.len() > BODY_BYTES {
                return Err(self.too_large().sent());
            }
            body.extend_from_slice(&chunk);
        }
    }

    fn too_large(&self) -> ApiError {
        let limit = BODY_BYTES / (1024 * 1024);
        ApiError::new(
            ErrorKind::TooLarge,
            format!("the reply of {} is larger than {limit} MiB", self.target.origin),
        )
    }
}

fn unusable_path(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorKind::Usage, "the path of the request is not usable").because(error)
}

/// From 0 up to 1. The standard library seeds its hash maps at random, and back-off needs no better source.
pub(crate) fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    let bits = RandomState::new().hash_one(0_u8);
    #[expect(clippy::cast_precision_loss, reason = "the low bits of a random number are not missed")]
    (bits as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests;
