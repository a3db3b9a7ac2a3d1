#![no_main]

use deepcall_fuzz::reply::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
