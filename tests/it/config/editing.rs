//! `config edit`: an editor at a terminal, and what becomes of its text.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{file, shown, with_file};
use crate::support::{CANARY_SSID, Screen, World};

/// An editor of its own for a test: a script of the shell, with the copy as `$1`.
fn editor(world: World, script: &str) -> World {
    let path = world.home().join("editor.sh");
    fs::write(&path, script).unwrap();
    world.with("VISUAL", &format!("sh {}", path.display()))
}

/// The copies that editing left in the config folder.
fn copies(world: &World) -> Vec<String> {
    let entries = fs::read_dir(world.config_folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("config-edit-") || name.starts_with("config-kept-")).collect()
}

/// `config edit` at a terminal, where each question gets its answer: the exit code and what was shown.
fn edited(world: &World, answers: &[(&str, &str)]) -> (u32, String) {
    let mut screen = Screen::start(world, "config edit", 24, 200);
    for (question, answer) in answers {
        screen.wait_for(question);
        screen.type_keys(format!("{answer}\r"));
    }
    let (code, shown, _) = screen.end();
    (code, shown)
}

#[test]
fn a_file_that_others_may_write_is_not_edited() {
    let world = editor(with_file("jobs = 4\n"), "touch started");
    fs::set_permissions(file(&world), fs::Permissions::from_mode(0o664)).unwrap();
    let (code, text) = edited(&world, &[]);
    assert!(code == 2 && text.contains("open to other users"), "{text}");
    assert!(!world.home().join("started").exists() && copies(&world).is_empty());
}

#[test]
fn a_broken_file_is_not_overwritten_but_can_be_edited() {
    let world = editor(with_file("mask = \n"), "echo 'mask = true' > \"$1\"");
    world.run("config set jobs 4").ended_with(2);
    world.run("config show").ended_with(2);
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), "mask = \n");
    assert_eq!(edited(&world, &[]).0, 0);
    assert_eq!(shown(&world, "mask"), ("true".to_owned(), "config.toml".to_owned()));
}

#[test]
fn without_a_terminal_no_editor_is_started() {
    let world = editor(with_file("jobs = 4\n"), "touch started");
    for world in [world.with("EDITOR", "touch started"), World::new()] {
        let ran = world.run("config edit").ended_with(2);
        assert!(ran.stderr.contains("no terminal") && ran.stderr.contains("config set"), "{ran}");
        assert!(!world.home().join("started").exists());
        assert_eq!(world.run("config edit -q").ended_with(2).stdout, "");
    }
}

#[test]
fn a_text_with_a_mistake_replaces_nothing_and_is_offered_again_at_once_and_the_next_time() {
    // It makes a mistake twice, and mends it the third time.
    let script = "echo x >> runs; case $(wc -l < runs) in 1|2) echo \"jbos = 8\" > \"$1\";; *) grep -q jbos \"$1\" && echo 'jobs = 8' > \"$1\";; esac";
    let world = editor(with_file("jobs = 4\n"), script);
    let (code, text) = edited(&world, &[("Edit it again? [Y/n]", ""), ("Edit it again? [Y/n]", "n")]);
    assert!(
        code == 2 && text.contains("did you mean `jobs`?") && text.contains("your text is kept in"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), "jobs = 4\n");
    let [copy] = &copies(&world)[..] else { panic!("{:?}", copies(&world)) };
    assert_eq!(fs::read_to_string(world.config_folder().join(copy)).unwrap(), "jbos = 8\n");
    assert_eq!(fs::read_to_string(world.home().join("runs")).unwrap().lines().count(), 2);
    let (code, text) = edited(&world, &[("Edit that? [Y/n]", "")]);
    assert!(code == 0 && text.contains("was changed"), "{text}");
    assert_eq!((shown(&world, "jobs").0.as_str(), copies(&world).len()), ("8", 0));
}

#[test]
fn a_kept_text_may_be_left_alone() {
    let world = editor(with_file("jobs = 4\n"), "grep -q 'jobs = 4' \"$1\" && echo 'jobs = 5' > \"$1\"");
    let kept = world.config_folder().join("config-kept-x.toml");
    fs::write(&kept, "jbos = 8\n").unwrap();
    let (code, text) = edited(&world, &[("Edit that? [Y/n]", "n")]);
    assert!(code == 0 && text.contains(&format!("left its text in {}", kept.display())), "{text}");
    assert_eq!(shown(&world, "jobs").0, "5");
    assert_eq!(fs::read_to_string(kept).unwrap(), "jbos = 8\n");
}

#[test]
fn an_edit_without_mistakes_replaces_the_file_and_leaves_no_copy() {
    let world = editor(World::new(), "grep -q '^# timezone' \"$1\" && echo 'jobs = 8' >> \"$1\"");
    let (code, text) = edited(&world, &[]);
    assert!(code == 0 && text.contains("was changed"), "{text}");
    assert_eq!(shown(&world, "jobs").0, "8");
    assert_eq!(copies(&world), [""; 0]);
}

#[test]
fn a_text_that_stays_as_it_was_is_noticed_since_an_editor_may_not_wait() {
    let world = editor(World::new(), "true");
    let (code, text) = edited(&world, &[]);
    assert!(code == 0 && text.contains("was not changed") && text.contains("option to wait"), "{text}");
    assert!(!file(&world).exists());
    assert_eq!(copies(&world), [""; 0]);
    let mistake_and_back =
        r#"if grep -q jbos "$1"; then echo 'jobs = 4' > "$1"; else echo 'jbos = 4' > "$1"; fi"#;
    let world = editor(
        with_file(
            "jobs = 4
",
        ),
        mistake_and_back,
    );
    let (code, text) = edited(&world, &[("Edit it again? [Y/n]", "y")]);
    assert!(code == 0 && text.contains("was not changed"), "{text}");
    assert_eq!(copies(&world), [""; 0]);
}

#[test]
fn an_editor_that_fails_or_is_overtaken_changes_nothing() {
    let world = editor(with_file("jobs = 4\n"), "exit 3");
    let (code, text) = edited(&world, &[]);
    assert!(code == 1 && text.contains("exit status: 3"), "{text}");
    assert_eq!(copies(&world), [""; 0]);
    let world = editor(with_file("jobs = 4\n"), "echo 'jobs = 8' > \"$1\"; exit 3");
    let (code, text) = edited(&world, &[]);
    assert!(code == 1 && text.contains("your text is kept in"), "{text}");
    assert_eq!(copies(&world).len(), 1);
    let world = editor(
        with_file("jobs = 4\n"),
        "echo 'jobs = 8' > \"$1\"; echo 'jobs = 2' > .config/deepcall/config.toml",
    );
    let (code, text) = edited(&world, &[]);
    assert!(code == 1 && text.contains("was changed meanwhile") && text.contains("kept in"), "{text}");
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), "jobs = 2\n");
}

#[test]
fn the_text_of_a_killed_editor_and_of_a_killed_edit_is_offered_the_next_time() {
    let once = "[ -e killed ] && exit; touch killed; echo 'jobs = 8' > \"$1\"";
    let edit = "name=${1##*/config-edit-}; kill -9 ${name%%-*}";
    for (death, code) in [("kill -9 $$", Some(1)), ("kill -HUP $$", Some(1)), (edit, None)] {
        let world = editor(with_file("jobs = 4\n"), &format!("{once}; {death}"));
        let ended = edited(&world, &[]);
        assert!(code.is_none_or(|code| code == ended.0), "{death}: {ended:?}");
        assert_eq!(copies(&world).len(), 1, "{death}");
        let (code, text) = edited(&world, &[("Edit that? [Y/n]", "")]);
        assert!(code == 0 && text.contains("was changed"), "{death}: {text}");
        assert_eq!((shown(&world, "jobs").0.as_str(), copies(&world).len()), ("8", 0), "{death}");
    }
}

#[test]
fn a_copy_that_was_not_changed_or_that_another_edit_has_open_is_not_offered() {
    let world = editor(with_file("jobs = 4\n"), "echo 'jobs = 5' > \"$1\"");
    let open = format!("config-edit-{}-x.toml", std::process::id());
    for (name, text) in [("config-edit-4194304-x.toml", "jobs = 4\n"), (open.as_str(), "jobs = 6\n")] {
        fs::write(world.config_folder().join(name), text).unwrap();
    }
    let (code, text) = edited(&world, &[]);
    assert!(code == 0 && !text.contains("Edit that?"), "{text}");
    assert_eq!(copies(&world), [open], "what nobody changed is removed");
}

#[test]
fn the_editor_is_given_no_credentials() {
    let world = editor(World::new(), "env > seen; :")
        .with("DEEPCALL_SSID", CANARY_SSID)
        .with("DEEPCALL_TOKEN", CANARY_SSID)
        .with("DEEPCALL_OUTPUT", "csv");
    assert_eq!(edited(&world, &[]).0, 0);
    let seen = fs::read_to_string(world.home().join("seen")).unwrap();
    assert!(
        seen.contains("DEEPCALL_OUTPUT")
            && !seen.contains("DEEPCALL_SSID")
            && !seen.contains("DEEPCALL_TOKEN")
    );
}
