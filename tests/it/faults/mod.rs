//! The fault matrix: what the network, the server and the surroundings can do wrong, with the exit code,
//! the kind of error, the number of attempts and the time that must come of it, for `tags`, `ping`,
//! `status` and `watch`. `cargo test --locked --test it faults:: -- --nocapture` prints it; `FAULT_ROWS=N1,T1` before it
//! chooses rows.

mod bodies;
pub mod certificates;
mod http;
mod matrix;
mod names;
mod network;
mod process;
mod proxies;
mod refusals;
mod replies;
pub mod rows;
mod running;
mod statuses;
mod table;
mod tls;

use crate::support::World;

#[test]
fn every_row_of_the_matrix_holds() {
    let on_the_way = [network::cases(), http::cases(), statuses::cases(), tls::cases(), proxies::cases()];
    let of_calls = [bodies::cases(), refusals::cases(), process::cases()];
    let on_the_way = on_the_way.into_iter().flatten().map(matrix::Case::of_each_request);
    table::hold(on_the_way.chain(of_calls.into_iter().flatten()).collect());
}

#[test]
fn a_config_file_that_is_wrong_is_named_with_its_line() {
    let world = World::new();
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "mask = true\noutptu = 'json'\n").unwrap();
    let ran = world.run("tags --sandbox").ended_with(2);
    assert!(ran.stderr.contains("config.toml, line 2") && ran.stderr.contains("`output`"), "{ran}");
}
