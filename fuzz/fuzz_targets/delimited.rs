#![no_main]

use deepcall_fuzz::delimited::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
