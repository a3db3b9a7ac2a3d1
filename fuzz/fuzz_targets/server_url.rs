#![no_main]

use deepcall_fuzz::server_url::check;

libfuzzer_sys::fuzz_target!(|input: &[u8]| check(input));
