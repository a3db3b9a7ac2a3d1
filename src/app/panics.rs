//! Tells a panic, which is a fault of this program, without what the program was holding: the message
//! may quote any text, also a secret. Then the process ends. It must not know what has to be restored before.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;

use crate::output::text::mask::mask_free_text;
use crate::output::text::redact::Redactor;
use crate::output::text::sanitize::sanitize;

/// Said in place of a message that cannot be searched for secrets.
const WITHHELD: &str = "the message is withheld, since it may hold a secret";

/// From now on, each panic of this process, in whichever thread, is told on stderr in the form of every other error and
/// ends the process with this code. Nothing is unwound: the release build could not (`panic = "abort"` in Cargo.toml).
pub(crate) fn tell_panics(redactor: Redactor, code: u8) {
    std::panic::set_hook(Box::new(move |panic| {
        // Captured only if the usual variables ask for it. It holds names of functions, and no values.
        let backtrace = Backtrace::capture();
        let told = told(&message(panic), &place(panic), &redactor);
        let mut stderr = std::io::stderr().lock();
        // Where stderr cannot be written, there is nobody left to tell.
        let _ = stderr.write_all(told.as_bytes());
        if backtrace.status() == BacktraceStatus::Captured {
            let _ = writeln!(stderr, "{backtrace}");
        }
        drop(stderr);
        end(code);
    }));
}

#[expect(clippy::exit, reason = "there is nothing sound to return to")]
fn end(code: u8) {
    std::process::exit(code.into());
}

fn message(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let fixed = payload.downcast_ref::<&str>().copied();
    fixed.or_else(|| payload.downcast_ref().map(String::as_str)).unwrap_or("no message").to_owned()
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}

fn told(message: &str, place: &str, redactor: &Redactor) -> String {
    let message = redactor.try_redact(message);
    let message =
        message.map_or_else(|| WITHHELD.to_owned(), |text| sanitize(&mask_free_text(&text)).into_owned());
    format!(
        "error: a fault in deepcall: {message}\n  caused by: a panic at {}\nhint: please report it, with the way to bring it about\n",
        sanitize(place)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "ssid-\"7f\\3a/9c+e1%d5é-4b82-aa16-0c";

    fn redactor() -> Redactor {
        let redactor = Redactor::default();
        redactor.hide(SECRET);
        redactor
    }

    #[test]
    fn a_panic_that_quotes_a_secret_does_not_tell_it() {
        // What `str` says when it is cut inside a letter, and what `Result::unwrap` says of an error.
        for message in
            [format!("byte index 3 is not a char boundary; it is inside `{SECRET}`"), format!("{SECRET:?}")]
        {
            let told = told(&message, "src/x.rs:1:2", &redactor());
            assert!(told.contains("••••") && !told.contains("3a/9c"), "{told}");
        }
    }

    #[test]
    fn a_panic_is_told_in_three_harmless_lines_without_numbers_of_customers() {
        let told = told("\x1b[2J\n+919876543210", "src/x.rs:1:2", &redactor());
        assert!(!told.contains('\x1b') && !told.contains("9876543"), "{told}");
        let starts: Vec<_> = told.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(starts, ["error", "  caused by", "hint"]);
    }

    #[test]
    fn a_panic_inside_the_redactor_is_told_without_its_message() {
        let redactor = redactor();
        let told = redactor.while_locked(|| told(SECRET, "src/x.rs:1:2", &redactor));
        assert!(told.contains(WITHHELD), "{told}");
    }
}
