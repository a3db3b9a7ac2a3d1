//! What time it is, as a value that can be handed down and replaced in tests.

use std::sync::Arc;

use jiff::Timestamp;

/// The wall clock. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<Now>);

type Now = dyn Fn() -> Timestamp + Send + Sync;

impl Clock {
    /// The clock of this machine, in whole milliseconds, as finely as documents show it.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(|| {
            let now = Timestamp::now();
            Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
        }))
    }

    /// A clock that does not move, for reproducible output.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Arc::new(move || at))
    }

    /// A clock that a function supplies.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}
