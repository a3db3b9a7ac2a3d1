use super::*;
use crate::output::payloads::{assert_harmless, payloads};

const PLAIN: MessageStyle<'_> = MessageStyle { color: false, mask: false, terminal: None };

fn expired() -> Problem {
    Problem {
        profile: Some("asha".to_owned()),
        kind: "sign_in",
        code: Some(1044),
        message: "the session has expired".to_owned(),
        causes: vec!["SSID file does not exist".to_owned(), "code 1044".to_owned()],
        hints: vec!["run `deepcall login --profile asha`".to_owned()],
    }
}

fn written(problem: &Problem, style: MessageStyle<'_>) -> String {
    let mut out = Vec::new();
    write_problem(problem, style, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_problem_names_the_profile_the_causes_and_the_way_out() {
    let expected = "\
error: asha: the session has expired
  caused by: SSID file does not exist
  caused by: code 1044
hint: run `deepcall login --profile asha`
";
    assert_eq!(written(&expired(), PLAIN), expected);
}

#[test]
fn a_problem_without_profile_begins_with_its_message() {
    let problem = Problem { profile: None, causes: Vec::new(), hints: Vec::new(), ..expired() };
    assert_eq!(written(&problem, PLAIN), "error: the session has expired\n");
}

#[test]
fn colour_stays_on_the_words_in_front() {
    let problem = Problem { profile: None, causes: Vec::new(), ..expired() };
    let expected = "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m the session has expired\n\
                    \u{1b}[1m\u{1b}[36mhint:\u{1b}[0m run `deepcall login --profile asha`\n";
    assert_eq!(written(&problem, MessageStyle { color: true, ..PLAIN }), expected);
}

#[test]
fn a_note_is_one_line() {
    let mut out = Vec::new();
    write_note("50 of 312\nerror: fake", PLAIN, &mut out).expect("a vector takes everything");
    assert_eq!(out, "note: 50 of 312␊error: fake\n".as_bytes());
}

#[test]
fn phone_numbers_are_hidden_when_asked() {
    let problem = Problem { message: "unknown caller 919876543210".to_owned(), ..expired() };
    let written = written(&problem, MessageStyle { mask: true, ..PLAIN });
    assert!(written.starts_with("error: asha: unknown caller •••••••••210\n"));
}

#[test]
fn nothing_the_server_says_adds_lines_or_moves_the_cursor() {
    for (name, payload) in payloads() {
        let text = payload.clone();
        let problem = Problem {
            profile: Some(text.clone()),
            message: text.clone(),
            causes: vec![text.clone()],
            hints: vec![text],
            ..expired()
        };
        let written = written(&problem, PLAIN);
        assert_harmless("an error", name, &written);
        assert_eq!(written.lines().count(), 3, "{name}");
    }
}

fn all_written(problems: &[Problem], queried: usize) -> String {
    let mut out = Vec::new();
    let failures = Failures { problems: problems.to_vec(), queried };
    write_problems(&failures, PLAIN, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn what_failed_alike_is_written_once_with_one_hint() {
    let of = |name: &str, kind: &'static str, message: &str, hint: &str| Problem {
        profile: Some(name.to_owned()),
        kind,
        code: None,
        message: message.to_owned(),
        causes: vec!["Connection refused".to_owned()],
        hints: vec![hint.to_owned()],
    };
    let team = ["asha", "bilal", "chitra", "divya"];
    let dead = team.map(|name| of(name, "connect", "cannot connect to https://a", "check the network"));
    let expected = "\
error: 4 of 4 profiles: cannot connect to https://a
  caused by: Connection refused
hint: check the network
";
    assert_eq!(all_written(&dead, 4), expected);
    let expected = expected.replace("4 of 4", "4 of 14").replace("//a", "//a: asha, bilal, chitra, divya");
    assert_eq!(all_written(&dead, 14), expected);
    // Each cause has its own line, and a profile that fails alone is named as before.
    let mut mixed = dead.to_vec();
    mixed[1] = of("bilal", "timeout", "https://a did not answer in time", "check the network");
    let lines: Vec<String> =
        all_written(&mixed, 4).lines().filter(|it| it.starts_with("error")).map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "error: 3 of 4 profiles: cannot connect to https://a: asha, chitra, divya",
            "error: bilal: https://a did not answer in time",
        ]
    );
}

#[test]
fn a_hint_for_several_profiles_names_none_of_them() {
    let gone = ["asha", "asha-2"].map(|name| Problem {
        profile: Some(name.to_owned()),
        hints: vec![format!("run `deepcall login --profile {name}`")],
        ..expired()
    });
    let written = all_written(&gone, 2);
    assert!(written.starts_with("error: 2 of 2 profiles: the session has expired\n"), "{written}");
    assert!(written.ends_with("hint: run `deepcall login --profile NAME`\n"), "{written}");
    assert_eq!(all_written(&gone[..1], 2), self::written(&gone[0], PLAIN));
}

#[test]
fn names_of_profiles_are_not_masked_where_several_failed() {
    let problems = ["9876543210", "asha"].map(|name| Problem {
        profile: Some(name.to_owned()),
        hints: vec![],
        ..expired()
    });
    let style = MessageStyle { mask: true, ..PLAIN };
    let mut out = Vec::new();
    let failures = Failures { problems: problems.to_vec(), queried: 3 };
    write_problems(&failures, style, &mut out).expect("a vector takes everything");
    let text = String::from_utf8(out).expect("text");
    assert!(
        text.starts_with("error: 2 of 3 profiles: the session has expired: 9876543210, asha\n"),
        "{text}"
    );
}

#[test]
fn on_a_terminal_lines_end_between_words_and_commands_stay_whole() {
    let redactor = Redactor::default();
    let note = |columns, text: &str| {
        let mut out = Vec::new();
        let style = MessageStyle { terminal: Some((columns, &redactor)), ..PLAIN };
        write_note(text, style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    };
    let text = "the journal holds 14 profiles; `deepcall journal status` shows /a/long/path/of/it.db";
    let lines = "\
note: the journal holds
      14 profiles;
      `deepcall journal status`
      shows
      /a/long/path/of/it.db
";
    assert_eq!(note(25, text), lines);
    assert_eq!(note(200, text), format!("note: {text}\n"));
    assert_eq!(note(3, "a b"), "note: a\n      b\n");
    // A character that is two columns wide.
    assert_eq!(note(11, "日本 日本"), "note: 日本\n      日本\n");
}

#[test]
fn a_secret_with_a_space_is_hidden_where_a_line_ends_in_it() {
    let redactor = Redactor::default();
    redactor.hide("correct horse battery staple");
    let problem = Problem { message: "the server said correct horse battery staple".to_owned(), ..expired() };
    for columns in 1..60 {
        let written = written(&problem, MessageStyle { terminal: Some((columns, &redactor)), ..PLAIN });
        assert!(!written.contains("horse") && !written.contains("battery"), "{columns}: {written}");
    }
}
