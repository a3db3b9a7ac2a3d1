//! Opens the sessions that a command asks with: reads credentials from variables and files, or from
//! the store that each profile is kept in. Nothing is sent here.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::app::environment::{Folders, Variables};
use crate::app::fleet::Agent;
use crate::app::settings::Settings;
use crate::app::settings::choice::server_of;
use crate::failure::Failure;
use crate::store::profiles_file;
use crate::store::{
    Credentials, FileStore, KeyringStore, OpenProfiles, Profile, Secret, SecretStore, ServerUrl, Session,
    StoreError, StoreKey, StoreKind,
};
use crate::words::is_invisible;

/// A credential is far shorter; a larger file is a mistake.
const LONGEST_SECRET: usize = 8 * 1024;

/// How long a keyring may take when nobody is asked to unlock it (`reliability.md` §2).
pub(crate) const KEYRING_LIMIT: Duration = Duration::from_secs(3);

/// The time that a person has to unlock the keyring (`reliability.md` §2).
pub(crate) const UNLOCKING_LIMIT: Duration = Duration::from_secs(60);

/// A login makes at most five calls to a keyring while it keeps others from changing the profiles: it reads the old
/// secret, stores the new one, perhaps restores the old one, and removes those that no profile names within two calls.
const _: () = assert!(profiles_file::LOCK_LIMIT.as_secs() > 5 * UNLOCKING_LIMIT.as_secs());

/// Where secrets are kept.
pub(crate) struct Stores {
    folder: PathBuf,
    keyring_limit: Duration,
}

impl Stores {
    /// One call to a keyring may take `keyring_limit`.
    pub(crate) fn new(folders: &Folders, keyring_limit: Duration) -> Self {
        Self { folder: folders.sessions(), keyring_limit }
    }

    /// The store of this kind. Nothing is opened yet.
    pub(crate) fn of_kind(&self, kind: StoreKind) -> Box<dyn SecretStore> {
        match kind {
            StoreKind::Keyring => Box::new(KeyringStore::new(self.keyring_limit)),
            StoreKind::File => Box::new(FileStore::in_folder(&self.folder)),
        }
    }

    /// Removes the secrets that no profile names: a login was cut short, or a profile has moved. Other processes wait
    /// meanwhile, so what takes longer than one call may is left for the next time.
    ///
    /// # Errors
    /// If a store cannot be opened, or the list not written (exit code 1): what is left is tried again the next time.
    pub(crate) fn clear_pending(&self, open: &mut OpenProfiles<'_>) -> Result<(), Failure> {
        let mut cleared = Ok(());
        let began = Instant::now();
        let places = open.profiles.pending().to_vec();
        for place in places.iter().take_while(|_| began.elapsed() < self.keyring_limit) {
            match self.of_kind(place.store()).remove(&place.key()) {
                Ok(_) => open.profiles.forget_pending(place),
                Err(error) => cleared = cleared.and(Err(error.into())),
            }
        }
        if open.profiles.pending().len() < places.len() {
            open.write()?;
        }
        cleared
    }
}

/// Opens the sessions of stored profiles, each kind of store once, in the order of the profiles.
/// Each agent carries its own failure.
pub(crate) fn open_stored(
    profiles: &[&Profile],
    settings: Settings<'_>,
    stores: &Stores,
) -> Vec<Agent<Session>> {
    let servers: Vec<Result<ServerUrl, Failure>> = profiles
        .iter()
        .map(|profile| {
            let server = server_of(profile, settings)?;
            server.refuse_plain_http(profile.allow_http)?;
            Ok(server)
        })
        .collect();
    let mut loaded: Vec<Option<Result<Credentials, StoreError>>> = profiles.iter().map(|_| None).collect();
    for kind in [StoreKind::Keyring, StoreKind::File] {
        let wanted: Vec<usize> = (0..profiles.len())
            .filter(|&index| profiles.get(index).is_some_and(|profile| profile.store == kind))
            .filter(|&index| servers.get(index).is_some_and(Result::is_ok))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let keys: Vec<StoreKey> = wanted
            .iter()
            .filter_map(|&index| profiles.get(index))
            .map(|profile| profile.store_key())
            .collect();
        for (index, credentials) in wanted.into_iter().zip(stores.of_kind(kind).load_many(&keys)) {
            if let Some(slot) = loaded.get_mut(index) {
                *slot = Some(credentials);
            }
        }
    }
    profiles
        .iter()
        .zip(servers)
        .zip(loaded)
        .map(|((profile, server), credentials)| Agent {
            profile: profile.name.to_string(),
            session: server.and_then(|server| session_of(profile, server, credentials)),
            sign_in_hint: Some(sign_in_hint(profile)),
        })
        .collect()
}

fn sign_in_hint(profile: &Profile) -> String {
    format!("run `deepcall login --profile {}`", profile.name)
}

fn session_of(
    profile: &Profile,
    server: ServerUrl,
    credentials: Option<Result<Credentials, StoreError>>,
) -> Result<Session, Failure> {
    let credentials = credentials.unwrap_or(Err(StoreError::Absent)).map_err(|error| match error {
        StoreError::Absent => {
            Failure::sign_in(format!("profile {} has no stored session any more", profile.name))
                .hint(sign_in_hint(profile))
        }
        error => error.into(),
    })?;
    Ok(Session { profile: profile.name.to_string(), server, allow_http: profile.allow_http, credentials })
}

/// The credentials in variables: exactly one of the two forms.
///
/// # Errors
/// If both forms or only half of one are set, or a file cannot be read: exit code 2.
pub(crate) fn credentials_in_variables(variables: &Variables) -> Result<Credentials, Failure> {
    let ssid = secret_in(variables, "DEEPCALL_SSID", "DEEPCALL_SSID_FILE")?;
    let token = secret_in(variables, "DEEPCALL_TOKEN", "DEEPCALL_TOKEN_FILE")?;
    let user_id = variables.text("DEEPCALL_USER_ID")?.map(str::to_owned);
    match (ssid, user_id, token) {
        (Some(ssid), None, None) => Ok(Credentials::Ssid(ssid)),
        (None, Some(user_id), Some(token)) => Ok(Credentials::UserToken { user_id, token }),
        (None, Some(_), None) => {
            Err(Failure::usage("DEEPCALL_USER_ID is set, but neither DEEPCALL_TOKEN nor DEEPCALL_TOKEN_FILE"))
        }
        (None, None, _) => Err(Failure::usage("DEEPCALL_TOKEN is set, but not DEEPCALL_USER_ID")),
        (Some(_), _, _) => Err(Failure::usage("both an ssid and a user id or token are set in variables")
            .hint("set either DEEPCALL_SSID, or DEEPCALL_USER_ID with DEEPCALL_TOKEN")),
    }
}

/// What to do when the session in variables is not accepted any more.
pub(crate) fn sign_in_hint_for_variables(variables: &Variables) -> Option<String> {
    let secrets = ["DEEPCALL_SSID", "DEEPCALL_SSID_FILE", "DEEPCALL_TOKEN", "DEEPCALL_TOKEN_FILE"];
    let variable = secrets.into_iter().find(|name| variables.has(name))?;
    let place = if variable.ends_with("_FILE") { "the file that {} names" } else { "{}" };
    let place = place.replace("{}", variable);
    Some(format!("put a new one into {place}; or unset {variable} and run `deepcall login`"))
}

fn secret_in(
    variables: &Variables,
    text: &'static str,
    file: &'static str,
) -> Result<Option<Secret>, Failure> {
    match (variables.text(text)?, variables.path(file)) {
        (Some(_), Some(_)) => Err(Failure::usage(format!("both {text} and {file} are set"))),
        (Some(value), None) => secret_from(value.as_bytes(), text).map(Some),
        (None, Some(path)) => secret_in_file(&path, file).map(Some),
        (None, None) => Ok(None),
    }
}

/// A secret kept in a file, e.g. by systemd or a container's secret mount.
///
/// # Errors
/// If it cannot be read, is no regular file or pipe, or holds no secret: exit code 2. `named_by` is
/// the option or variable that named the file.
pub(crate) fn secret_in_file(path: &Path, named_by: &str) -> Result<Secret, Failure> {
    let unreadable = |error: &std::io::Error| {
        Failure::usage(format!("{named_by}: cannot read {}", path.display())).caused_by(error)
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(Failure::usage(format!("{named_by}: {} is a folder", path.display())));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    secret_read_from(file, named_by)
}

/// The only line of what is read. No more than 8 KiB are read, and nothing is waited for after the line.
///
/// # Errors
/// If reading fails, another line came with the first, or the line is no secret: exit code 2.
pub(crate) fn secret_read_from(mut source: impl Read, named_by: &str) -> Result<Secret, Failure> {
    // A buffer of fixed size: one that grows would leave copies behind.
    let mut buffer = zeroize::Zeroizing::new([0; LONGEST_SECRET]);
    let mut length = 0;
    while !buffer[..length].contains(&b'\n') {
        if length == LONGEST_SECRET {
            return Err(Failure::usage(format!("{named_by}: the first line has 8 KiB or more")));
        }
        match source.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Failure::usage(format!("{named_by}: cannot be read")).caused_by(&error));
            }
        }
    }
    secret_from(&buffer[..length], named_by)
}

/// A secret from text: its only line, without the line end and without the byte order mark that some editors put before
/// it. Never quoted in the error.
///
/// # Errors
/// If it is empty, not UTF-8, has more than one line, or contains what nobody sees: exit code 2.
pub(crate) fn secret_from(bytes: &[u8], named_by: &str) -> Result<Secret, Failure> {
    let wrong = |why: &str| Failure::usage(format!("{named_by}: {why}"));
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    let text = std::str::from_utf8(line).map_err(|_| wrong("the secret is not valid UTF-8"))?.trim();
    if !rest.trim_ascii().is_empty() {
        return Err(wrong("there is more than one line, so it is not clear which is the secret"));
    }
    if text.is_empty() {
        return Err(wrong("the secret is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong("the secret contains control characters"));
    }
    if text.chars().any(is_invisible) {
        return Err(wrong("the secret contains characters that are not visible")
            .hint("copy it again; web pages and chats put such characters into what is copied from them"));
    }
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn exactly_one_form_of_credentials_is_accepted() {
        let ssid = credentials_in_variables(&variables(&[("DEEPCALL_SSID", " abc \n")])).ok().unwrap();
        assert_eq!(ssid.secret().expose(), "abc");
        let pair = [("DEEPCALL_USER_ID", "1"), ("DEEPCALL_TOKEN", "t")];
        assert_eq!(credentials_in_variables(&variables(&pair)).ok().unwrap().user_id(), Some("1"));
        for wrong in [
            &[("DEEPCALL_USER_ID", "1")][..],
            &[("DEEPCALL_TOKEN", "t")],
            &[("DEEPCALL_SSID", "s"), ("DEEPCALL_USER_ID", "1"), ("DEEPCALL_TOKEN", "t")],
            &[("DEEPCALL_SSID", "s"), ("DEEPCALL_SSID_FILE", "/f")],
            &[("DEEPCALL_SSID", "   ")],
            &[("DEEPCALL_SSID", "a\u{7}b")],
            &[("DEEPCALL_SSID_FILE", "/nonexistent")],
        ] {
            let failure = credentials_in_variables(&variables(wrong)).err().unwrap();
            assert_eq!(failure.status.code(), 2, "for {wrong:?}");
        }
    }

    /// From a variable, from a file and from standard input.
    fn read_in_each_way(text: &[u8]) -> [Result<String, Failure>; 3] {
        use std::os::unix::ffi::OsStringExt;
        let value = std::ffi::OsString::from_vec(text.to_vec());
        let variables = Variables::new([("DEEPCALL_SSID".into(), value)]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        [
            credentials_in_variables(&variables).map(|found| found.secret().expose().to_owned()),
            secret_in_file(file.path(), "--ssid-file").map(|secret| secret.expose().to_owned()),
            secret_read_from(text, "--ssid-stdin").map(|secret| secret.expose().to_owned()),
        ]
    }

    #[test]
    fn a_secret_is_one_line_and_nothing_beside_it_is_sent_wherever_it_comes_from() {
        for good in [
            "abc",
            "abc\n",
            "abc\r\n",
            " abc \n\n \n",
            "\u{feff}abc",
            "\u{feff}abc\r\n",
            "\u{a0}abc\u{2003}\n",
        ] {
            for read in read_in_each_way(good.as_bytes()) {
                assert_eq!(read.map_err(|failure| failure.problem.message), Ok("abc".to_owned()), "{good:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_one_visible_line_is_refused_and_not_shown_wherever_it_comes_from() {
        let invisible = [
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{3164}',
            '\u{e0041}',
        ];
        let mut wrong: Vec<(Vec<u8>, &str)> = vec![
            (b"dog\0cat".to_vec(), "control characters"),
            (b"dog\x1b[1mcat".to_vec(), "control characters"),
            (b"dog\rcat".to_vec(), "control characters"),
            (b"dog\xffcat".to_vec(), "valid UTF-8"),
            (b"dog\ncat".to_vec(), "more than one line"),
            (b"dog\r\n\r\ncat\r\n".to_vec(), "more than one line"),
            (b"\ndog".to_vec(), "more than one line"),
            ("\u{feff}\u{feff}dog".into(), "not visible"),
        ];
        for mark in invisible {
            for text in [format!("dog{mark}cat"), format!("dog{mark}"), format!("dog{mark}\n")] {
                wrong.push((text.into(), "not visible"));
            }
        }
        for (text, why) in wrong {
            for read in read_in_each_way(&text) {
                let failure = read.unwrap_err();
                let shown = format!("{failure:?}");
                assert!(shown.contains(why), "{text:?}: {shown}");
                assert!(!shown.contains("cat") && !shown.contains("dog"), "{shown}");
                assert_eq!(failure.status.code(), 2);
            }
        }
    }

    #[test]
    fn an_empty_text_is_no_secret() {
        for wrong in [&b""[..], b"\n", b" \r\n", "\u{feff}".as_bytes(), "\u{feff}\n".as_bytes()] {
            assert!(secret_read_from(wrong, "--ssid-stdin").is_err(), "{wrong:?}");
        }
    }

    /// Gives what it has, one piece at a time, and fails whoever asks for more.
    struct Pieces<'a>(Vec<&'a [u8]>);

    impl Read for Pieces<'_> {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            assert!(!self.0.is_empty(), "more was read than is needed");
            let piece = self.0.remove(0);
            let count = piece.len().min(room.len());
            room[..count].copy_from_slice(&piece[..count]);
            Ok(count)
        }
    }

    #[test]
    fn nothing_is_waited_for_after_the_line_and_no_more_than_8_kib_are_read() {
        let pieces = Pieces(vec![b"ab", b"c\n"]);
        assert_eq!(secret_read_from(pieces, "--ssid-stdin").ok().unwrap().expose(), "abc");
        let half = [b'x'; LONGEST_SECRET / 2];
        assert!(secret_read_from(Pieces(vec![&half, &half]), "--ssid-stdin").is_err());
        let long = [b'x'; LONGEST_SECRET - 1];
        let pieces = Pieces(vec![&long, b"\n"]);
        assert_eq!(secret_read_from(pieces, "--ssid-stdin").ok().unwrap().expose().len(), LONGEST_SECRET - 1);
    }
}
