//! Which disks are full, and which are in another machine. SQLite keeps its write-ahead log in step by shared memory and file
//! locks, which network file systems pretend to have: databases on them are damaged sooner or later.

use std::path::Path;

/// The kind of network file system that the folder is on; `None` on a disk of this machine, or where that is not known.
pub(crate) fn network_kind(folder: &Path) -> Option<String> {
    system::network_kind(folder)
}

/// With less, nothing can be written to a database and its log.
#[cfg(unix)]
const NEXT_TO_NOTHING: u64 = 64 * 1024;

/// Whether the disk of the folder has no space left for this user.
#[cfg(unix)]
pub(crate) fn is_full(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|disk| has_no_room(disk.f_blocks, disk.f_bavail, disk.f_frsize))
}

/// A disk that says that it has no blocks at all does not count them.
#[cfg(unix)]
fn has_no_room(blocks: u64, available: u64, size: u64) -> bool {
    blocks > 0 && available.saturating_mul(size) < NEXT_TO_NOTHING
}

/// Where the system tells it only to those that call it in C.
#[cfg(not(unix))]
pub(crate) fn is_full(_: &Path) -> bool {
    false
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::path::Path;

    /// `f_type` of `statfs` (linux/magic.h, and the sources of those that are not in the kernel).
    const NETWORK: [(u32, &str); 16] = [
        (0x6969, "nfs"),
        (0x517B, "smb"),
        (0xFE53_4D42, "smb2"),
        (0xFF53_4D42, "cifs"),
        (0x0102_1997, "9p"),
        (0x5346_414F, "afs"),
        (0x6B41_4653, "afs"),
        (0x7375_7245, "coda"),
        (0x00C3_6400, "ceph"),
        (0x0BD0_0BD0, "lustre"),
        (0x4750_4653, "gpfs"),
        (0x0116_1970, "gfs2"),
        (0x7461_636F, "ocfs2"),
        (0x1983_0326, "beegfs"),
        (0x786F_4256, "vboxsf"),
        (0xBACB_ACBC, "vmhgfs"),
    ];
    /// Shared by all file systems that a program provides, those of networks among them.
    const FUSE: u32 = 0x6573_5546;
    /// Those of them that keep their files on a disk of this machine.
    const LOCAL_FUSE: [&str; 9] = [
        "fuseblk",
        "fuse.bindfs",
        "fuse.cryfs",
        "fuse.encfs",
        "fuse.fuse-overlayfs",
        "fuse.gocryptfs",
        "fuse.mergerfs",
        "fuse.ntfs-3g",
        "fuse.securefs",
    ];

    pub(super) fn network_kind(folder: &Path) -> Option<String> {
        // `f_type` has another width on each architecture, and no magic number more than 32 bits.
        let magic = u32::try_from(rustix::fs::statfs(folder).ok()?.f_type & 0xFFFF_FFFF).ok()?;
        let name = |folder: &Path| {
            let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
            mounted(&mounts, folder).unwrap_or_else(|| "fuse".to_owned())
        };
        kind(magic, || name(folder))
    }

    fn kind(magic: u32, fuse_name: impl FnOnce() -> String) -> Option<String> {
        if magic == FUSE {
            return Some(fuse_name()).filter(|name| !LOCAL_FUSE.contains(&name.as_str()));
        }
        NETWORK.iter().find(|(number, _)| *number == magic).map(|(_, name)| (*name).to_owned())
    }

    /// The type of what is mounted where the folder is: `fuse.sshfs`.
    fn mounted(mounts: &str, folder: &Path) -> Option<String> {
        let found = mounts.lines().filter_map(|line| {
            let (place, kind) = line.split_once(" - ")?;
            let place = unescaped(place.split(' ').nth(4)?);
            folder.starts_with(&place).then_some((place.len(), kind.split(' ').next()?))
        });
        // Of equal ones the last covers those before it.
        found.max_by_key(|(length, _)| *length).map(|(_, kind)| kind.to_owned())
    }

    /// Spaces and the like are octal numbers there.
    fn unescaped(text: &str) -> String {
        [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
            .iter()
            .fold(text.to_owned(), |text, (escape, letter)| text.replace(escape, letter))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / /home/asha/office rw,nosuid - fuse.sshfs asha@office: rw
31 22 0:41 / /home/asha/my\\040safe rw,nosuid - fuse.gocryptfs /home/asha/.safe rw
32 30 0:42 / /home/asha/office/box rw - fuse.rclone box: rw
";

        #[test]
        fn disks_of_this_machine_are_allowed_and_network_disks_have_a_name() {
            let none = || panic!("no other file system is looked up by its name");
            // ext4, btrfs, xfs, tmpfs, overlayfs, zfs, f2fs
            for magic in
                [0xEF53, 0x9123_683E, 0x5846_5342, 0x0102_1994, 0x794C_7630, 0x2FC1_2FC1, 0xF2F5_2010]
            {
                assert_eq!(kind(magic, none), None);
            }
            assert_eq!(kind(0x6969, none).as_deref(), Some("nfs"));
            assert_eq!(kind(0xFF53_4D42, none).as_deref(), Some("cifs"));
            assert_eq!(kind(0x0102_1997, none).as_deref(), Some("9p"));
        }

        #[test]
        fn a_file_system_of_a_program_is_judged_by_what_is_mounted_there() {
            let of = |folder: &str| kind(FUSE, || mounted(MOUNTS, Path::new(folder)).unwrap_or_default());
            assert_eq!(of("/home/asha/office/state").as_deref(), Some("fuse.sshfs"));
            assert_eq!(of("/home/asha/office/box").as_deref(), Some("fuse.rclone"));
            assert_eq!(of("/home/asha/my safe/state"), None);
        }

        #[test]
        fn the_folder_of_this_test_is_on_a_disk_of_this_machine() {
            assert_eq!(network_kind(Path::new(env!("CARGO_MANIFEST_DIR"))), None);
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::path::Path;

    /// `MNT_LOCAL` of sys/mount.h.
    const LOCAL: u32 = 0x1000;

    /// `None` at the end of a text of C.
    fn byte_of(letter: i8) -> Option<u8> {
        Some(letter.to_ne_bytes()[0]).filter(|byte| *byte != 0)
    }

    /// Disks of a network have no such flag: smbfs, nfs, afpfs, webdav.
    pub(super) fn network_kind(folder: &Path) -> Option<String> {
        let found = rustix::fs::statfs(folder).ok()?;
        let name = || found.f_fstypename.iter().map_while(|byte| byte_of(*byte)).map(char::from).collect();
        (found.f_flags & LOCAL == 0).then(name)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::path::{Component, Path, Prefix};

    /// On Windows, a share has a path of its own kind.
    pub(super) fn network_kind(folder: &Path) -> Option<String> {
        let Some(Component::Prefix(prefix)) = folder.components().next() else { return None };
        matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)).then(|| "network share".to_owned())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_when_not_even_a_log_has_room() {
        for (blocks, available, size, is_full) in
            [(100, 0, 4096, true), (100, 15, 4096, true), (100, 16, 4096, false), (0, 0, 4096, false)]
        {
            assert_eq!(has_no_room(blocks, available, size), is_full, "{available} of {blocks}");
        }
    }
}
