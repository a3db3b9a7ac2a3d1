//! Which paths the wall has, who may have them, and the headers of every answer.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use hyper::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE,
    HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use tokio::time::{Instant, timeout};

use crate::clock::Clock;
use crate::output::text::redact::Redactor;
use crate::watch::sinks::wall::guard::{Authority, Hosts, is_from_us};
use crate::watch::sinks::wall::key::{Key, WrongKeys};
use crate::watch::sinks::wall::metrics::{self, Metrics};
use crate::watch::sinks::wall::notices::Notices;
use crate::watch::sinks::wall::packed;
use crate::watch::sinks::wall::page::{self, Asset, Page};
use crate::watch::sinks::wall::streams::{Draw, Live};

/// Of the form with the key, in bytes.
const FORM_LIMIT: usize = 1 << 10;

const FORM_TIME: Duration = Duration::from_secs(10);

/// When a browser that found no seat may look again.
const SEAT_WAIT: Duration = Duration::from_secs(30);

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The ends of a connection.
#[derive(Clone, Copy)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    /// Where it has arrived.
    pub(super) local: IpAddr,
}

/// What every connection shares.
pub(super) struct Site {
    pub(super) key: Key,
    pub(super) wrong_keys: WrongKeys,
    pub(super) hosts: Hosts,
    pub(super) has_tls: bool,
    /// Walls at several ports of one machine share its cookies.
    pub(super) cookie: String,
    pub(super) live: Arc<Live>,
    pub(super) page: Arc<Page>,
    pub(super) document: Draw,
    pub(super) metrics: Metrics,
    pub(super) redactor: Redactor,
    pub(super) clock: Clock,
    pub(super) notices: Notices,
}

/// A path that there is.
enum Route {
    Page,
    Events,
    Document,
    Metrics,
    Health,
    Session,
    Asset(&'static Asset),
}

impl Route {
    fn find(path: &str) -> Option<Self> {
        match path {
            "/" => Some(Self::Page),
            "/events" => Some(Self::Events),
            "/floor.json" => Some(Self::Document),
            "/metrics" => Some(Self::Metrics),
            "/healthz" => Some(Self::Health),
            "/session" => Some(Self::Session),
            path => page::assets().iter().find(|asset| asset.path == path).map(Self::Asset),
        }
    }

    fn methods(&self) -> &'static [Method] {
        match self {
            Self::Session => &[Method::POST],
            _ => &[Method::GET, Method::HEAD],
        }
    }
}

/// Whether a request may see the floor.
enum Access {
    Granted,
    None,
    /// Too many wrong keys, for so long.
    Limited(Duration),
}

impl Site {
    pub(super) async fn respond(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let (head, body) = request.into_parts();
        let Some(host) = self.hosts.of(&head, peer.local) else {
            self.notices.foreign_host(peer.address, self.hosts.foreign(&head, peer.local));
            return empty(StatusCode::MISDIRECTED_REQUEST);
        };
        let route = Route::find(head.uri.path());
        if let Some(route) = route.as_ref().filter(|it| !it.methods().contains(&head.method)) {
            let methods: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
            return not_allowed(&methods.join(", "));
        }
        match route {
            Some(Route::Asset(asset)) => {
                let response = full(StatusCode::OK, asset.media_type, asset.bytes.as_str());
                with(response, CACHE_CONTROL, "public, max-age=31536000, immutable")
            }
            Some(Route::Health) if self.live.is_alive() => full(StatusCode::OK, TEXT, "ok\n"),
            Some(Route::Health) => full(StatusCode::SERVICE_UNAVAILABLE, TEXT, "stale\n"),
            Some(Route::Session) => self.sign_in(&head.headers, &host, body, peer.address).await,
            route => match self.access(&head.headers, peer.address) {
                Access::Granted => self.show(route.as_ref(), &head.headers, peer.address),
                Access::None => key_form(false),
                Access::Limited(wait) => too_many(wait),
            },
        }
    }

    /// For somebody who may see it.
    fn show(&self, route: Option<&Route>, headers: &HeaderMap, address: IpAddr) -> Response<Body> {
        match route {
            Some(Route::Page) => {
                let document = self.page.document(&self.live.view(), self.clock.now());
                full(StatusCode::OK, HTML, self.redactor.redact(&document))
            }
            Some(Route::Document) => {
                let document = (self.document)(&self.live.view());
                full(StatusCode::OK, "application/json", self.redactor.redact(&document))
            }
            Some(Route::Metrics) => {
                let text = self.metrics.write(&self.live.view(), self.live.age());
                full(StatusCode::OK, metrics::MEDIA_TYPE, self.redactor.redact(&text))
            }
            Some(Route::Events) => self.events(packed::is_taken(headers), address),
            _ => full(StatusCode::NOT_FOUND, TEXT, "there is nothing here; the floor is at /\n"),
        }
    }

    fn events(&self, is_packed: bool, address: IpAddr) -> Response<Body> {
        // While the loop is stuck, nobody is shown anything that looks new.
        if !self.live.is_alive() {
            return no_stream("deepcall serve has no news; try again in half a minute\n");
        }
        let Some(stream) = self.live.open(address, is_packed) else {
            self.notices.no_stream(address, self.live.seats.share(address));
            return no_stream(
                "no stream is free; close other pages of the wall, and try again in half a minute\n",
            );
        };
        let body = StreamBody::new(stream.map(|part| Ok(Frame::data(part))));
        let response = response(StatusCode::OK, "text/event-stream", body.boxed_unsync());
        if is_packed { with(response, CONTENT_ENCODING, "gzip") } else { response }
    }

    /// By the cookie, or else by the key itself.
    fn access(&self, headers: &HeaderMap, address: IpAddr) -> Access {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies =
            cookies.flat_map(|value| value.split(';')).filter_map(|it| it.trim().split_once('='));
        if cookies.any(|(name, value)| name == self.cookie && self.key.is_session(value)) {
            return Access::Granted;
        }
        let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = value.and_then(|value| value.split_once(' '));
        match bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            Some((_, key)) => self.check(key.trim(), address),
            None => Access::None,
        }
    }

    /// Counts a wrong key.
    fn check(&self, key: &str, address: IpAddr) -> Access {
        let now = Instant::now();
        if let Some(wait) = self.wrong_keys.wait(address, now) {
            self.notices.limited(address, wait);
            return Access::Limited(wait);
        }
        if self.key.is(key) {
            return Access::Granted;
        }
        let count = self.wrong_keys.add(address, now);
        self.notices.wrong_key(address, count);
        Access::None
    }

    async fn sign_in(
        &self,
        headers: &HeaderMap,
        host: &Authority,
        body: Incoming,
        address: IpAddr,
    ) -> Response<Body> {
        if !is_from_us(headers, host, self.has_tls) {
            let sent = |name| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
            self.notices.foreign_page(address, sent(ORIGIN), sent(HOST));
            return refused(
                StatusCode::FORBIDDEN,
                "this key came from the page of another address; open the address of the wall, and enter it there\n",
            );
        }
        let too_long = || {
            refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "this is too long for a key; enter the part after #k= of the address that deepcall serve prints\n",
            )
        };
        // One that says so itself is not waited for.
        if body.size_hint().lower() > FORM_LIMIT as u64 {
            return too_long();
        }
        let form = match timeout(FORM_TIME, Limited::new(body, FORM_LIMIT).collect()).await {
            Ok(Ok(form)) => form.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return too_long(),
            Ok(Err(_)) => {
                return refused(
                    StatusCode::BAD_REQUEST,
                    "the form did not arrive as a whole; send it again\n",
                );
            }
            Err(_) => return refused(StatusCode::REQUEST_TIMEOUT, "the form took too long; send it again\n"),
        };
        let key = url::form_urlencoded::parse(&form).find(|(name, _)| name == "key");
        match self.check(key.as_ref().map_or("", |(_, key)| key.trim()), address) {
            Access::Granted => {
                let secure = if self.has_tls { "; Secure" } else { "" };
                let session = self.key.session().expose();
                let cookie = format!("{}={session}; HttpOnly; SameSite=Strict; Path=/{secure}", self.cookie);
                with(with(empty(StatusCode::SEE_OTHER), LOCATION, "/"), SET_COOKIE, &cookie)
            }
            Access::None => key_form(true),
            Access::Limited(wait) => too_many(wait),
        }
    }
}

fn key_form(was_wrong: bool) -> Response<Body> {
    let response = full(StatusCode::UNAUTHORIZED, HTML, page::key_form(was_wrong));
    // Under `no-referrer` a browser sends `Origin: null` with the form, as a page of somebody else can as well.
    let response = with(response, REFERRER_POLICY, "same-origin");
    with(response, WWW_AUTHENTICATE, "Bearer")
}

/// A sentence that says what to do, with nothing of the request in it.
fn refused(status: StatusCode, sentence: &'static str) -> Response<Body> {
    full(status, TEXT, sentence)
}

fn not_allowed(methods: &str) -> Response<Body> {
    let sentence = format!("this address takes {methods} and nothing else; the floor is at /\n");
    with(full(StatusCode::METHOD_NOT_ALLOWED, TEXT, sentence), ALLOW, methods)
}

fn no_stream(sentence: &'static str) -> Response<Body> {
    let response = refused(StatusCode::SERVICE_UNAVAILABLE, sentence);
    with(response, RETRY_AFTER, &SEAT_WAIT.as_secs().to_string())
}

fn too_many(wait: Duration) -> Response<Body> {
    let response = full(StatusCode::TOO_MANY_REQUESTS, TEXT, "too many wrong keys; try again in a minute\n");
    with(response, RETRY_AFTER, &(wait.as_secs() + 1).to_string())
}

fn empty(status: StatusCode) -> Response<Body> {
    full(status, TEXT, "")
}

fn full(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    response(status, media_type, Full::new(body.into()).boxed_unsync())
}

/// With the headers that every answer has, unless it has its own.
fn response(status: StatusCode, media_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn with(mut response: Response<Body>, name: HeaderName, value: &str) -> Response<Body> {
    // All of these are ASCII.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
