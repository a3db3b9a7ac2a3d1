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

/// What may stand in place of the last word of a line in bash, whose own `COMP_WORDBREAKS` has no comma.
fn bash(world: &World, line: &str) -> Vec<String> {
    bash_with_breaks(world, line, "=:@<>;|&()")
}

/// The same, with each reply behind what bash leaves on the line: the pieces of the word before the last.
fn bash_with_breaks(world: &World, line: &str, breaks: &str) -> Vec<String> {
    let pieces: Vec<String> = line.split(' ').flat_map(|word| pieces(word, breaks)).collect();
    let last = pieces.last().filter(|piece| !piece.contains(|letter| breaks.contains(letter)));
    let last = last.map_or("", String::as_str);
    let quoted: Vec<String> = pieces.iter().map(|piece| format!("'{piece}'")).collect();
    let script = format!(
        "source '{}'; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({}); \
         COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); COMP_TYPE=9; \
         _deepcall deepcall '{last}' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script("deepcall.bash"),
        quoted.join(" ")
    );
    let word = line.rsplit(' ').next().unwrap_or_default();
    let kept = word.strip_suffix(last).unwrap_or_default();
    let replies = lines(&shell(world, "bash", &["--norc", "-c"], &script));
    replies.iter().map(|reply| format!("{kept}{reply}")).collect()
}

/// A word as bash cuts it: a run of break characters is a piece.
fn pieces(word: &str, breaks: &str) -> Vec<String> {
    let mut pieces: Vec<String> = vec![];
    for letter in word.chars() {
        let is_break = breaks.contains(letter);
        match pieces.last_mut().filter(|piece| breaks.contains(&piece[..1]) == is_break) {
            Some(piece) => piece.push(letter),
            None => pieces.push(letter.to_string()),
        }
    }
    if pieces.is_empty() { vec![String::new()] } else { pieces }
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
        "compdef() {{ :; }}; _describe() {{ print -rl -- \"${{(@P)3}}\"; }}; source '{}'; \
         words=({line}); CURRENT=$#words; _clap_dynamic_completer_deepcall",
        script("_deepcall")
    );
    let printed = shell(world, "zsh", &["-f", "-c"], &script);
    // A colon ends the value, unless it is one of its own.
    let value =
        |line: &String| line.replace("\\:", "\0").split(':').next().unwrap_or_default().replace('\0', ":");
    lines(&printed).iter().map(value).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn each_column_is_offered_once_and_those_to_be_added_behind_a_plus() {
    let world = home();
    for (shell, complete) in [("bash", bash as fn(&World, &str) -> Vec<String>), ("zsh", zsh), ("fish", fish)]
    {
        for line in ["deepcall tags --columns ''", "deepcall tags --columns +"] {
            // The other two take the word at the cursor from the line as it is.
            let line = if shell == "bash" { line.trim_end_matches("''") } else { line };
            let line = if shell == "fish" { line.trim_end_matches("''") } else { line };
            let printed = complete(&world, line);
            let has_plus = printed.iter().filter(|name| name.starts_with('+')).count();
            let expected = if line.ends_with('+') { printed.len() } else { 0 };
            assert!(printed.len() > 8 && has_plus == expected, "{shell}: {line}: {printed:?}");
        }
    }
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
        ("deepcall explain --columns mod", &["module"]),
        ("deepcall tags --columns +ki", &["+kind"]),
        ("deepcall tags --columns +kind,+i", &["+kind,+id", "+kind,+icons"]),
        ("deepcall tags --columns +e", &["+extra"]),
        ("deepcall status --columns profile,last_t", &["profile,last_tag"]),
        ("deepcall status --columns profile,last_tag.ki", &["profile,last_tag.kind"]),
        ("deepcall status --columns +last_tag.ki", &["+last_tag.kind"]),
        ("deepcall config set columns.tags time,ki", &["time,kind"]),
        ("deepcall tags -o nd", &["ndjson"]),
        ("deepcall tags --timezone Asia/Kolk", &["Asia/Kolkata"]),
        ("deepcall tags --kind missed,call", &["missed,callback"]),
        ("deepcall watch --kind missed,call", &["missed,callback"]),
        ("deepcall --sandbox watch --kind n", &["note"]),
        ("deepcall tags --sandbox --kind incoming,no", &["incoming,note"]),
        // And agents of its past.
        ("deepcall journal export --sandbox --agent la", &["lakshmi"]),
        ("deepcall tags --kind no", &["noanswer"]),
        ("deepcall watch --until break_e", &["break_ended"]),
        ("deepcall watch --until tag:mis", &["tag:missed"]),
        ("deepcall watch --until=tag:mis", &["--until=tag:missed"]),
        ("deepcall watch --until tag:missed@", &["tag:missed@asha", "tag:missed@asif"]),
        ("deepcall watch --until tag@asi", &["tag@asif"]),
        ("deepcall watch --until break_ended:", &[]),
        ("deepcall watch --alert wr", &["wrapup="]),
        ("deepcall watch --alert b", &["break.", "break="]),
        ("deepcall status --alert brea", &["break.", "break="]),
        ("deepcall config set alert.break wr", &[]),
        ("deepcall watch --on ta", &["tag"]),
        ("deepcall watch --on tag:mis", &["tag:missed"]),
        ("deepcall watch --on tag:missed,break_s", &["tag:missed,break_started"]),
        ("deepcall watch --on alert,tag:voi", &["alert,tag:voicemail"]),
        ("deepcall watch --on=alert,tag:voi", &["--on=alert,tag:voicemail"]),
        ("deepcall watch --on tag@a", &[]),
        ("deepcall config set watch.on alert,tag:voi", &["alert,tag:voicemail"]),
        ("deepcall explain 1044", &["1044"]),
        ("deepcall schema wrap", &["wrapup", "wrapup_started", "wrapup_ended"]),
        ("deepcall completions pow", &["powershell"]),
        ("deepcall --json pro", &["profiles"]),
        ("deepcall config se", &["set"]),
        ("deepcall config set watch.int", &["watch.interval"]),
        ("deepcall config show --columns sour", &["source"]),
        ("deepcall tags --profile=as", &["--profile=asha", "--profile=asif"]),
        ("deepcall tags --profile=", &["--profile=asha", "--profile=asif"]),
        ("deepcall break-status --profiles=asha,asi", &["--profiles=asha,asif"]),
        ("deepcall tags --columns=time,ki", &["--columns=time,kind"]),
        ("deepcall tags --timezone=Asia/Kolk", &["--timezone=Asia/Kolkata"]),
        ("deepcall watch --until break_ended@", &["break_ended@asha", "break_ended@asif"]),
        ("deepcall watch --until=wrapup_ended@asi", &["--until=wrapup_ended@asif"]),
        ("deepcall watch --until no_event@", &[]),
        (
            "deepcall explain 100",
            &["1000", "1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009"],
        ),
        ("deepcall explain 150", &["1501", "1502", "1503", "1504", "1505", "1506", "1507", "1508", "1509"]),
        ("deepcall config set timezone Asia/Kol", &["Asia/Kolkata"]),
        ("deepcall config set server_timezone Asia/Kol", &["Asia/Kolkata"]),
        ("deepcall config set color al", &["always"]),
        ("deepcall config set profile asi", &["asif"]),
        ("deepcall config set mask t", &["true"]),
        ("deepcall config set watch.bell f", &["false"]),
        ("deepcall config set store f", &["file"]),
        ("deepcall config set no_such_key as", &[]),
        ("deepcall login --store k", &["keyring"]),
        ("deepcall profiles --default asi", &["asif"]),
        ("deepcall tags --sort ti", &["time"]),
        ("deepcall tags --sort=-ti", &["--sort=-time"]),
        ("deepcall explain exit 14", &["141", "143"]),
        ("deepcall explain exit 10", &[]),
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
fn bash_completes_a_word_whatever_characters_it_is_cut_at() {
    let world = home();
    for breaks in ["=:@<>;|&()", "=,:@", ",", "=", "", "@,=:/_-"] {
        for (line, wanted) in [
            ("deepcall tags --profile=ash", "--profile=asha"),
            ("deepcall tags --columns=time,ki", "--columns=time,kind"),
            ("deepcall tags --columns time,ki", "time,kind"),
            ("deepcall watch --until break_ended@ash", "break_ended@asha"),
            ("deepcall watch --until tag:missed@ash", "tag:missed@asha"),
            ("deepcall watch --on=alert,tag:voi", "--on=alert,tag:voicemail"),
            ("deepcall tags --timezone=Asia/Kolk", "--timezone=Asia/Kolkata"),
        ] {
            assert_eq!(bash_with_breaks(&world, line, breaks), [wanted], "{breaks:?}: {line}");
        }
    }
}

#[test]
fn zsh_answers_the_first_tab_when_the_script_lies_in_a_folder_of_its_own() {
    let script = format!(
        "compdef() {{ :; }}; _describe() {{ print -rl -- \"${{(@P)3}}\"; }}; fpath=({}/completions); \
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

#[test]
fn no_script_lists_what_help_hides() {
    let script = World::new().run("completions nushell").ended_with(0).stdout;
    assert!(
        script.contains("export extern \"deepcall login\"") && !script.contains("...argument"),
        "{script}"
    );
}
