//! What the headers of a reply say, and when they are reason enough to refuse it.

use std::time::Duration;

use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
};
use jiff::Timestamp;
use url::Url;

use crate::client::budget::{HEADER_BYTES, HEADER_LINES};
use crate::client::error::{ApiError, ErrorKind};
use crate::client::retry;

/// Refuses a reply by its headers, before a byte of the body is read.
pub(crate) fn refuse(origin: &str, url: &Url, response: &Response<Incoming>) -> Result<(), ApiError> {
    let headers = response.headers();
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > HEADER_BYTES || headers.len() > HEADER_LINES {
        return Err(ApiError::new(
            ErrorKind::Protocol,
            format!("the headers of {origin}'s reply are too large"),
        ));
    }
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        let message = format!(
            "{origin} declares the length of its reply in two ways (Transfer-Encoding and Content-Length)"
        );
        return Err(ApiError::new(ErrorKind::Protocol, message));
    }
    if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Err(redirected(origin, url, response));
    }
    let codings = headers.get_all(CONTENT_ENCODING).iter().map(|coding| (coding, "identity"));
    let transfers = headers.get_all(TRANSFER_ENCODING).iter().map(|coding| (coding, "chunked"));
    for (coding, allowed) in codings.chain(transfers) {
        if !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(allowed.as_bytes()) {
            let message =
                format!("{origin} sent a compressed or encoded reply, which deepcall did not request");
            return Err(ApiError::new(ErrorKind::Encoding, message));
        }
    }
    Ok(())
}

fn redirected(origin: &str, url: &Url, response: &Response<Incoming>) -> ApiError {
    let status = response.status().as_u16();
    let message = format!("{origin} redirects the request (HTTP {status}), but redirects are never followed");
    let error = ApiError::new(ErrorKind::Redirect, message);
    let location = text(response.headers(), LOCATION);
    let target = location.and_then(|location| url.join(location).ok());
    match target.filter(|url| matches!(url.scheme(), "http" | "https")) {
        Some(there) if there.origin() == url.origin() => error.with_hint(
            "the redirect leads to another path on the same server: check the path in the server address",
        ),
        Some(there) => {
            let there = there.origin().ascii_serialization();
            error.with_hint(format!("if {there} is the right server, set it with --server"))
        }
        None => error,
    }
}

pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

pub(crate) fn longest_retry_after(headers: &HeaderMap, server_now: Timestamp) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter().filter_map(|header| header.to_str().ok());
    values.filter_map(|header| retry::retry_after(header, server_now)).max()
}
