//! Why there is no connection through a proxy, in words.

/// A failed connection through a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The proxy's name has no address.
    NoAddress,
    /// Nothing accepts connections at the proxy's address.
    Unreachable,
    /// There was no connection when the time was up.
    Slow,
    /// The proxy answered, but did not connect.
    Refused,
    /// The proxy closed the connection within its answer.
    ClosedBefore,
    /// The proxy connected, and then the connection was closed.
    ClosedAfter,
}

impl Obstacle {
    /// `texts` are those of the error and its causes: the library keeps its type of errors of a proxy to itself.
    pub(crate) fn of(texts: &[String], is_dns: bool, is_timeout: bool) -> Self {
        let why = texts.iter().find_map(|text| text.strip_prefix("tunnel error: "));
        match why {
            _ if is_dns => Self::NoAddress,
            _ if is_timeout => Self::Slow,
            Some("failed to create underlying connection") => Self::Unreachable,
            Some("unexpected end of file" | "io error establishing tunnel") => Self::ClosedBefore,
            Some(_) => Self::Refused,
            None => Self::ClosedAfter,
        }
    }

    /// The proxy is named by its variable alone: the value may contain a password.
    pub(crate) fn words(self, variable: &str, origin: &str) -> String {
        let proxy = format!("the proxy named by {variable}");
        match self {
            Self::NoAddress => format!("the host name of {proxy} has no address"),
            Self::Unreachable => format!("cannot connect to {proxy}"),
            Self::Slow => format!("{proxy} made no connection to {origin} in time"),
            Self::Refused => format!("{proxy} refused the connection to {origin}"),
            Self::ClosedBefore => {
                format!("{proxy} closed the connection before it answered the request for {origin}")
            }
            Self::ClosedAfter => format!("the connection to {origin} through {proxy} was closed"),
        }
    }

    /// Whether another answer of the proxy may show why.
    pub(crate) fn is_explained_by_answer(self) -> bool {
        matches!(self, Self::Refused | Self::ClosedAfter)
    }
}

/// The connection exists, but what comes through it is not TLS.
pub(crate) fn without_tls(variable: &str, origin: &str) -> String {
    format!("the connection to {origin} through the proxy named by {variable} is not TLS")
}
