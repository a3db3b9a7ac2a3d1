//! One call at a time has its turn with a script.

use super::*;

fn claim(journal: &Journal, script: &str) -> Result<Turn, Option<u32>> {
    match journal.claim_turn(script).expect("claimed") {
        Claim::Ours(turn) => Ok(turn),
        Claim::Theirs(holder) => Err(holder),
    }
}

#[test]
fn of_two_calls_with_one_name_the_second_learns_who_has_the_turn_until_it_is_over() {
    let folder = Folder::new();
    let (first, second) = (folder.create(), folder.create());
    let turn = claim(&first, "mail").expect("free");
    // Windows lets nobody read who has signed.
    let holder = cfg!(not(windows)).then(std::process::id);
    assert_eq!(claim(&second, "mail").err(), Some(holder));
    drop(turn);
    assert!(claim(&second, "mail").is_ok());
}

#[test]
fn other_names_are_free_however_alike_or_long_they_are() {
    let folder = Folder::new();
    let journal = folder.create();
    let longest = "𝒳".repeat(64);
    let alike = format!("{}𝒴", "𝒳".repeat(63));
    let names = ["mail", "Mail", "mail.lock", "é", "e\u{301}", "lock", &longest, &alike];
    let turns: Vec<_> = names.iter().map(|name| claim(&journal, name)).collect();
    assert!(turns.iter().all(Result::is_ok));
    assert!(names.iter().all(|name| claim(&journal, name).is_err()));
}

#[test]
fn a_turn_goes_on_in_the_file_that_takes_the_place_of_a_damaged_one() {
    let folder = Folder::new();
    let first = folder.create();
    let turn = claim(&first, "mail").expect("free");
    drop(first);
    std::fs::write(folder.path(), "damaged").expect("written");
    let opened = folder.try_open(Mode::Create).expect("opened").expect("made");
    assert!(opened.set_aside.is_some());
    assert!(claim(&opened.journal, "mail").is_err());
    drop(turn);
    assert!(claim(&opened.journal, "mail").is_ok());
}

#[test]
fn a_number_of_another_container_is_not_said() {
    let folder = Folder::new();
    let mut elsewhere = folder.create();
    elsewhere.me.namespace = Some("pid:[1]".to_owned());
    let turn = claim(&elsewhere, "mail").expect("free");
    assert_eq!(claim(&folder.create(), "mail").err(), Some(None));
    drop(turn);
}

#[test]
fn a_journal_in_memory_is_nobody_elses() {
    let journal = Journal::in_memory(Folder::new().settings, at(0)).expect("made");
    let turn = claim(&journal, "mail");
    assert!(turn.is_ok() && claim(&journal, "mail").is_ok());
}

#[cfg(unix)]
#[test]
fn a_link_in_its_place_is_refused_and_what_it_leads_to_stays() {
    let folder = Folder::new();
    let journal = folder.create();
    let state = folder.path().parent().expect("a folder").to_owned();
    let victim = state.join("victim");
    std::fs::write(&victim, "mine").expect("written");
    drop(journal.claim_turn("mail").expect("claimed"));
    let is_turn = |path: &std::path::PathBuf| path.to_string_lossy().contains(".script-");
    let files = std::fs::read_dir(&state).expect("read").map(|file| file.expect("read").path());
    let path = files.into_iter().find(is_turn).expect("the file of the turn");
    std::fs::remove_file(&path).expect("removed");
    std::os::unix::fs::symlink(&victim, &path).expect("linked");
    assert!(journal.claim_turn("mail").is_err());
    assert_eq!(std::fs::read_to_string(&victim).expect("read"), "mine");
}
