#![no_main]

use deepcall_fuzz::retry_after::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
