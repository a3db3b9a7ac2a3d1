//! Texts that a hostile server may send (`reliability.md` §4.2), for the tests of every sink.

/// Name and text of each of the 64 payloads.
pub(crate) fn payloads() -> Vec<(&'static str, String)> {
    let long = [
        ("pile of marks", format!("Z{}", "\u{301}".repeat(10_000))),
        // More than a pipe takes at once.
        ("long word", "w".repeat(1 << 17)),
        ("long line", "x ".repeat(2_500)),
    ];
    SHORT.iter().map(|&(name, text)| (name, text.to_owned())).chain(long).collect()
}

const SHORT: [(&str, &str); 61] = [
    // The screen.
    ("clear screen", "\x1b[2J"),
    ("cursor up and erase line", "\x1b[1A\x1b[2Kpaid"),
    ("full reset", "\x1bc"),
    ("alternate screen", "\x1b[?1049h"),
    ("scroll region", "\x1b[1;1r"),
    ("hidden text", "\x1b[8mhidden\x1b[0m"),
    ("repeat a billion times", "x\x1b[999999999b"),
    ("character set shift", "\x0e\x0fx\x1b(0"),
    // Title, clipboard, links.
    ("window title", "\x1b]0;owned\x07"),
    ("window title, ended by ST", "\x1b]2;owned\x1b\\"),
    ("link", "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\"),
    ("clipboard write", "\x1b]52;c;cm0gLXJmIH4K\x07"),
    ("clipboard read", "\x1b]52;c;?\x07"),
    ("notice", "\x1b]9;call 1900\x07"),
    ("notice with title", "\x1b]777;notify;a;b\x07"),
    ("inline file", "\x1b]1337;File=inline=1:AA==\x07"),
    // Answers typed into the shell.
    ("DECRQSS", "\x1bP$qm\x1b\\"),
    ("title report", "\x1b[21t"),
    ("device attributes", "\x1b[c"),
    ("cursor report", "\x1b[6n"),
    ("palette query", "\x1b]4;0;?\x07"),
    ("colour query", "\x1b]10;?\x07\x1b]11;?\x07"),
    ("font query", "\x1b]50;?\x07"),
    ("graphics query", "\x1b_Gi=1,a=q;AAAA\x1b\\"),
    ("enquiry", "\x05"),
    ("application command", "\x1b_cmd\x1b\\"),
    ("privacy message", "\x1b^pm\x1b\\"),
    ("start of string", "\x1bXsos\x1b\\"),
    // Eight bits, and split over fields.
    ("8-bit CSI", "\u{9b}2J"),
    ("8-bit OSC", "\u{9d}0;owned\u{9c}"),
    ("8-bit DCS", "\u{90}$qm\u{9c}"),
    ("lone escape at the end", "name\x1b"),
    ("rest of a sequence", "[2J"),
    ("escape and a wide letter", "\x1b中"),
    ("unterminated OSC", "\x1b]0;never ended"),
    ("unterminated DCS", "\x1bPnever ended"),
    // Forged lines.
    ("carriage return", "refused\rgranted"),
    ("backspaces", "no\x08\x08ok"),
    ("fake row", "a\nb  12:00  missed"),
    ("vertical tab and form feed", "a\x0bb\x0cc"),
    ("next line", "a\u{85}b"),
    ("line separator", "a\u{2028}b\u{2029}c"),
    ("fake error", "x\nerror: session expired"),
    ("fake prompt", "x\r\nPassword: "),
    // Looks.
    ("right to left override", "abc\u{202e}gnp.exe"),
    ("isolate", "\u{2067}abc\u{2069}\u{200f}"),
    ("zero width", "pay\u{200b}pal\u{feff}\u{2060}"),
    ("homoglyph", "раураl"),
    ("wide and families", "世界 👩‍👩‍👧‍👦 🇮🇳 ①"),
    ("tag characters", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}x\u{e0041}"),
    ("nothing visible", "\u{200b}\u{200d}\u{fe0f}\u{301}"),
    ("NUL", "a\0b"),
    // Format breakers.
    ("quotation mark", "say \"hi\""),
    ("backslash", "C:\\new\\table"),
    ("comma and semicolon", "a,b;c"),
    ("quote and newline", "\"\n\",x"),
    ("script end", "</script><!--"),
    ("tab", "a\tb"),
    ("format string", "%n%s{}{0}"),
    ("shell", "$(reboot)`reboot`"),
    ("formula", "=HYPERLINK(\"http://evil.example\",\"x\")"),
];

/// Panics if the text could move the cursor, hide something, or reverse text. Line feeds are the caller's to count.
pub(crate) fn assert_harmless(sink: &str, name: &str, text: &str) {
    let harm = text.chars().find(|&character| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{feff}' | '\u{2028}' | '\u{2029}')
            || super::sanitize::is_bidi_control(character)
    });
    assert_eq!(harm, None, "{name} gets through {sink}");
}
