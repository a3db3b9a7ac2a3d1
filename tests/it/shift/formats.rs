//! Tables at every width, their cells, and the other formats of the same figures.

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use crate::shift::{HOUSE, configured, number, rows, run};
use crate::support::InProcess;

const SIGNS: [char; 5] = ['█', '▒', '·', '?', '!'];

/// The lines of cells, by agent.
fn cells(table: &str) -> Vec<(String, String)> {
    let is_cells = |text: &&str| text.chars().all(|sign| SIGNS.contains(&sign));
    let line = |line: &str| {
        let (name, cells) = line.split_once(' ')?;
        Some((name.to_owned(), Some(cells.trim()).filter(is_cells)?.to_owned()))
    };
    table.lines().filter_map(line).collect()
}

#[test]
fn a_table_has_figures_and_a_line_of_cells() {
    for width in [60, 80, 140] {
        let house = configured(HOUSE).on_terminal(width);
        let ran = house.run("shift --sandbox --agents 4").ended_with(0);
        assert_snapshot!(format!("shift_at_{width}"), ran.stdout);
    }
    assert_snapshot!(
        "shift_in_a_pipe",
        configured(HOUSE).run("shift --sandbox --agents 4").ended_with(0).stdout
    );
}

#[test]
fn every_width_from_60_to_300_columns_has_a_line_of_cells_that_fits() {
    for width in (60..=300).step_by(80).chain([61, 79, 81, 299]) {
        let house = configured(HOUSE).on_terminal(width);
        let ran = house.run("shift --sandbox --agents 2").ended_with(0);
        let widest = ran.stdout.lines().map(UnicodeWidthStr::width).max();
        assert!(widest <= Some(width), "at {width}:\n{ran}");
        let lines = cells(&ran.stdout);
        assert_eq!(lines.len(), 2, "at {width}:\n{ran}");
        let count = lines[0].1.chars().count();
        assert!(lines.iter().all(|(_, cells)| cells.chars().count() == count), "at {width}:\n{ran}");
        // Whole minutes, as many as there is room for: at least half of it.
        assert_eq!(9 * 60 % count, 0, "at {width}: {count}\n{ran}");
        assert!(count * 2 + 30 >= width, "at {width}: {count}\n{ran}");
    }
}

/// The hours of the ruler stand where their cells begin.
#[test]
fn hours_stand_above_their_cells() {
    for width in [60, 80, 140, 200] {
        let ran = configured(HOUSE).on_terminal(width).run("shift --sandbox --agents 1").ended_with(0);
        let (name, cells) = cells(&ran.stdout).remove(0);
        let lines: Vec<&str> = ran.stdout.lines().collect();
        let at = lines.iter().position(|line| line.starts_with(&name) && line.ends_with(&cells)).unwrap();
        let begin = lines[at].width() - cells.chars().count();
        let per_hour = cells.chars().count() / 9;
        let mut seen = 0;
        for (place, hour) in lines[at - 1].match_indices(|digit: char| digit.is_ascii_digit()).step_by(2) {
            let second = &lines[at - 1][place + 1..=place + 1];
            let hour: usize = format!("{hour}{second}").parse().unwrap();
            assert_eq!(place, begin + (hour - 9) * per_hour, "at {width}:\n{ran}");
            seen += 1;
        }
        assert!(seen >= 4, "at {width}:\n{ran}");
    }
}

#[test]
fn cells_are_letters_where_the_locale_has_no_others() {
    let line = "shift --sandbox --agents 2 --columns timeline";
    let usual = configured(HOUSE).run(line).ended_with(0).stdout;
    for (name, value) in [("LC_ALL", "C"), ("LANG", "en_US.ISO-8859-1"), ("LC_CTYPE", "POSIX")] {
        let ascii = configured(HOUSE).with(name, value).run(line).ended_with(0).stdout;
        let twin: String = usual
            .chars()
            .map(|sign| match sign {
                '█' => 'B',
                '▒' => 'w',
                '·' => '.',
                other => other,
            })
            .collect();
        let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&ascii), lines(&twin), "{name}={value}");
        assert!(lines(&ascii).iter().all(|line| line.is_ascii()), "{name}={value}: {ascii}");
    }
    let unicode = configured(HOUSE).with("LANG", "C").with("LC_ALL", "en_IN.UTF-8").run(line).ended_with(0);
    assert_eq!(unicode.stdout, usual);
}

#[test]
fn colour_adds_nothing_to_the_letters() {
    let line = "shift --sandbox --agents 3";
    let plain = configured(HOUSE).run(line).ended_with(0).stdout;
    let painted = configured(HOUSE).run(&format!("{line} --color always")).ended_with(0).stdout;
    let mut parts = painted.split('\x1b');
    let first = parts.next().unwrap().to_owned();
    let without = parts.fold(first, |text, part| text + part.split_once('m').unwrap().1);
    assert_ne!(painted, plain);
    assert_eq!(without, plain);
}

#[test]
fn columns_can_be_chosen_and_the_line_of_cells_left_out() {
    let house = configured(HOUSE);
    let ran =
        house.run("shift --sandbox --agents 2 --columns profile,breaks,longest_break.seconds").ended_with(0);
    assert!(
        cells(&ran.stdout).is_empty() && ["PROFILE", "BREAKS"].iter().all(|title| ran.stdout.contains(title)),
        "{ran}"
    );
    let ran = house.run("shift --sandbox --agents 2 --columns timeline").ended_with(0);
    assert!(cells(&ran.stdout).len() == 2 && !ran.stdout.contains("PROFILE"), "{ran}");
    let drawn = cells(&ran.stdout);
    for format in ["markdown", "csv", "tsv"] {
        let ran = house
            .run(&format!("shift --sandbox --agents 2 --columns timeline,gaps -o {format}"))
            .ended_with(0);
        for (_, cells) in &drawn {
            assert!(ran.stdout.replace('\\', "").contains(cells), "{format}: {ran}");
        }
    }
    let ran = house.run("shift --sandbox --agents 2 --no-headers").ended_with(0);
    assert!(!ran.stdout.contains("PROFILE") && !ran.stdout.contains("2026"), "{ran}");
}

#[test]
fn each_format_has_the_figures_of_the_document() {
    rows_have_the_figures(&configured(HOUSE), "shift --sandbox --agents 3");
}

pub fn rows_have_the_figures(house: &InProcess, line: &str) {
    let document = house.run(&format!("{line} --json")).ended_with(0).json();
    let agents = rows(&document, "agents");
    let lines = house.run(&format!("{line} -o ndjson")).ended_with(0).stdout;
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, agents);
    let tsv = house.run(&format!("{line} -o tsv")).ended_with(0).stdout;
    let mut table = tsv.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = table.next().unwrap();
    assert!(names.contains(&"break_seconds_max") && names.contains(&"missed_not_called_back"), "{names:?}");
    let table: Vec<_> = table.collect();
    assert_eq!(table.len(), agents.len(), "a row for each agent, and no total");
    for (cells, agent) in table.iter().zip(agents) {
        for (name, cell) in names.iter().zip(cells) {
            match &agent[*name] {
                serde_json::Value::Null => assert_eq!(*cell, "", "{name}"),
                serde_json::Value::Number(number) => {
                    assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{name}");
                }
                // One that a spreadsheet would calculate has a ' before it.
                serde_json::Value::String(text) => {
                    assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), text, "{name}");
                }
                _ => {}
            }
        }
    }
    let markdown = house.run(&format!("{line} -o markdown")).ended_with(0).stdout;
    assert!(markdown.lines().all(|line| line.starts_with("| ") && line.ends_with(" |")), "{markdown}");
    let columns = |line: &str| line.matches(" | ").count();
    assert!(markdown.lines().all(|line| columns(line) == columns(markdown.lines().next().unwrap())));
    assert_eq!(markdown.lines().count(), 2 + agents.len() + 1, "{markdown}");
}

#[test]
fn a_digest_is_a_few_sentences_of_the_same_figures() {
    let house = configured(HOUSE);
    let ran = house.run("shift --sandbox --agents 3 --digest").ended_with(0);
    assert_snapshot!("shift_digest", ran.stdout);
    let total = &house.run("shift --sandbox --agents 3 --json").ended_with(0).json()["total"];
    for (key, words) in [
        ("breaks", "breaks, together"),
        ("wrapups", "wrap-ups of"),
        ("missed_customers", "customers were missed"),
        ("over_limit_count", "breaks were over their limit"),
    ] {
        assert!(ran.stdout.contains(&format!("{} {words}", number(&total[key]))), "{key}: {ran}");
    }
    for line in ["shift --sandbox --agents 3 --digest", "shift --sandbox --digest --agents 1 --since 1m"] {
        let sentences = run(line).stdout;
        assert!((5..=8).contains(&sentences.lines().count()), "{sentences}");
        assert!(sentences.lines().all(|line| line.ends_with('.')), "{sentences}");
    }
    let masked = house.run("shift --sandbox --agents 3 --digest --mask").ended_with(0);
    assert_eq!(masked.stdout, ran.stdout, "no number of a customer is in it");
    let json = InProcess::new()
        .with("DEEPCALL_OUTPUT", "json")
        .run("shift --sandbox --agents 3 --digest")
        .ended_with(0);
    assert_eq!(json.stdout, run("shift --sandbox --agents 3 --digest").stdout);
}
