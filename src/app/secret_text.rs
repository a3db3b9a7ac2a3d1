//! A session, a token and a user id as text: from a variable, a file, standard input or a prompt. Each is one line, and
//! nothing that is beside it is sent.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;
use crate::store::Secret;
use crate::words::{is_invisible, without_mark};

/// A credential is far shorter; a larger file is a mistake.
pub(crate) const LONGEST_SECRET: usize = 8 * 1024;

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

/// A secret from text: its only line. Never quoted in the error.
///
/// # Errors
/// If it is not one line of visible text: exit code 2.
pub(crate) fn secret_from(bytes: &[u8], named_by: &str) -> Result<Secret, Failure> {
    only_line(bytes, named_by, "secret").map(|line| Secret::new(line.to_owned()))
}

/// A user id from text, by the same rule.
///
/// # Errors
/// If it is not one line of visible text: exit code 2.
pub(crate) fn user_id_from(text: &str, named_by: &str) -> Result<String, Failure> {
    only_line(text.as_bytes(), named_by, "user id").map(str::to_owned)
}

/// The only line of a text, without the line end, the space around it and the byte order mark that some editors put before
/// it.
fn only_line<'a>(bytes: &'a [u8], named_by: &str, what: &str) -> Result<&'a str, Failure> {
    let wrong = |why: &str| Failure::usage(format!("{named_by}: {why}"));
    let bytes = without_mark(bytes);
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at(end);
    let text =
        std::str::from_utf8(line).map_err(|_| wrong(&format!("the {what} is not valid UTF-8")))?.trim();
    if !rest.trim_ascii().is_empty() {
        return Err(wrong(&format!("there is more than one line, so it is not clear which is the {what}")));
    }
    if text.is_empty() {
        return Err(wrong(&format!("the {what} is empty")));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(&format!("the {what} contains control characters")));
    }
    if text.chars().any(is_invisible) {
        return Err(wrong(&format!("the {what} contains characters that are not visible"))
            .hint("copy it again; web pages and chats insert such characters into copied text"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::environment::Variables;
    use crate::app::sign_in::credentials_in_variables;

    /// From a variable, from a file and from standard input.
    fn read_in_each_way(text: &[u8]) -> [Result<String, Failure>; 3] {
        #[cfg(unix)]
        let value = std::os::unix::ffi::OsStringExt::from_vec(text.to_vec());
        #[cfg(windows)]
        let value = {
            // What is no UTF-8 is half of a pair in a variable of Windows.
            let broken = |unit| if unit == 0xFFFD { 0xD800 } else { unit };
            let units: Vec<u16> = String::from_utf8_lossy(text).encode_utf16().map(broken).collect();
            std::os::windows::ffi::OsStringExt::from_wide(&units)
        };
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
    fn a_user_id_is_one_visible_line_too() {
        for good in ["12345678", "\u{feff}12345678", " 12345678\r\n"] {
            assert_eq!(
                user_id_from(good, "--user-id").map_err(|it| it.problem.message),
                Ok("12345678".to_owned())
            );
        }
        for wrong in ["", " ", "1\u{200b}2", "1\n2", "1\u{7}"] {
            let failure = user_id_from(wrong, "--user-id").unwrap_err();
            assert!(failure.problem.message.starts_with("--user-id: "), "{wrong:?}: {failure:?}");
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
