//! Completion as it is used: the committed scripts, loaded in real shells.

use crate::support::World;

/// A home in which `asha` and `asif` are stored, without the secrets.
fn home() -> World {
    let world = World::new();
    let profile = |name: &str| {
        format!(
            "[profiles.{name}]\nserver = \"https://v4-api.deepcall.com\"\nkind = \"ssid\"\nstore = \"file\"\nsaved_at = \"2026-11-23T09:00:00Z\"\n"
        )
    };
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("profiles.toml"), profile("asha") + &profile("asif")).unwrap();
    world
}

/// What a shell prints for a script of its own language, the program on its path.
fn shell(world: &World, program: &str, options: &[&str], script: &str) -> String {
    let output = world.shell(program).args(options).arg(script).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it"));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{program}");
    String::from_utf8(output.stdout).unwrap()
}

fn script(name: &str) -> String {
    format!("{}/completions/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What may stand at the end of a line in bash.
fn bash(world: &World, line: &str) -> Vec<String> {
    let script = format!(
        "source '{}'; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); COMP_TYPE=9; \
         _clap_complete_deepcall deepcall \"${{COMP_WORDS[COMP_CWORD]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script("deepcall.bash")
    );
    lines(&shell(world, "bash", &["--norc", "-c"], &script))
}

/// The same in fish, without the descriptions.
fn fish(world: &World, line: &str) -> Vec<String> {
    let script = format!("source '{}'; complete -C \"{line}\"", script("deepcall.fish"));
    let printed = shell(world, "fish", &["--no-config", "-c"], &script);
    lines(&printed).iter().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// The same in zsh: what its script hands to `_describe`.
fn zsh(world: &World, line: &str) -> Vec<String> {
    let script = format!(
        "compdef() {{ :; }}; _describe() {{ print -l -- \"${{(@P)3}}\"; }}; source '{}'; \
         words=({line}); CURRENT=$#words; _clap_dynamic_completer_deepcall",
        script("_deepcall")
    );
    let printed = shell(world, "zsh", &["-f", "-c"], &script);
    lines(&printed).iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_zsh_and_fish_complete_what_the_program_knows_and_what_is_stored() {
    let world = home();
    for (line, wanted) in [
        ("deepcall ta", &["tags"][..]),
        ("deepcall tags --profile as", &["asha", "asif"]),
        ("deepcall break-status --profiles asha,asi", &["asha,asif"]),
        ("deepcall tags --columns time,ki", &["time,kind"]),
        ("deepcall wrapup --columns rem", &["remaining_seconds"]),
        ("deepcall tags -o nd", &["ndjson"]),
        ("deepcall tags --timezone Asia/Kolk", &["Asia/Kolkata"]),
        ("deepcall tags --kind missed,call", &["missed,callback"]),
        ("deepcall watch --until break_e", &["break_ended"]),
        ("deepcall explain 1044", &["1044"]),
        ("deepcall schema wrap", &["wrapup", "wrapup_started", "wrapup_ended"]),
        ("deepcall completions pow", &["powershell"]),
        ("deepcall --json pro", &["profiles"]),
        ("deepcall config se", &["set"]),
        ("deepcall config set watch.int", &["watch.interval"]),
        ("deepcall config show --columns sour", &["source"]),
        ("deepcall frob", &[]),
    ] {
        for (shell, complete) in
            [("bash", bash as fn(&World, &str) -> Vec<String>), ("zsh", zsh), ("fish", fish)]
        {
            let mut printed = complete(&world, line);
            let mut wanted = wanted.to_vec();
            printed.sort();
            wanted.sort_unstable();
            assert_eq!(printed, wanted, "{shell}: {line}");
        }
    }
}

#[test]
fn zsh_answers_the_first_tab_when_the_script_lies_in_a_folder_of_its_own() {
    let script = format!(
        "compdef() {{ :; }}; _describe() {{ print -l -- \"${{(@P)3}}\"; }}; fpath=({}/completions); \
         autoload -Uz _deepcall; words=(deepcall ta); CURRENT=2; _deepcall",
        env!("CARGO_MANIFEST_DIR")
    );
    let printed = shell(&home(), "zsh", &["-f", "-c"], &script);
    assert!(printed.starts_with("tags:"), "{printed:?}");
}

#[test]
fn tab_in_a_home_without_files_or_with_broken_ones_writes_nothing_to_stderr() {
    assert_eq!(bash(&World::new(), "deepcall tags --profile a"), [""; 0]);
    let world = home();
    for file in ["profiles.toml", "config.toml"] {
        std::fs::write(world.config_folder().join(file), "= broken").unwrap();
    }
    assert_eq!(bash(&world, "deepcall tags --profile a"), [""; 0]);
    assert_eq!(bash(&world, "deepcall pro"), ["profiles"]);
}

#[test]
fn no_keyring_and_no_server_is_asked_at_tab() {
    // A bus that would hang, and a server that would be refused.
    let world = home()
        .with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .with("DEEPCALL_SERVER", "http://127.0.0.1:9");
    assert_eq!(bash(&world, "deepcall tags --profile ash"), ["asha"]);
}

#[test]
fn a_shell_that_is_not_known_is_a_usage_error() {
    let ran = World::new().with("DEEPCALL_COMPLETE", "tcsh").run("-- deepcall ta");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("the shell \"tcsh\" is unknown"), "{}", ran.stderr);
}
