//! `deepcall sandbox`: served to another process, pointed at by the variables it prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::support::World;

/// A served sandbox; ended when dropped.
pub struct Served {
    child: Child,
    variables: Vec<(String, String)>,
}

impl Served {
    fn start(world: &World, arguments: &str) -> Self {
        let words = ["sandbox"].into_iter().chain(arguments.split_whitespace());
        let mut child = world.command(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2);
        let variables = lines.map(|line| {
            let line = line.unwrap();
            let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self { variables: variables.collect(), child }
    }

    fn ask(&self, world: &World, line: &str) -> std::process::Output {
        let mut command: Command = world.command(line.split_whitespace());
        command.envs(self.variables.iter().cloned()).output().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn another_process_is_pointed_at_it_by_the_variables() {
    let world = World::new();
    let served = Served::start(&world, "");
    let output = served.ask(&world, "tags --json");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let first = &document["tags"][0];
    assert!(first["time"].is_string() && first["kind"].is_string(), "{document}");
    assert!(first["icons"][0].is_object(), "{document}");
}

#[test]
fn every_meaning_of_ref_can_be_tried() {
    let world = World::new();
    let count = |served: &Served, line: &str| {
        let output = served.ask(&world, line);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        document["tags"].as_array().unwrap().len()
    };
    for (model, second_is_empty, without_ref_is_empty) in
        [("window", false, false), ("cursor", true, true), ("cursor-on-ref", true, false)]
    {
        let served = Served::start(&world, &format!("--ref-model {model}"));
        assert!(count(&served, "tags --json --since 2h") > 3, "{model}");
        assert_eq!(count(&served, "tags --json --since 2h") < 3, second_is_empty, "{model}");
        assert_eq!(count(&served, "tags --json --since 2h --ref off") < 3, without_ref_is_empty, "{model}");
    }
}

#[test]
fn scripts_can_be_tested_against_every_error_code() {
    let world = World::new();
    let served = Served::start(&world, "--fail 1044");
    assert_eq!(served.ask(&world, "tags").status.code(), Some(4));
}

#[test]
fn the_same_seed_shows_the_same_floor() {
    use crate::support::InProcess;
    let ask = |seed: u32| {
        let line = format!("tags --sandbox --all --json --seed {seed}");
        InProcess::new().run(&line).ended_with(0).stdout
    };
    assert_eq!(ask(7), ask(7));
    assert_ne!(ask(7), ask(8));
}

#[test]
fn every_question_is_answered_for_one_and_for_all_on_a_terminal_and_in_a_pipe() {
    use crate::support::InProcess;
    let questions = ["status", "tags", "break-status", "wrapup", "ping"];
    for (question, whom) in
        questions.iter().flat_map(|it| [(it, ""), (it, "--all"), (it, "--profiles as*,ravi")])
    {
        if *question == "ping" && !whom.is_empty() {
            InProcess::new().run(&format!("ping --sandbox {whom}")).ended_with(2);
            continue;
        }
        let line = format!("{question} --sandbox {whom}");
        let (pipe, terminal) = (InProcess::new(), InProcess::new().on_terminal(80).with("NO_COLOR", "1"));
        for surroundings in [&pipe, &terminal] {
            let table = surroundings.run(&line).ended_with(0);
            assert!(!table.stdout.trim().is_empty(), "{line}: {table}");
            let widest = table.stdout.lines().map(unicode_width::UnicodeWidthStr::width).max();
            assert!(std::ptr::eq(surroundings, &pipe) || widest <= Some(80), "{line}: {table}");
            let document = surroundings.run(&format!("{line} --json")).ended_with(0).json();
            let keys = ["agents", "tags", "break_status", "wrapup"];
            let rows = keys.iter().find_map(|key| document.get(key));
            let is_list = ["status", "tags"].contains(question) || !whom.is_empty();
            assert_eq!(rows.is_some(), is_list, "{line}: {document}");
            assert!(rows.is_none_or(|rows| rows.as_array().is_some_and(|rows| !rows.is_empty())), "{line}");
        }
    }
}

#[test]
fn json_lists_the_agents() {
    let world = World::new();
    let mut child = world
        .command(["sandbox", "--json", "--agents", "3"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let document: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(document["agents"].as_array().unwrap().len(), 3);
    assert!(document["server"].as_str().unwrap().starts_with("http://127.0.0.1:"));
}

#[test]
fn an_error_about_a_misspelt_agent_lists_the_agents() {
    let ran = World::new().run("tags --sandbox --profile nobody").ended_with(2);
    assert!(ran.stderr.contains("known profiles: "), "{ran}");
    let ran = World::new().run("tags --sandbox --profile ahsa").ended_with(2);
    assert!(ran.stderr.contains("did you mean `asha`?"), "{ran}");
    assert!(!ran.stderr.contains("deepcall login"), "no login makes an agent of the sandbox: {ran}");
}

/// A served sandbox with a folder of profiles, and the lines that it prints for another terminal.
pub fn serve_profiles(world: &World, arguments: &str) -> (Served, String) {
    let words = ["sandbox"].into_iter().chain(arguments.split_whitespace());
    let mut child = world.command(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Served { child, variables: vec![] }, line)
}

#[test]
fn a_folder_of_profiles_makes_the_whole_floor_usable_from_another_terminal() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let (_served, line) = serve_profiles(&world, "--profiles floor --agents 5");
    let folder = world.home().canonicalize().unwrap().join("floor");
    let exported = line.trim_end().strip_prefix("export DEEPCALL_CONFIG_DIR=").unwrap().to_owned();
    assert_eq!(std::path::Path::new(&exported).canonicalize().unwrap(), folder);
    let other = World::new().with("DEEPCALL_CONFIG_DIR", &exported);
    let listed = other.run("profiles --json").ended_with(0).json();
    let names: Vec<_> = listed["profiles"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["arjun", "asha", "meena", "ravi", "sourav"]);
    assert_eq!(other.run("break-status --json").ended_with(0).json()["profile"], "asha", "the default");
    for line in ["tags --all --json", "break-status --all", "profiles --check"] {
        other.run(line).ended_with(0);
    }
    let ran = other.run("watch --all --json --timeout 2s").ended_with(124);
    assert!(ran.stdout.contains("\"sourav\""), "{ran}");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("sessions"))), (0o700, 0o700));
    assert_eq!(mode(&folder.join("profiles.toml")), 0o600);
    for entry in std::fs::read_dir(folder.join("sessions")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_folder_is_good_for_the_next_sandbox_and_stays_when_one_ends() {
    let world = World::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (served, _) = serve_profiles(&world, &format!("--profiles floor --agents 5 --port {port}"));
    drop(served);
    let folder = world.home().join("floor");
    std::fs::write(folder.join("config.toml"), "timezone = \"Asia/Kolkata\"\n").unwrap();
    let other = World::new().with("DEEPCALL_CONFIG_DIR", folder.to_str().unwrap());
    other.run("break-status --retries 0").ended_with(5);
    // Another seed and no folder: the sessions are the same.
    let (served, _) = serve_profiles(&world, &format!("--port {port} --seed 9"));
    other.run("break-status --all").ended_with(0);
    drop(served);
    let (_served, _) = serve_profiles(&world, "--profiles floor --agents 2");
    let listed = other.run("profiles --check --json").ended_with(0).json();
    assert_eq!(listed["profiles"].as_array().unwrap().len(), 2, "those of before are gone: {listed}");
    assert_eq!(
        std::fs::read_dir(folder.join("sessions"))
            .unwrap()
            .filter(|it| { !it.as_ref().unwrap().file_name().to_string_lossy().starts_with('.') })
            .count(),
        2
    );
    assert!(folder.join("config.toml").exists(), "what a person has put there stays");
}

#[test]
fn a_folder_with_anything_else_in_it_is_refused_and_left_as_it_is() {
    let world = World::new();
    let folder = world.home().join("mine");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("note"), "mine").unwrap();
    let ran = world.run("sandbox --profiles mine").ended_with(2);
    assert!(ran.stderr.contains("other files"), "{ran}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let ran = world.run("sandbox --profiles mine/note").ended_with(1);
    assert!(ran.stderr.contains("cannot use the folder"), "{ran}");
    std::fs::create_dir(world.home().join("it's here")).unwrap();
    let mut command = world.command(["sandbox", "--profiles", "it's here"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.ends_with("/it'\\''s here'\n"), "{line}");
}

#[test]
fn json_names_the_folder() {
    let world = World::new();
    let (_served, line) = serve_profiles(&world, "--json --profiles floor --agents 2");
    let document: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(document["config_dir"].as_str().unwrap().ends_with("/floor"), "{line}");
    let (_served, line) = serve_profiles(&world, "--json --agents 2");
    let document: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(document["config_dir"], serde_json::Value::Null);
}

#[test]
fn all_beside_a_session_in_a_variable_says_what_it_is_for() {
    let world = World::new().with("DEEPCALL_SSID", "sandbox-asha");
    for (line, option) in [
        ("tags --all", "--all"),
        ("status --all", "--all"),
        ("status --profiles a*", "--profiles"),
        ("watch --all", "--all"),
        ("break-status --profiles asha", "--profiles"),
    ] {
        let ran = world.run(line).ended_with(4);
        for part in
            [option, "stored profiles", "DEEPCALL_SSID", "deepcall login", "sandbox --profiles FOLDER"]
        {
            assert!(ran.stderr.contains(part), "{line} lacks {part}: {ran}");
        }
    }
    let ran = world.run("status --profiles asha,").ended_with(2);
    assert!(ran.stderr.contains("a name is missing beside a comma"), "{ran}");
    let ran = World::new().run("tags --all").ended_with(4);
    assert!(ran.stderr.contains("not signed in"), "{ran}");
}
