//! `deepcall`: notification tags, breaks and wrap-ups of DeepCall agents.
//!
//! Arrows only point down:
//!
//! ```text
//! main
//!   lib            run(arguments, Environment) -> ExitStatus
//!     dispatch     one match: hands each command its parts, renders what it returns
//!       cli        what can be typed
//!         commands one file per command: its arguments and its function
//!           watch · fleet · prompt
//!             settings · config_file · failure
//!               api · session · output · sandbox
//!                 clock
//! ```

pub mod api;
pub mod clock;
pub mod output;
pub mod sandbox;
pub mod session;
