#![no_main]

use deepcall_fuzz::redacted::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
