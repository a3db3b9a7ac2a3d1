//! Tables as a person meets them: at every width, with and without colour, on a terminal and in a pipe.

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use crate::support::InProcess;

const TABLES: [(&str, &str); 5] = [
    ("team", "status --sandbox --alert break=5m"),
    ("breaks", "break-status --sandbox --all"),
    ("wrapups", "wrapup --sandbox --all"),
    ("profiles", "profiles"),
    ("codes", "explain"),
];

/// A terminal at which two people have signed in.
fn signed_in(width: usize) -> InProcess {
    let terminal = InProcess::new().on_terminal(width);
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "a-simulated-session").unwrap();
    for name in ["asha", "ravi-night"] {
        let server = "--server http://127.0.0.1:9 --store file --no-verify";
        let line = format!("login --profile {name} {server} --ssid-file {}", secret.path().display());
        terminal.run(&line).ended_with(0);
    }
    terminal
}

#[test]
fn each_table_fits_a_narrow_a_usual_and_a_wide_terminal() {
    for (name, line) in TABLES {
        for width in [40, 80, 200] {
            let ran = signed_in(width).with("NO_COLOR", "1").run(line).ended_with(0);
            assert_snapshot!(format!("{name}_at_{width}"), ran.stdout);
        }
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_wherever_its_width_comes_from() {
    for (_, line) in TABLES.into_iter().chain([("tags", "tags --sandbox --all")]) {
        for width in [20, 21, 33, 59, 100, 333, 500] {
            let by_terminal = signed_in(width).with("NO_COLOR", "1");
            let by_variable = signed_in(80).with("NO_COLOR", "1").with("COLUMNS", &width.to_string());
            for terminal in [by_terminal, by_variable] {
                let ran = terminal.run(line).ended_with(0);
                let widest = ran.stdout.lines().map(UnicodeWidthStr::width).max();
                assert!(widest <= Some(width) && widest > Some(0), "{line} at {width}:\n{ran}");
            }
        }
    }
}

#[test]
fn the_explanation_of_one_code_is_wrapped_and_whole() {
    let whole = InProcess::new().run("explain 1501 --json").ended_with(0).json();
    for width in [40, 80, 90] {
        let ran = InProcess::new().on_terminal(width).with("NO_COLOR", "1").run("explain 1501").ended_with(0);
        assert!(ran.stdout.lines().all(|line| line.width() <= width) && !ran.stdout.contains('…'), "{ran}");
        let shown = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for code in whole["codes"].as_array().unwrap() {
            for key in ["module", "meaning", "kind", "advice"] {
                assert!(shown.contains(code[key].as_str().unwrap()), "{key} at {width}\n{ran}");
            }
        }
    }
}

#[test]
fn what_is_no_width_is_not_believed() {
    for columns in ["0", "-5", "wide", "100000", "1"] {
        let ran = signed_in(80).with("COLUMNS", columns).with("NO_COLOR", "1").run("tags --sandbox");
        let widest = ran.ended_with(0).stdout.lines().map(UnicodeWidthStr::width).max().unwrap();
        assert!((20..=500).contains(&widest) || columns == "1", "{widest} for {columns}");
    }
}

#[test]
fn output_in_a_pipe_is_never_cut_to_columns() {
    let ran = InProcess::new().with("COLUMNS", "20").run("tags --sandbox --all").ended_with(0);
    assert!(!ran.stdout.contains('…'), "{ran}");
    assert!(ran.stdout.lines().any(|line| line.width() > 100), "{ran}");
}

#[test]
fn colour_follows_the_variables_and_the_option() {
    let line = "tags --sandbox";
    let is_coloured =
        |process: InProcess, line: &str| process.run(line).ended_with(0).stdout.contains('\u{1b}');
    let terminal = || InProcess::new().on_terminal(80);
    assert!(is_coloured(terminal(), line));
    assert!(!is_coloured(terminal().with("NO_COLOR", "1"), line));
    assert!(!is_coloured(terminal().with("TERM", "dumb"), line));
    assert!(!is_coloured(terminal(), "tags --sandbox --color never"));
    assert!(!is_coloured(InProcess::new(), line));
    assert!(is_coloured(InProcess::new().with("CLICOLOR_FORCE", "1"), line));
    assert!(!is_coloured(InProcess::new().with("CLICOLOR_FORCE", "0"), line));
    assert!(is_coloured(InProcess::new().with("NO_COLOR", "1"), "tags --sandbox --color always"));
}

#[test]
fn errors_are_coloured_by_the_same_rules() {
    let is_coloured = |process: InProcess, line: &str| process.run(line).stderr.contains('\u{1b}');
    let terminal = || InProcess::new().on_terminal(80);
    for line in ["tags", "tags --nonsense", "tags --sandbox --columns nonsense"] {
        assert!(is_coloured(terminal(), line), "{line}");
        assert!(!is_coloured(terminal().with("TERM", "dumb"), line), "{line}");
        assert!(!is_coloured(terminal().with("NO_COLOR", "1"), line), "{line}");
        assert!(is_coloured(InProcess::new().with("CLICOLOR_FORCE", "1"), line), "{line}");
    }
    assert!(!is_coloured(terminal(), "tags --color never"));
}

#[test]
fn a_list_of_codes_is_wrapped_and_not_cut_on_a_narrow_terminal() {
    for width in [60, 80, 120] {
        for list in ["explain", "explain exit"] {
            let ran = InProcess::new().on_terminal(width).with("NO_COLOR", "1").run(list).ended_with(0);
            assert!(!ran.stdout.contains('…'), "{width}: {ran}");
            assert!(ran.stdout.lines().all(|line| line.width() <= width), "{width}: {ran}");
        }
    }
}
