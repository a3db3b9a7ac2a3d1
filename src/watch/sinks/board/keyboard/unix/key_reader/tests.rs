use super::*;

/// The keys of bytes that come in one piece and then stop.
fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut reader = KeyReader::default();
    let mut keys = reader.read(bytes);
    keys.extend(reader.patience().and_then(|_| reader.give_up()));
    assert_eq!(reader.patience(), None);
    keys
}

/// The same, in pieces of one byte.
fn one_by_one(bytes: &[u8]) -> Vec<Key> {
    let mut reader = KeyReader::default();
    let mut keys: Vec<Key> = bytes.iter().flat_map(|byte| reader.read(&[*byte])).collect();
    keys.extend(reader.give_up());
    keys
}

fn letters(text: &str) -> Vec<Key> {
    text.chars().map(Key::Letter).collect()
}

/// What a terminal sends that is no key, or none that the board knows.
const NO_KEYS: &[&[u8]] = &[
    // Alt with an arrow.
    b"\x1b[1;3A",
    // Control and Super with keys.
    b"\x1b[1;5H",
    b"\x1b[5;9~",
    // Function keys, Insert, Delete, the menu.
    b"\x1bOP",
    b"\x1b[11~",
    b"\x1b[[A",
    b"\x1b[2~",
    b"\x1b[3~",
    b"\x1b[29~",
    // Focus, clicks old and new, the cursor's place, what the terminal is, its modes and its colours.
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[M qq",
    b"\x1b[<35;10;20M",
    b"\x1b[<0;113;113m",
    b"\x1b[24;80R",
    b"\x1b[?62;4c",
    b"\x1b[>41;354;0c",
    b"\x1b[?2026;2$y",
    b"\x1b[8;24;80t",
    b"\x1b]11;rgb:ffff/qqqq/0000\x07",
    b"\x1b]52;c;cXVpdA==\x1b\\",
    b"\x1bP>|quiet terminal q(4.2)\x1b\\",
    b"\x1bP1+r696e646e=71\x1b\\",
    b"\x1b_Gi=1;OK q\x1b\\",
    b"\x1b^q\x1b\\",
    b"\x1bXq\x1b\\",
    // A key that is released, a key of another keyboard, a letter with Alt or Control, in the longer form.
    b"\x1b[113;1:3u",
    b"\x1b[57428u",
    b"\x1b[113;3u",
    b"\x1b[113;5u",
    b"\x1b[27;5;113~",
    // Text in other encodings: Latin-1, UTF-16, cut, overlong, beyond Unicode, a surrogate, an 8-bit control.
    b"\xe9",
    b"\xff\xfe\0\0",
    b"\xe0\xa4",
    b"\xc1\xb1",
    b"\xf4\x90\x80\x80",
    b"\xed\xa0\x80",
    b"\xc2\x9b",
    b"\0\x01\x1c",
];

/// What may come without its end.
const WITHOUT_END: &[&[u8]] = &[
    b"\x1b",
    b"\x1b[",
    b"\x1b[<35;",
    b"\x1b[?",
    b"\x1b[1;",
    b"\x1b[200~",
    b"\x1b[200~q\x1b[201",
    b"\x1bO",
    b"\x1bP",
    b"\x1bPq",
    b"\x1bP\x1b",
    b"\x1b]0;q",
    b"\x1b_",
    b"\x1b^",
    b"\x1bX",
    b"\x1b[M",
    b"\x1b[[",
    b"\xe9",
    b"\xf0\x9f",
];

#[test]
fn the_keys_of_terminals_old_and_new_are_known() {
    let table: &[(&[&[u8]], Key)] = &[
        (&[b"\x1b[A", b"\x1bOA", b"\x1b[1;2A", b"\x1b[1;1:2A", b"\x1b[1;129A"], Key::Up),
        (&[b"\x1b[B", b"\x1bOB"], Key::Down),
        (&[b"\x1b[5~", b"\x1b[5;2~"], Key::PageUp),
        (&[b"\x1b[6~"], Key::PageDown),
        (&[b"\x1b[H", b"\x1bOH", b"\x1b[1~", b"\x1b[7~"], Key::Home),
        (&[b"\x1b[F", b"\x1bOF", b"\x1b[4~", b"\x1b[8~"], Key::End),
        (&[b"\r", b"\n", b"\x1bOM", b"\x1b[13u"], Key::Enter),
        (&[b"\x7f", b"\x08", b"\x1b[127u"], Key::Backspace),
        (&[b"\x1b", b"\x1b[27u", b"\x1b[27;1:1u"], Key::Escape),
        (&[b"\x0c", b"\x1b[108;5u"], Key::Redraw),
        (&[b"\x1a", b"\x1b[122;5u", b"\x1b[27;5;122~"], Key::Stop),
        (&[b"\x03", b"\x1b[99;5u", b"\x1b[99:67;5:1u", b"\x1b[99;69u", b"\x1b[27;5;99~"], Key::Interrupt),
        (&[b"q", b"\x1b[113u", b"\x1b[113;1:1u", b"\x1b[27;1;113~"], Key::Letter('q')),
        (&["é".as_bytes()], Key::Letter('é')),
        (&["आ".as_bytes()], Key::Letter('आ')),
        (&["😀".as_bytes()], Key::Letter('😀')),
    ];
    for (spellings, key) in table {
        for bytes in *spellings {
            let shown = bytes.escape_ascii();
            assert_eq!(keys(bytes), std::slice::from_ref(key), "{shown}");
            if *bytes != b"\x1b" {
                assert_eq!(one_by_one(bytes), std::slice::from_ref(key), "{shown}");
            }
        }
    }
}

#[test]
fn what_is_no_key_is_skipped_to_its_end_and_the_next_key_counts() {
    for bytes in NO_KEYS {
        let shown = bytes.escape_ascii();
        assert_eq!(keys(bytes), [], "{shown}");
        assert_eq!(one_by_one(bytes), [], "{shown}");
    }
    for bytes in NO_KEYS {
        // A letter could be the end of these.
        let with_more = [bytes, b"\x1b[Bk".as_slice()].concat();
        assert_eq!(keys(&with_more), [Key::Down, Key::Letter('k')], "{}", bytes.escape_ascii());
    }
}

#[test]
fn ctrl_c_counts_whatever_came_before_it_and_however_it_is_split() {
    for before in NO_KEYS.iter().chain(WITHOUT_END) {
        let bytes = [before, b"\x03".as_slice()].concat();
        let shown = bytes.escape_ascii();
        assert_eq!(keys(&bytes), [Key::Interrupt], "{shown}");
        assert!(one_by_one(&bytes).contains(&Key::Interrupt), "{shown}");
        let mut reader = KeyReader::default();
        reader.read(before);
        assert_eq!(reader.read(b"\x03"), [Key::Interrupt], "{shown}");
    }
}

#[test]
fn what_never_ends_is_given_up_and_the_next_key_counts() {
    for bytes in WITHOUT_END {
        let mut reader = KeyReader::default();
        let begun = reader.read(bytes);
        assert!(!begun.contains(&Key::Letter('q')), "{}", bytes.escape_ascii());
        assert!(reader.patience().is_some(), "{}", bytes.escape_ascii());
        reader.give_up();
        assert_eq!(reader.patience(), None);
        assert_eq!(reader.read(b"q"), letters("q"), "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_one_piece_of_text_however_long_and_whatever_is_in_it() {
    let paste = |text: &str| format!("\x1b[200~{text}\x1b[201~");
    for text in ["q", "", "asha", "a\rb", "नेहा", "x\u{1b}[A", "[201~", "\u{1b}[20", &"\u{1b}[200~q".repeat(9)]
    {
        let bytes = paste(text) + "j";
        for keys in [keys(bytes.as_bytes()), one_by_one(bytes.as_bytes())] {
            assert!(matches!(&keys[..], [Key::Paste(_), Key::Letter('j')]), "{text:?}: {keys:?}");
        }
    }
    assert_eq!(keys(paste("नेहा").as_bytes()), [Key::Paste("नेहा".into())]);
    let long = keys(paste(&"q".repeat(1_000_000)).as_bytes());
    assert_eq!(long, [Key::Paste("q".repeat(LONGEST_PASTE))]);
}

#[test]
fn every_letter_of_many_in_one_write_is_taken() {
    for count in [1_024, 1_025, 4_095, 4_096, 100_000] {
        assert_eq!(keys("j".repeat(count).as_bytes()).len(), count);
        assert_eq!(keys("é".repeat(count).as_bytes()).len(), count);
        assert_eq!(keys("\x1b[B".repeat(count).as_bytes()), vec![Key::Down; count]);
    }
}

#[test]
fn escape_and_the_key_at_once_after_it_are_two_keys() {
    for (after, key) in [
        ("q", Key::Letter('q')),
        ("/", Key::Letter('/')),
        ("é", Key::Letter('é')),
        ("\r", Key::Enter),
        ("\x1a", Key::Stop),
        ("\x1b[B", Key::Down),
    ] {
        let bytes = format!("\x1b{after}");
        assert_eq!(keys(bytes.as_bytes()), [Key::Escape, key.clone()], "{after:?}");
        assert_eq!(one_by_one(bytes.as_bytes()), [Key::Escape, key], "{after:?}");
    }
    let twice = [Key::Escape, Key::Letter('e'), Key::Escape, Key::Letter('q')];
    assert_eq!(keys(b"\x1be\x1bq"), twice);
}

#[test]
fn only_escape_itself_is_a_key_when_nothing_follows() {
    assert_eq!(keys(b"\x1b"), [Key::Escape]);
    assert_eq!(keys(b"\x1b\x1b"), [Key::Escape, Key::Escape]);
    assert_eq!(keys(b"\x1b["), []);
    // A key is never as slow as a text may be.
    let mut reader = KeyReader::default();
    reader.read(b"\x1b");
    let escape = reader.patience();
    reader.read(b"P");
    assert!(escape < reader.patience(), "{reader:?}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_split_anywhere_give_the_same_keys_and_never_a_control_character(
        bytes in proptest::collection::vec(
            proptest::prop_oneof![proptest::num::u8::ANY, proptest::sample::select(b"\x1b[]OP~;:<M0123u\\\x07".to_vec())],
            0..200,
        ),
        at in 0_usize..200,
    ) {
        let (left, right) = bytes.split_at(at.min(bytes.len()));
        let mut reader = KeyReader::default();
        let mut split = reader.read(left);
        if !split.contains(&Key::Interrupt) {
            split.extend(reader.read(right));
            let whole = KeyReader::default().read(&bytes);
            if whole.contains(&Key::Interrupt) || split.contains(&Key::Interrupt) {
                proptest::prop_assert!(split.contains(&Key::Interrupt) && whole.contains(&Key::Interrupt));
            } else {
                proptest::prop_assert_eq!(&split, &whole);
            }
        }
        for key in split {
            if let Key::Letter(letter) = key {
                proptest::prop_assert!(!letter.is_control());
            }
        }
    }
}
