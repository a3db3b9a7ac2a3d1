use std::os::unix::fs::symlink;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_file_belongs_to_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    replace_file(&path, b"content").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"content");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(folder.path()), ["new"]);
}

#[test]
fn a_replaced_file_loses_its_old_content_and_mode() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old");
    fs::write(&path, "something much longer").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    replace_file(&path, b"short").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"short");
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn what_a_killed_writer_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".file.Ab12Cd.tmp", ".other.Ab12Cd.tmp", ".file.keep", "file.Ab12Cd.tmp"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    replace_file(&folder.path().join("file"), b"new").unwrap();
    assert_eq!(names(folder.path()), [".file.keep", ".other.Ab12Cd.tmp", "file", "file.Ab12Cd.tmp"]);
}

#[test]
fn a_failed_replacement_leaves_the_old_file_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("folder");
    fs::create_dir(&path).unwrap();
    let error = replace_file(&path, b"new").unwrap_err();
    assert!(matches!(error, FileError::Io { path: named, .. } if named == path));
    assert_eq!(names(folder.path()), ["folder"]);
}

#[test]
fn a_link_is_written_through_and_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "old").unwrap();
    symlink("target", &link).unwrap();
    replace_file(&resolve(&link).unwrap(), b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&target).unwrap(), b"new");
}

#[test]
fn a_link_to_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    symlink("nothing", &link).unwrap();
    assert!(matches!(resolve(&link), Err(FileError::DanglingLink { .. })));
}

#[test]
fn a_path_that_is_no_link_leads_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    assert_eq!(resolve(&path).unwrap(), path);
    fs::write(&path, "x").unwrap();
    assert_eq!(resolve(&path).unwrap(), path);
}
