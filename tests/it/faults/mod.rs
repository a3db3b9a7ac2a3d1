//! The fault matrix: what the network, the server and its surroundings can do wrong, with the exit
//! code, the kind, the number of attempts and the time that must come of it, for `tags` and `ping`.
//! `cargo test --test it faults -- --nocapture` prints it.

mod matrix;
mod network;
mod replies;

use crate::support::World;

#[test]
fn a_config_file_that_is_wrong_is_named_with_its_line() {
    let world = World::new();
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "mask = true\noutptu = 'json'\n").unwrap();
    let ran = world.run("tags --sandbox").ended_with(2);
    assert!(ran.stderr.contains("config.toml, line 2") && ran.stderr.contains("`output`"), "{ran}");
}
