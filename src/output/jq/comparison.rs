//! Compares `--jq` with jq 1.7.1, whose answers `.ci/jq` has stored.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Deserialize;

use super::Filter;

#[derive(Deserialize)]
struct Case {
    input: String,
    expression: String,
    output: String,
    fails: bool,
}

/// What is written, and whether it ends with an error.
fn here(case: &Case) -> (String, bool) {
    let mut out = Vec::new();
    let fails = Filter::compile(&case.expression)
        .and_then(|filter| filter.run(case.input.as_bytes(), false, &mut out))
        .is_err();
    (String::from_utf8_lossy(&out).trim_end_matches('\n').to_owned(), fails)
}

fn case_line(case: &Case) -> String {
    format!("{}\t{}", case.input, case.expression)
}

#[test]
#[expect(clippy::print_stdout, reason = "the table that .ci/jq prints")]
fn expressions_give_what_jq_gives_but_for_the_differences_in_the_documentation() {
    let results = include_str!("../../../tests/data/jq/results.jsonl");
    let cases: Vec<Case> = results.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expressions = include_str!("../../../tests/data/jq/expressions.tsv");
    let written: Vec<&str> = expressions.lines().filter(|line| line.contains('\t')).collect();
    assert_eq!(written, cases.iter().map(case_line).collect::<Vec<_>>(), "run .ci/jq --update");

    let mut different = BTreeSet::new();
    let mut table = String::new();
    for case in &cases {
        let (output, fails) = here(case);
        if (&output, fails) != (&case.output, case.fails) {
            different.insert(case_line(case).replace('\t', "    "));
            let _ = writeln!(
                table,
                "{}\n    jq   {:?}{}\n    here {output:?}{}",
                case_line(case),
                case.output,
                if case.fails { " and an error" } else { "" },
                if fails { " and an error" } else { "" },
            );
        }
    }
    println!("{table}{} expressions, {} different", cases.len(), different.len());
    let scripting = include_str!("../../../docs/scripting.md");
    let listed = scripting.split_once("```jq-differences\n").unwrap().1.split_once("```").unwrap().0;
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    assert_eq!(listed, different, "{table}");
    assert!(cases.len() > 600 && different.len() < 50, "{table}");
}
