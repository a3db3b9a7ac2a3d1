//! Help: each example works as written, each short help fits a screen, and no command lacks either.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use deepcall::cli::examples::EXAMPLES;

use crate::support::{Screen, World};

/// A simulated DeepCall in a process of its own, ended with the test.
struct Floor {
    process: Child,
    server: String,
}

impl Floor {
    fn start(world: &World) -> Self {
        let mut command = world.command(["sandbox", "--agents", "5"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let server = line.trim().strip_prefix("export DEEPCALL_SERVER=").unwrap().to_owned();
        Self { process, server }
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A home in which asha and ravi are signed in at a simulated DeepCall, with the files that examples name.
fn signed_in_home() -> (World, Floor) {
    let floor = Floor::start(&World::new());
    let world = World::new().with("DEEPCALL_SERVER", &floor.server).with("DEEPCALL_STORE", "file");
    std::fs::write(world.home().join("ravi.ssid"), "sandbox-ravi\n").unwrap();
    std::fs::write(world.home().join("team.tsv"), "asha\tsandbox-asha\nravi\tsandbox-ravi\n").unwrap();
    std::fs::write(world.home().join("asha.token"), "sandbox-token-asha\n").unwrap();
    std::fs::create_dir_all(world.home().join(".config/fish/completions")).unwrap();
    for name in ["asha", "ravi"] {
        let line = format!("login --profile {name} --ssid-stdin");
        let _ = world.run_with_input(&line, &format!("sandbox-{name}")).ended_with(0);
    }
    std::fs::write(world.config_folder().join("config.toml"), "mask = false\n").unwrap();
    // An editor that is done at once.
    (world.with("VISUAL", "true"), floor)
}

/// The line as somebody would paste it into a shell.
fn paste(world: &World, line: &str) -> Command {
    let mut shell = world.shell("bash");
    shell.args(["-c", line]);
    shell
}

/// Every command as it is typed, with its definition.
fn commands() -> Vec<(String, clap::Command)> {
    let mut definition = deepcall::cli::definition().disable_help_subcommand(true);
    definition.build();
    let mut found: Vec<(String, clap::Command)> =
        definition.get_subcommands().map(|it| (it.get_name().to_owned(), it.clone())).collect();
    let below = |(name, command): &(String, clap::Command)| -> Vec<(String, clap::Command)> {
        let below = command.get_subcommands();
        below.map(|below| (format!("{name} {}", below.get_name()), below.clone())).collect()
    };
    found.extend(found.iter().flat_map(below).collect::<Vec<_>>());
    found
}

#[test]
fn every_example_works_as_written() {
    for (command, examples) in EXAMPLES {
        for (_, line) in *examples {
            let (world, _floor) = signed_in_home();
            match *line {
                "deepcall login" => {
                    let mut screen = Screen::start(&world, "login", 24, 80);
                    screen.wait_for("Session id (ssid)");
                    screen.wait_for_echo(false);
                    screen.type_keys("sandbox-asha\r");
                    let (code, shown, _) = screen.end();
                    assert_eq!(code, 0, "{line}\n{shown}");
                }
                line if *command == "config edit" => {
                    let (code, shown, _) = Screen::run(&world, &paste(&world, line), 24, 80).end();
                    assert_eq!(code, 0, "{line}\n{shown}");
                }
                // It goes on until it is stopped, and shows nothing.
                line if *command == "record" => {
                    let limited = format!("{line} --timeout 1s");
                    let output = paste(&world, &limited).output().unwrap();
                    let errors = String::from_utf8_lossy(&output.stderr);
                    assert_eq!(output.status.code(), Some(124), "{line}\n{errors}");
                    assert!(output.stdout.is_empty(), "{line}");
                }
                // These go on until they are stopped: their first line is enough.
                line if ["sandbox", "serve", "watch"].contains(command) => {
                    let mut process = paste(&world, &format!("exec {line}"))
                        .stdout(Stdio::piped())
                        .stderr(Stdio::null())
                        .spawn()
                        .unwrap();
                    let mut first = String::new();
                    BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
                    process.kill().unwrap();
                    process.wait().unwrap();
                    let expected = [
                        "http://127.0.0.1:",
                        "http://wall.example:8041/#k=",
                        "http://127.0.0.1:8040/\n",
                        "export DEEPCALL_CONFIG_DIR=",
                        "watching 2 profiles",
                        "\"type\":\"start\"",
                    ];
                    assert!(expected.iter().any(|begin| first.contains(begin)), "{line}\n{first}");
                }
                line => {
                    let output = paste(&world, line).output().unwrap();
                    let errors = String::from_utf8_lossy(&output.stderr);
                    assert_eq!(output.status.code(), Some(0), "{line}\n{errors}");
                }
            }
        }
    }
}

#[test]
fn every_command_opens_its_help_with_its_purpose_and_two_to_four_examples() {
    let world = World::new();
    for (name, command) in commands() {
        let help = world.run(&format!("{name} --help")).ended_with(0).stdout;
        let purpose = command.get_about().unwrap().to_string();
        assert!(help.starts_with(&purpose), "{name}: the list has {purpose:?}, the help\n{help}");
        let examples = EXAMPLES.iter().find(|(known, _)| **known == name).map_or(&[][..], |(_, list)| list);
        assert!((2..=4).contains(&examples.len()), "{name} has {} examples", examples.len());
        let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{name} lacks {text:?}\n{help}"));
        for (purpose, line) in examples {
            assert!(line.len() <= 78 && purpose.len() <= 76, "this would be wrapped: {purpose} / {line}");
            assert!(place(&format!("  # {purpose}\n  {line}\n")) < place("Usage:"), "{help}");
        }
    }
}

#[test]
fn the_short_help_and_the_prompt_below_it_fit_a_screen() {
    let world = World::new().with("COLUMNS", "80");
    let names = commands().into_iter().map(|(name, _)| name).chain(std::iter::once(String::new()));
    for name in names {
        let help = world.run(&format!("{name} -h")).ended_with(0).stdout;
        let widest = help.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(help.lines().count() <= 23 && widest <= 80, "{name} -h\n{help}");
    }
}

#[test]
fn the_long_help_of_all_commands_has_headings() {
    let help = World::new().run("--help").ended_with(0).stdout;
    let places: Vec<usize> = ["\nExamples:\n", "\nUsage: ", "\nCommands:\n", "\nOptions:\n", "\nSession:\n"]
        .iter()
        .map(|heading| help.find(heading).unwrap_or_else(|| panic!("{heading:?} is missing\n{help}")))
        .collect();
    assert!(places.is_sorted(), "{help}");
}

#[test]
fn alone_it_shows_the_way_in() {
    let ran = World::new().run("").ended_with(2);
    assert_eq!(ran.stdout, "");
    for way in ["deepcall --sandbox tags", "deepcall login", "deepcall doctor"] {
        assert!(ran.stderr.contains(way), "{way}\n{ran}");
    }
    let (world, _floor) = signed_in_home();
    let ran = world.run("").ended_with(2);
    assert!(ran.stderr.contains("Signed in: asha (default), ravi."), "{ran}");
    assert!(!ran.stderr.contains("--sandbox"), "{ran}");
}

#[test]
fn a_wrong_word_gets_a_suggestion() {
    for (typed, meant) in [
        ("tag", "tags"),
        ("breakstatus", "break-status"),
        ("tags --sicne 1h", "--since"),
        ("tags -o jsno", "json"),
        ("schema tgas", "tags"),
        ("doctr", "doctor"),
        ("stauts", "'status'"),
        ("config shwo", "show"),
        ("config show --colums key", "--columns"),
    ] {
        let ran = World::new().run(typed).ended_with(2);
        assert!(ran.stderr.contains("a similar") && ran.stderr.contains(meant), "{typed}\n{ran}");
        assert!(!ran.stderr.contains("'tags', 'status'"), "{typed}\n{ran}");
    }
}

#[test]
fn a_profile_without_its_option_gets_a_tip() {
    for (typed, tip) in [
        ("status asha", "deepcall status --profile asha"),
        ("break-status ravi", "deepcall break-status --profile ravi"),
        ("tags --profiles run rust", "put a pattern into quotes"),
    ] {
        let ran = World::new().run(typed).ended_with(2);
        assert!(ran.stderr.contains(tip), "{typed}\n{ran}");
    }
}

#[test]
fn help_about_help_is_help() {
    let help = World::new().run("help").ended_with(0).stdout;
    assert_eq!(World::new().run("help help").ended_with(0).stdout, help);
}
