//! Reports a panic, which is a fault of this program, and ends the process. The message may quote any text, also a secret,
//! so it is redacted or withheld.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;

use crate::output::text::mask::mask_free_text;
use crate::output::text::redact::Redactor;
use crate::output::text::sanitize::sanitize;

/// Replaces a message that cannot be searched for secrets.
const WITHHELD: &str = "the message is withheld, because it may contain a secret";

/// Reports each later panic, in any thread, on stderr like every other error, and ends the process with this code. Nothing
/// is unwound: the release build could not (`panic = "abort"` in Cargo.toml).
pub(crate) fn report_panics(redactor: Redactor, code: u8) {
    std::panic::set_hook(Box::new(move |panic| {
        // Captured only if the usual variables request it. It contains names of functions, and no values.
        let backtrace = Backtrace::capture();
        let report = report(&message(panic), &place(panic), &redactor);
        let mut stderr = std::io::stderr().lock();
        // If stderr cannot be written, nobody can read it.
        let _ = stderr.write_all(report.as_bytes());
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

fn report(message: &str, place: &str, redactor: &Redactor) -> String {
    let message = redactor.try_redact(message);
    let message =
        message.map_or_else(|| WITHHELD.to_owned(), |text| sanitize(&mask_free_text(&text)).into_owned());
    format!(
        "error: deepcall crashed: {message}\n  caused by: a panic at {}\nhint: please report this, with the steps to reproduce it\n",
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
    fn a_report_holds_no_secret_that_the_panic_quotes() {
        // The messages of a `str` cut inside a letter, and of `Result::unwrap`.
        for message in
            [format!("byte index 3 is not a char boundary; it is inside `{SECRET}`"), format!("{SECRET:?}")]
        {
            let report = report(&message, "src/x.rs:1:2", &redactor());
            assert!(report.contains("••••") && !report.contains("3a/9c"), "{report}");
        }
    }

    #[test]
    fn a_report_is_three_harmless_lines_without_numbers_of_customers() {
        let report = report("\x1b[2J\n+919876543210", "src/x.rs:1:2", &redactor());
        assert!(!report.contains('\x1b') && !report.contains("9876543"), "{report}");
        let starts: Vec<_> = report.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(starts, ["error", "  caused by", "hint"]);
    }

    #[test]
    fn a_panic_inside_the_redactor_is_reported_without_its_message() {
        let redactor = redactor();
        let report = redactor.while_locked(|| report(SECRET, "src/x.rs:1:2", &redactor));
        assert!(report.contains(WITHHELD), "{report}");
    }
}
