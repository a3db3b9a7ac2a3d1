//! What must hold for every input, one function for each fuzz target. Each panics when something does not.
//! `tests/it/fuzzed.rs` runs them on the seeds and on changed seeds, `fuzz_targets/` on whatever libFuzzer finds.
//! They use the program from outside, and judge it by code of their own.

pub mod argv;
pub mod blob;
pub mod config;
pub mod delimited;
pub mod http;
mod json;
pub mod redacted;
pub mod reply;
pub mod retry_after;
pub mod sanitized;
pub mod server_url;
pub mod times;

/// Takes bytes of an input from the front, so that one input steers several choices.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The next byte; 0 when there is none left.
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// The next eight bytes as a number.
    fn number(&mut self) -> u64 {
        (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    /// Everything up to the next line feed, which is dropped.
    fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|&byte| byte == b'\n').unwrap_or(self.0.len());
        let line = &self.0[..end];
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        line
    }

    /// The next line, with what is not UTF-8 replaced.
    fn text(&mut self) -> String {
        String::from_utf8_lossy(self.line()).into_owned()
    }
}
