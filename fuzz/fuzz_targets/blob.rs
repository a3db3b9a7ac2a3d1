#![no_main]

use deepcall_fuzz::blob::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
