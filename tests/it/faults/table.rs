//! Runs all cases, some at a time, and prints the matrix: a line for each run, one for each row, and the
//! totals. It fails if a run does not hold, or a row has no case for a command that it speaks of.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use super::matrix::{Case, Run};
use super::rows::{ROWS, Row};
use super::running::{Line, measure};

/// How many runs are under way at the same time: most of them wait.
const AT_A_TIME: usize = 8;

/// Runs and prints the matrix. Names of rows in `FAULT_ROWS`, with commas, choose a part of it.
#[track_caller]
#[expect(clippy::print_stdout, reason = "the matrix is printed with --nocapture")]
pub fn hold(cases: Vec<Case>) {
    let chosen = std::env::var("FAULT_ROWS").ok();
    let is_chosen =
        |row: &str| chosen.as_ref().is_none_or(|rows| rows.split(',').any(|wanted| wanted == row));
    let cases: Vec<Case> = cases.into_iter().filter(|case| is_chosen(case.row)).collect();
    let started = Instant::now();
    let mut lines = run_all(&cases);
    let took = started.elapsed();
    lines.sort_by_key(|line| (position(line.row), line.command, line.what.clone()));
    let failed: Vec<&Line> = lines.iter().filter(|line| !line.wrong.is_empty()).collect();

    let runs: Vec<String> = lines.iter().map(described).collect();
    println!(
        "\n{:<4}{:<14} {:<54}{:<5}{:<16}{:>4}{:>8}{:>8}{:>7}",
        "row", "command", "case", "exit", "kind", "x", "s", "MiB", "cpu s"
    );
    println!("{}\n", runs.join("\n"));
    let rows: Vec<&Row> = ROWS.iter().filter(|row| is_chosen(row.id)).collect();
    for row in &rows {
        println!("{}", summed(row, &cases, &lines));
    }
    let peak = lines.iter().map(|line| line.peak_kib).max().unwrap_or(0);
    let most = lines.iter().map(|line| line.cpu).fold(0.0, f64::max);
    println!(
        "\n{} rows, {} cases, {} runs: {} held, {} failed, in {:.0} s; at most {:.0} MiB and {most:.2} s of processor time in a run\n",
        rows.len(),
        cases.len(),
        lines.len(),
        lines.len() - failed.len(),
        failed.len(),
        took.as_secs_f64(),
        mebibytes(peak),
    );
    let details: Vec<String> =
        failed.iter().map(|line| format!("{}\n{:.2000}", described(line), line.ran)).collect();
    assert!(failed.is_empty(), "{} runs did not hold:\n{}", failed.len(), details.join("\n"));
    for row in rows {
        for command in row.commands.split(' ') {
            let has_run = lines.iter().any(|line| line.row == row.id && is_by(line, command));
            assert!(has_run, "row {} has no case for {command}", row.id);
        }
    }
}

/// Runs some beside each other.
fn run_all(cases: &[Case]) -> Vec<Line> {
    let mut queue: Vec<(&Case, &Run)> =
        cases.iter().flat_map(|case| case.runs.iter().map(move |run| (case, run))).collect();
    let count = queue.len();
    // What waits longest starts first.
    queue.sort_by_key(|(case, run)| (case.is_long, run.command == "watch"));
    let queue = Mutex::new(queue);
    let lines = Mutex::new(vec![]);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().pop();
                    let Some((case, run)) = next else { return };
                    let line = measure(case, run);
                    lines.lock().unwrap().push(line);
                }
            });
        }
    });
    let lines = lines.into_inner().unwrap();
    assert_eq!(lines.len(), count, "not every case was run");
    lines
}

fn position(row: &str) -> usize {
    ROWS.iter().position(|known| known.id == row).unwrap_or_else(|| panic!("{row} is no row"))
}

fn is_by(line: &Line, command: &str) -> bool {
    line.command.split(' ').next() == Some(command)
}

fn described(line: &Line) -> String {
    let result =
        if line.wrong.is_empty() { "held".to_owned() } else { format!("FAILED: {}", line.wrong.join("; ")) };
    let what: String = line.what.chars().take(52).collect();
    format!(
        "{:<4}{:<14} {what:<54}{:<5}{:<16}{:>3}x{:>8.2}{:>8.1}{:>7.2}  {result}",
        line.row,
        line.command,
        line.exit,
        line.kind,
        line.arrivals,
        line.took.as_secs_f64(),
        mebibytes(line.peak_kib),
        line.cpu,
    )
}

/// One line for a row: how many cases, by which commands, and what it does not promise.
fn summed(row: &Row, cases: &[Case], lines: &[Line]) -> String {
    let cases = cases.iter().filter(|case| case.row == row.id).count();
    let mut by_command: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.row == row.id) {
        let (runs, held) = by_command.entry(line.command).or_default();
        *runs += 1;
        *held += usize::from(line.wrong.is_empty());
    }
    let counts: Vec<String> =
        by_command.iter().map(|(command, (runs, held))| format!("{command} {held}/{runs}")).collect();
    let note = if row.note.is_empty() { String::new() } else { format!("\n      note: {}", row.note) };
    format!("{:<4}  {:<72} {cases:>3} cases: {}{note}", row.id, row.what, counts.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "printed with one decimal")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
