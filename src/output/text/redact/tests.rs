use std::io::{self, Write};

use proptest::prelude::*;

use super::{HIDDEN, RedactingWriter, Redactor};

/// Forty characters in which every encoding differs.
const SECRET: &str = "aB3\"x\\y/z+w%vé&u<t'S9 kJ2hG5fD8sA1qW4eR7";

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    for secret in secrets {
        redactor.hide(secret);
    }
    redactor
}

/// What comes out when the pieces are written one after the other.
fn through<'p>(redactor: &Redactor, pieces: impl IntoIterator<Item = &'p [u8]>) -> String {
    let mut out = Vec::new();
    let mut writer = RedactingWriter::new(&mut out, redactor.clone());
    for piece in pieces {
        writer.write_all(piece).unwrap();
    }
    writer.flush().unwrap();
    drop(writer);
    String::from_utf8(out).unwrap()
}

fn percent_in_lower_case(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}%{}{}", part[..2].to_lowercase(), &part[2..]))
}

/// The encodings of `reliability.md` §4.3, made by other code than the redactor's.
fn encoded(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let hex = secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let characters: Vec<char> = secret.chars().collect();
    vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        percent_in_lower_case(&form),
        form,
        hex.to_uppercase(),
        hex,
        characters.iter().rev().collect(),
    ]
}

#[test]
fn a_secret_is_hidden_in_every_encoding() {
    let redactor = redactor(&[SECRET]);
    let mut spellings = encoded(SECRET);
    spellings.extend(
        [
            r#"aB3\"x\\y/z+w%v\u00e9&u<t'S9 kJ2hG5fD8sA1qW4eR7"#,
            r#"aB3\"x\\y\/z+w%vé&u<t'S9 kJ2hG5fD8sA1qW4eR7"#,
            r#"aB3\\\"x\\\\y/z+w%vé&u<t'S9 kJ2hG5fD8sA1qW4eR7"#,
            "aB3%22x%5Cy%2Fz%2Bw%25v%C3%A9%26u%3Ct%27S9%20kJ2hG5fD8sA1qW4eR7",
            "aB3&quot;x\\y/z+w%vé&amp;u&lt;t&#39;S9 kJ2hG5fD8sA1qW4eR7",
            "aB3\"x\\y/z+w%",
            "fD8sA1qW4eR7",
        ]
        .map(str::to_owned),
    );
    for text in spellings {
        assert_eq!(redactor.redact(&format!("<{text}>")), format!("<{HIDDEN}>"), "{text}");
        assert_eq!(through(&redactor, [text.as_bytes()]), HIDDEN, "{text}");
    }
}

/// Made by Python's `base64`: the secret after none, one and two bytes, in both alphabets.
#[test]
fn a_secret_is_hidden_in_base64_wherever_it_begins() {
    let redactor = redactor(&["~~~???>>>ûÿ-s3cret"]);
    for (text, shown) in [
        ("fn5+Pz8/Pj4+w7vDvy1zM2NyZXQh", "••••Qh"),
        ("QX5+fj8/Pz4+PsO7w78tczNjcmV0IQ==", "QX••••IQ=="),
        ("QUJ+fn4/Pz8+Pj7Du8O/LXMzY3JldCE=", "QUJ••••CE="),
        ("fn5-Pz8_Pj4-w7vDvy1zM2NyZXQh", "••••Qh"),
        ("QX5-fj8_Pz4-PsO7w78tczNjcmV0IQ==", "QX••••IQ=="),
        ("QUJ-fn4_Pz8-Pj7Du8O_LXMzY3JldCE=", "QUJ••••CE="),
    ] {
        assert_eq!(redactor.redact(text), shown);
    }
}

#[test]
fn what_is_no_secret_stays() {
    let redactor = redactor(&["short", "", "correct horse"]);
    for text in ["a short word", "correct hors", "orrect horse", "Correct horse"] {
        assert_eq!(through(&redactor, [text.as_bytes()]), text);
    }
    assert_eq!(redactor.redact("a correct horse"), format!("a {HIDDEN}"));
}

#[test]
fn a_secret_learnt_late_is_hidden_by_every_clone() {
    let redactor = Redactor::default();
    let mut out = Vec::new();
    let mut writer = RedactingWriter::new(&mut out, redactor.clone());
    writer.write_all(b"one-secret two-secret\n").unwrap();
    redactor.hide("one-secret");
    writer.write_all(b"one-secret two-secret\n").unwrap();
    redactor.clone().hide("two-secret");
    redactor.hide("two-secret");
    writer.write_all(b"one-secret two-secret\n").unwrap();
    drop(writer);
    let said = String::from_utf8(out).unwrap();
    assert_eq!(said, format!("one-secret two-secret\n{HIDDEN} two-secret\n{HIDDEN} {HIDDEN}\n"));
}

/// Counts what has arrived, without waiting for a flush.
#[test]
fn a_finished_line_is_not_held_back() {
    let redactor = redactor(&["one-secret"]);
    let mut out = Vec::new();
    let mut writer = RedactingWriter::new(&mut out, redactor);
    writer.write_all(b"line\none-sec").unwrap();
    assert_eq!(writer.inner.as_slice(), b"line\n");
    writer.write_all(b"ond\nend").unwrap();
    assert_eq!(writer.inner.as_slice(), b"line\none-second\n");
    writer.flush().unwrap();
    assert_eq!(writer.inner.as_slice(), b"line\none-second\nend");
}

#[test]
fn what_is_reversed_is_hidden_in_a_string_of_json_and_json_in_three_strings() {
    let secret = "ab\"cd\\ef/gh12";
    let redactor = redactor(&[secret]);
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let reversed: String = secret.chars().rev().collect();
    for text in [string(&reversed), string(&string(&reversed)), string(&string(&string(secret)))] {
        let hidden = redactor.redact(&text);
        assert!(!hidden.contains("cd") && !hidden.contains("dc"), "{text} {hidden}");
    }
}

#[test]
fn a_space_is_a_plus_in_forms_and_as_python_and_php_write_it() {
    let redactor = redactor(&["one*two six~"]);
    for text in [
        "one*two+six%7E",
        "one%2Atwo+six%7E",
        "one%2Atwo+six~",
        "one%2atwo+six~",
        "one%2Atwo%20six~",
        "one*two%20six~",
    ] {
        assert_eq!(redactor.redact(text), HIDDEN, "{text}");
    }
    assert_eq!(redactor.redact("one*two+six~"), "one*two+six~");
}

#[test]
fn who_must_not_wait_is_told_when_secrets_are_being_looked_for() {
    let redactor = redactor(&["one-secret"]);
    assert_eq!(redactor.try_redact("a one-secret").as_deref(), Some("a ••••"));
    assert_eq!(redactor.while_locked(|| redactor.try_redact("a one-secret")), None);
}

#[test]
fn no_more_is_held_back_than_could_begin_a_secret() {
    let mut writer = RedactingWriter::new(io::sink(), redactor(&["one-secret"]));
    writer.write_all(&[b'x'; 1000]).unwrap();
    let longest = writer.spellings.as_ref().unwrap().longest;
    assert_eq!(writer.held.len() + 1, longest);
}

#[test]
fn what_is_held_back_is_passed_on_when_the_writer_goes() {
    let mut out = Vec::new();
    RedactingWriter::new(&mut out, redactor(&["one-secret"])).write_all(b"one-sec").unwrap();
    assert_eq!(out, b"one-sec");
}

#[test]
fn the_ends_of_a_secret_are_hidden_if_it_is_twice_as_long() {
    let secret = "abcdefghijklmnopqrstuvwx";
    let (long, shorter) = (redactor(&[secret]), redactor(&[&secret[..23]]));
    for part in ["abcdefghijkl", "mnopqrstuvwx"] {
        assert_eq!(long.redact(part), HIDDEN);
    }
    for part in ["abcdefghijkl", "lmnopqrstuvw"] {
        assert_eq!(shorter.redact(part), part);
    }
}

#[test]
fn however_many_secrets_there_are_each_is_hidden_as_if_it_were_the_only_one() {
    let secrets: Vec<String> = (0..40).map(|number| format!("session-{number}-{}", number * 7919)).collect();
    let all = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(all.spellings().unwrap().groups.len() > 4);
    let text: String =
        secrets.iter().flat_map(|secret| encoded(secret)).map(|spelling| spelling + " and ").collect();
    let one_by_one = secrets.iter().fold(text.clone(), |text, secret| redactor(&[secret]).redact(&text));
    assert_eq!(all.redact(&text), one_by_one);
    assert_eq!(all.redact(&text).replace(&format!("{HIDDEN} and "), ""), "");
}

#[test]
fn of_secrets_that_overlap_the_first_and_longest_is_hidden_whichever_group_it_is_in() {
    // Between those that overlap stand so many others that no group has two of them.
    let others: Vec<String> =
        (0..3).flat_map(|group| (0..8).map(move |n| format!("other-{group}-{n}"))).collect();
    let mut secrets: Vec<&str> = vec!["cdefgh"];
    secrets.extend(others[..8].iter().map(String::as_str));
    secrets.push("abcdefgh");
    secrets.extend(others[8..16].iter().map(String::as_str));
    secrets.extend(["ghijkl", "abcdef"]);
    let redactor = redactor(&secrets);
    assert_eq!(redactor.redact("xabcdefghijklx"), format!("x{HIDDEN}ijklx"));
    assert_eq!(redactor.redact("abcdefabcdefghghijkl"), format!("{HIDDEN}{HIDDEN}{HIDDEN}"));
}

#[test]
fn a_secret_of_several_lines_is_hidden_too() {
    let redactor = redactor(&["two\nlines"]);
    assert_eq!(through(&redactor, [&b"a two\n"[..], &b"lines b"[..]]), format!("a {HIDDEN} b"));
}

#[test]
fn a_failed_write_is_reported_and_nothing_is_said_twice() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut writer = RedactingWriter::new(Closed, redactor(&["one-secret"]));
    let failed = writer.write_all(b"a line\n").unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::BrokenPipe);
    assert!(writer.held.is_empty());
}

/// Each step costs as much as what is written and what is held, so a bound on both makes the whole linear.
#[test]
fn a_large_answer_passes_in_steps_that_do_not_grow() {
    let answer =
        br#"{"id":"5f3a9c0b1234567890abcdef","message":"Missed call from 919876543210"}"#.repeat(1_000);
    let mut out = Vec::new();
    let mut writer = RedactingWriter::new(&mut out, redactor(&[SECRET]));
    for chunk in answer.chunks(4 << 10) {
        writer.write_all(chunk).unwrap();
        let longest = writer.spellings.as_ref().unwrap().longest;
        assert!(writer.held.len() < longest);
    }
    writer.flush().unwrap();
    drop(writer);
    assert_eq!(out, answer);
}

proptest! {
    #[test]
    fn no_cut_lets_a_secret_through(
        secrets in prop::collection::vec("[a-c\"\\\\é/+% ]{6,30}", 1..9),
        gaps in prop::collection::vec("[x\n]{0,3}", 6),
        cuts in prop::collection::vec(1_usize..9, 60),
    ) {
        let redactor = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let spellings = secrets.iter().flat_map(|secret| encoded(secret));
        let mut text = String::new();
        for (spelling, gap) in spellings.zip(gaps.iter().cycle()) {
            text.push_str(gap);
            text.push_str(&spelling);
            text.push('x');
        }
        let mut rest = text.as_bytes();
        let mut pieces = Vec::new();
        for &cut in cuts.iter().cycle() {
            let (piece, left) = rest.split_at(cut.min(rest.len()));
            pieces.push(piece);
            rest = left;
            if rest.is_empty() { break; }
        }
        let cut = through(&redactor, pieces);
        prop_assert_eq!(&cut, &through(&redactor, [text.as_bytes()]));
        prop_assert_eq!(&cut, &redactor.redact(&text));
        for spelling in secrets.iter().flat_map(|secret| encoded(secret)) {
            prop_assert!(!cut.contains(&spelling), "{}", spelling);
        }
    }

    #[test]
    fn without_a_secret_every_byte_passes(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut out = Vec::new();
        RedactingWriter::new(&mut out, Redactor::default()).write_all(&text).unwrap();
        prop_assert_eq!(out, text);
    }
}
