#![no_main]

use deepcall_fuzz::sanitized::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
