use std::io::{self, Write};

use proptest::prelude::*;
use serde_json::Value;

use super::{Filter, JqError, RowFilter, SyntaxError};
use crate::json::any_json;
use crate::output::payloads::{assert_harmless, payloads};

fn run(expression: &str, document: &str, terminal: bool) -> Result<String, JqError> {
    let mut out = Vec::new();
    Filter::compile(expression)?.run(document.as_bytes(), terminal, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn piped(expression: &str, document: &str) -> String {
    run(expression, document, false).unwrap()
}

fn syntax_error(expression: &str) -> SyntaxError {
    match Filter::compile(expression).err() {
        Some(JqError::Expression(misunderstanding)) => misunderstanding,
        other => panic!("{expression}: {other:?}"),
    }
}

const TAGS: &str =
    r#"{"tags":[{"kind":"missed","n":2,"message":"hi"},{"kind":"call","n":3,"message":null}]}"#;

#[test]
fn each_value_that_comes_out_is_a_line() {
    for (expression, lines) in [
        (".tags[].kind", "missed\ncall\n"),
        (".tags[] | {kind, n}", "{\"kind\":\"missed\",\"n\":2}\n{\"kind\":\"call\",\"n\":3}\n"),
        (".tags | map(.n) | add / length", "2.5\n"),
        (".tags[0].n * 3 / 2", "3\n"),
        (".tags[] | select(.message == null) | [.kind, .n] | @tsv", "call\t3\n"),
        ("[null, true, 1.50, \"a\\tb\\n\\\\\"] | @tsv", "\ttrue\t1.50\ta\\tb\\n\\\\\n"),
        ("[null, false, 1e400, \"a\\\"b,c\"] | @csv", ",false,1e400,\"a\"\"b,c\"\n"),
        (".tags[] | \"\\(.kind): \\(.n)\"", "missed: 2\ncall: 3\n"),
        (".tags[].message", "hi\nnull\n"),
        ("[], {}, true, \"a\\nb\", [\"a\\u009b\"]", "[]\n{}\ntrue\na\nb\n[\"a\\u009b\"]\n"),
        ("empty", ""),
        ("nan, infinite, -infinite", "null\nnull\nnull\n"),
        (".tags | group_by(.kind) | map({(.[0].kind): length}) | add", "{\"call\":1,\"missed\":1}\n"),
        (".tags[0].message | test(\"h.\")", "true\n"),
        ("1764000000 | todate", "2025-11-24T16:00:00Z\n"),
        ("label $out | 1, break $out, 2", "1\n"),
    ] {
        assert_eq!(piped(expression, TAGS), lines, "{expression}");
    }
}

#[test]
fn an_expression_over_all_rows_gives_the_same_row_by_row() {
    for expression in [
        ".tags[]",
        " .tags[].kind ",
        ".tags[].message | length",
        ".tags[]|.kind,.n",
        ".tags[] | select(.n > 2) | {kind, n} # the second",
        ".tags[] | .n as $n | [$n, .kind]",
        ".tags[] | (.n |= . + 1)",
        ".tags[].n | if . == 3 then error(\"three\") else . end",
        ".tags[].kind.x",
        ".tags[].missing",
        ".tags[].n | {n: ., more: 1}",
    ] {
        let RowFilter { filter, only_key } = RowFilter::of(expression, "tags").expect(expression);
        let rows: Vec<Value> =
            serde_json::from_str::<Value>(TAGS).unwrap()["tags"].as_array().unwrap().clone();
        let mut out = Vec::new();
        let by_row = rows.into_iter().try_for_each(|mut row| {
            if let (Some(only), Value::Object(members)) = (&only_key, &mut row) {
                members.retain(|key, _| key == only);
            }
            filter.run(row.to_string().as_bytes(), false, &mut out)
        });
        let mut whole = Vec::new();
        let at_once = Filter::compile(expression).unwrap().run(TAGS.as_bytes(), false, &mut whole);
        assert_eq!(out, whole, "{expression}");
        let text = |result: Result<(), JqError>| result.err().map(|error| error.to_string());
        assert_eq!(text(by_row), text(at_once), "{expression}");
    }
}

#[test]
fn an_expression_that_needs_the_document_is_not_run_by_row() {
    for expression in [
        ".",
        ".tags",
        ".tags[0]",
        ".tags[0:1][]",
        ".tags[], .as_of",
        ".tags[].id, .as_of",
        ".tags[].n + 1",
        ".tags[].n?",
        ".tags[] |= 1",
        ".tags[].n // 1",
        ".tags[] as $tag | .since",
        ".tags[].fields[\"a\"]",
        "[.tags[]]",
        ".tagsx[]",
        ".tags[].",
        ".tags[]..",
        ".tags[].1",
        ".rows[].id",
    ] {
        assert!(RowFilter::of(expression, "tags").is_none(), "{expression}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    for number in
        ["18446744073709551616", "1234567890123456789012345678901234567890", "1e400", "1.10", "-5", "0.1e-7"]
    {
        assert_eq!(piped(".n", &format!("{{\"n\":{number}}}")), format!("{number}\n"));
        assert_eq!(piped("[.n]", &format!("{{\"n\":{number}}}")), format!("[{number}]\n"));
    }
}

#[test]
fn values_are_indented_on_a_terminal() {
    let indented = "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n";
    assert_eq!(run("{a: [1, {}]}", "null", true).unwrap(), indented);
}

#[test]
fn an_error_points_into_the_expression() {
    for (expression, what, column) in [
        (".tags[", "expected closing bracket", 6),
        (".tags | map(", "expected closing parenthesis", 12),
        (".tags | foo", "foo/0 is not defined", 8),
        ("map(1; 2)", "map/2 is not defined", 0),
        (". as $x | $y", "variable $y is not defined", 10),
        (".tags |", "expected term", 7),
        ("", "expected term", 0),
        ("if . then 1", "expected else or end", 11),
        ("\"ü中\" | \"\\q\"", "expected string escape sequence", 10),
        ("§", "expected token", 0),
        ("a::b", "module a is not defined", 0),
    ] {
        let error = syntax_error(expression);
        assert_eq!((error.message.as_str(), error.column), (what, column), "{expression}");
        assert_eq!(error.line, expression);
    }
}

#[test]
fn an_error_shows_its_line_with_a_caret() {
    let error = syntax_error(".tags[]\n| \u{1b} foo |\n.x");
    assert_eq!(error.to_string(), "expected token\n  | ␛ foo |\n    ^");
}

#[test]
fn the_expression_sees_nothing_but_the_document() {
    for expression in [
        "env",
        "$ENV.HOME",
        "env.PATH",
        "debug",
        "debug(1)",
        "stderr",
        "halt",
        "halt_error",
        "1 | halt_error(3)",
    ] {
        let error = syntax_error(expression);
        assert!(error.message.contains("not available here"), "{expression}: {error}");
    }
    for expression in ["import \"a\" as a; 1", "include \"a\"; 1", "import \"a\" as $a; $a"] {
        let error = syntax_error(expression);
        assert_eq!(error.message, "modules and files are not available here", "{expression}");
        assert_eq!(
            error.column,
            expression.find("a\"").unwrap() - usize::from(error.line.as_bytes()[error.column] == b'"')
        );
    }
    for expression in ["stderr_empty", "debug_empty", "get_search_list", "$__prog_args"] {
        assert!(Filter::compile(expression).is_err(), "{expression}");
    }
}

#[test]
fn an_error_while_running_says_what_did_not_fit() {
    for (expression, what) in [
        (".tags.kind", "cannot index"),
        ("error(\"mine\")", "mine"),
        (".tags[0].kind - 1", "cannot calculate"),
        ("{(1): 2}", "1 cannot be a key"),
        ("[[1]] | @tsv", "[1] cannot be a cell of @tsv"),
        ("1 | @csv", "1 is not an array of cells for @csv"),
    ] {
        let error = run(expression, TAGS, false).unwrap_err().to_string();
        assert!(error.contains(what), "{expression}: {error}");
    }
    let long = serde_json::json!(vec!["कखग"; 1000]).to_string();
    let error = run(".kind", &long, false).unwrap_err().to_string();
    assert!(error.chars().count() < 250 && error.ends_with("\"kind\""), "{error}");
    assert!(matches!(run(".", "{", false), Err(JqError::Run(_))));
}

#[test]
fn a_reply_is_read_only_if_it_is_json_and_not_nested_beyond_the_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(piped("length", &nested(128)), "1\n");
    for document in [&nested(129), &nested(100_000), "NaN", "1 # one", "<html>", "1 2", ""] {
        let error = run("length", document, false).unwrap_err().to_string();
        assert!(error.starts_with("the reply cannot be read: it is"), "{error}");
    }
    let not_unicode = Filter::compile(".").unwrap().run(b"\"\xff\"", false, &mut Vec::new());
    assert!(not_unicode.unwrap_err().to_string().contains("utf-8"));
}

#[test]
fn what_came_out_before_an_error_is_written() {
    let mut out = Vec::new();
    let failed = Filter::compile("1, error(\"x\")").unwrap().run(b"null", false, &mut out);
    assert!(matches!(failed, Err(JqError::Run(_))));
    assert_eq!(out, b"1\n");
}

#[test]
fn a_closed_pipe_is_recognised() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    match Filter::compile("range(1000000000)").unwrap().run(b"null", false, &mut Closed) {
        Err(JqError::Write(error)) => assert_eq!(error.kind(), io::ErrorKind::BrokenPipe),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_payload_is_exact_in_a_pipe_and_harmless_on_a_terminal() {
    let text_filter = Filter::compile(".m").unwrap();
    let value_filter = Filter::compile(".").unwrap();
    for (name, text) in payloads() {
        let document = serde_json::json!({ "m": text }).to_string();
        let run = |filter: &Filter, terminal| {
            let mut out = Vec::new();
            filter.run(document.as_bytes(), terminal, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(run(&text_filter, false), format!("{text}\n"), "{name}");
        assert_harmless("--jq", name, &run(&text_filter, true).replace('\t', " "));
        assert_harmless("--jq", name, &run(&value_filter, true));
        assert_harmless("--jq", name, &run(&value_filter, false));
    }
}

proptest! {
    #[test]
    fn the_identity_means_the_same(value in any_json(), terminal: bool) {
        let document = serde_json::json!([value]).to_string();
        let out = run(".", &document, terminal).unwrap();
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), serde_json::json!([value]));
    }

    #[test]
    fn no_expression_makes_it_panic(expression in "[.\\[\\]{}()|$a-c\"\\\\;:,é +*?@0-9]{0,14}") {
        if let Err(JqError::Expression(error)) = Filter::compile(&expression) {
            prop_assert!(error.column <= unicode_width::UnicodeWidthStr::width(error.line.as_str()));
            prop_assert!(!error.message.is_empty());
        }
    }
}

#[test]
fn a_result_that_is_nested_too_deeply_is_an_error_and_what_came_before_it_is_written() {
    let nested = |levels: usize| format!("0, (reduce range({levels}) as $i (1; [.]))");
    assert_eq!(run(&nested(128), "{}", false).unwrap().len(), "0\n1\n".len() + 256);
    for levels in [129, 5_000] {
        for terminal in [false, true] {
            let mut out = vec![];
            let failed = Filter::compile(&nested(levels)).unwrap().run(b"{}", terminal, &mut out);
            assert!(failed.unwrap_err().to_string().contains("128 levels"), "{levels}");
            assert_eq!(out, b"0\n");
        }
    }
    let keys = "reduce range(129) as $i (1; {a: .})";
    assert!(run(keys, "{}", false).unwrap_err().to_string().contains("128 levels"));
}

#[test]
fn an_expression_with_too_many_words_and_signs_is_refused_before_the_library_reads_it() {
    for expression in
        ["[".repeat(3000), ".|".repeat(60_000), "try ".repeat(30_000), "1,".repeat(401), "a+".repeat(401)]
    {
        assert!(syntax_error(&expression).message.contains("800 words and signs"));
    }
    let comments = "# many words that are no part of it\n".repeat(100);
    assert!(Filter::compile(&comments).is_err());
    let texts = format!("[{}]", vec!["\"text\""; 150].join(","));
    assert!(Filter::compile(&texts).is_ok());
}

#[test]
fn base32_is_written_and_read() {
    // From RFC 4648, section 10.
    let table = [
        ("", ""),
        ("f", "MY======"),
        ("fo", "MZXQ===="),
        ("foo", "MZXW6==="),
        ("foob", "MZXW6YQ="),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI======"),
    ];
    for (plain, encoded) in table {
        assert_eq!(run("@base32", &format!("{plain:?}"), false).unwrap(), format!("{encoded}\n"));
        for form in [encoded, encoded.trim_end_matches('=')] {
            assert_eq!(run("@base32d", &format!("{form:?}"), false).unwrap(), format!("{plain}\n"));
        }
    }
    assert_eq!(run("@base32", "12", false).unwrap(), "GEZA====\n");
    assert_eq!(run("\"é \\(.)\" | @base32 | @base32d", "[1]", false).unwrap(), "é [1]\n");
    assert_eq!(
        run("@base32 \"x\\(.)\", format(\"base32\")", "\"foo\"", false).unwrap(),
        "xMZXW6===\nMZXW6===\n"
    );
    assert!(run("@base32d", "\"a1\"", false).unwrap_err().to_string().contains("not valid base32"));
}

#[test]
fn many_replacements_in_one_long_text_take_no_square_of_its_length() {
    // Each replacement that copied what is before it would copy some 6 GB in all.
    let text = "é-".repeat(100_000);
    let replaced = run("gsub(\"-\"; \"+\")", &format!("{text:?}"), false).unwrap();
    assert_eq!(replaced.trim_end(), text.replace('-', "+"));
}

#[test]
fn each_function_of_jq_is_there_or_named_as_missing() {
    let page = include_str!("../../../docs/scripting.md");
    let missing =
        page.lines().find_map(|line| line.strip_prefix("- Functions that are not available: ")).unwrap();
    for function in include_str!("../../../tests/data/jq/builtins.txt").lines() {
        let (name, arity) = function.split_once('/').unwrap();
        let arguments = vec!["."; arity.parse().unwrap()].join("; ");
        let call = if arguments.is_empty() { name.to_owned() } else { format!("{name}({arguments})") };
        let is_there = Filter::compile(&format!("def used: {call}; 1")).is_ok();
        assert_eq!(is_there, !missing.contains(&format!("`{name}`")), "{function}");
    }
}
