use super::*;
use crate::output::payloads::{assert_harmless, payloads};

const PLAIN: MessageStyle = MessageStyle { color: false, mask: false };

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

fn written(problem: &Problem, style: MessageStyle) -> String {
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
    assert_eq!(written(&problem, MessageStyle { color: true, mask: false }), expected);
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
    let written = written(&problem, MessageStyle { color: false, mask: true });
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
