//! Starts [`deepcall`] and returns its exit code; nothing else.

fn main() {}
