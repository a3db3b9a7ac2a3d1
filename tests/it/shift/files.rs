//! The files of a shift, read by programs of other makers: a workbook by calamine, a page by Python's reader of HTML.

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use calamine::{Data, Range, Reader, Xlsx};
use serde_json::Value;

use crate::shift::{HOUSE, configured, rows};
use crate::support::InProcess;

const LINE: &str = "shift --sandbox --agents 2";

fn json(house: &InProcess, line: &str) -> Value {
    house.run(&format!("{line} --json")).ended_with(0).json()
}

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    Xlsx::new(Cursor::new(bytes)).unwrap().worksheet_range(name).unwrap()
}

/// The cells of a line under their headings.
fn cell<'s>(sheet: &'s Range<Data>, line: usize, heading: &str) -> &'s Data {
    let headings = sheet.rows().next().unwrap();
    let column = headings.iter().position(|cell| *cell == Data::String(heading.to_owned()));
    &sheet[(line, column.unwrap_or_else(|| panic!("{heading} is not among {headings:?}")))]
}

/// What JSON has, as a sheet has to hold it.
fn holds(cell: &Data, wanted: &Value, heading: &str) {
    let is_same = match (cell, wanted) {
        (Data::Empty, Value::Null) => true,
        (Data::String(text), Value::String(wanted)) => text == wanted,
        (Data::Bool(flag), Value::Bool(wanted)) => flag == wanted,
        (Data::Float(number), Value::Number(wanted)) => (number - wanted.as_f64().unwrap()).abs() < 1e-4,
        (Data::DateTime(length), Value::Number(wanted)) => {
            length.is_duration() && (length.as_f64() * 86_400.0 - wanted.as_f64().unwrap()).abs() < 1e-3
        }
        _ => false,
    };
    assert!(is_same, "{heading}: {cell:?} instead of {wanted}");
}

/// A moment of JSON, which is in the zone of the report, as days since the beginning of 1900 that spreadsheets count.
fn is_moment(cell: &Data, wanted: &Value, heading: &str) {
    if wanted.is_null() {
        return assert_eq!(*cell, Data::Empty, "{heading}");
    }
    let Data::DateTime(moment) = cell else { panic!("{heading}: {cell:?} instead of {wanted}") };
    let local: jiff::civil::DateTime = wanted.as_str().unwrap()[..23].parse().unwrap();
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let read = jiff::civil::date(year.cast_signed(), month.cast_signed(), day.cast_signed()).at(
        hour.cast_signed(),
        minute.cast_signed(),
        second.cast_signed(),
        i32::from(milli) * 1_000_000,
    );
    let apart = read.duration_since(local).as_millis();
    assert!(moment.is_datetime() && apart.abs() <= 1, "{heading}: {read} instead of {local}");
}

#[test]
fn a_workbook_holds_the_figures_of_json_as_numbers_dates_and_texts() {
    a_workbook_has_the_figures(&configured(HOUSE), LINE);
}

pub fn a_workbook_has_the_figures(house: &InProcess, line: &str) {
    let (document, bytes) = (json(house, line), house.run_for_bytes(&format!("{line} -o xlsx")));
    let agents = sheet(&bytes, "Agents");
    let wanted = rows(&document, "agents");
    assert_eq!(agents.height(), wanted.len() + 4, "a heading, the agents, and apart from them the total");
    for (agent, line) in wanted.iter().zip(1..) {
        for (heading, key) in [
            ("Profile", "profile"),
            ("Agent id", "agent_id"),
            ("Covered", "covered_seconds"),
            ("Covered share", "covered_share"),
            ("Breaks", "breaks"),
            ("Break", "break_seconds"),
            ("Break min", "break_seconds_min"),
            ("Break max", "break_seconds_max"),
            ("Allowance", "allowance_seconds"),
            ("Over limit count", "over_limit_count"),
            ("Over limit", "over_limit_seconds"),
            ("Wrapups", "wrapups"),
            ("Wrapup mean", "wrapup_mean_seconds"),
            ("Wrapup p90", "wrapup_p90_seconds"),
            ("Wrapup max", "wrapup_max_seconds"),
            ("Missed customers", "missed_customers"),
            ("Missed not called back", "missed_not_called_back"),
        ] {
            holds(cell(&agents, line, heading), &agent[key], heading);
        }
        let balance = agent["balance_seconds"].as_i64();
        holds(cell(&agents, line, "Balance"), &balance.map(|it| it.max(0)).into(), "Balance");
        holds(cell(&agents, line, "Balance exceeded"), &balance.map(|it| (-it).max(0)).into(), "exceeded");
        holds(cell(&agents, line, "Longest break"), &agent["longest_break"]["seconds"], "Longest break");
        is_moment(cell(&agents, line, "Longest break since"), &agent["longest_break"]["since"], "since");
        for (heading, key) in [("First activity", "first_activity"), ("Last activity", "last_activity")] {
            is_moment(cell(&agents, line, heading), &agent[key], heading);
        }
        for (heading, key) in [("Since", "since"), ("Until", "until")] {
            is_moment(cell(&agents, line, heading), &document[key], heading);
        }
        for (kind, count) in agent["tags_by_kind"].as_object().into_iter().flatten() {
            holds(cell(&agents, line, &format!("Tags: {kind}")), count, kind);
        }
    }
    let total = wanted.len() + 2;
    holds(cell(&agents, total, "Break"), &document["total"]["break_seconds"], "the total of breaks");
    holds(cell(&agents, total, "Wrapups"), &document["total"]["wrapups"], "the total of wrap-ups");
    holds(
        cell(&agents, total + 1, "Covered share"),
        &document["total"]["covered_share_min"],
        "the least that was recorded",
    );
    assert!(
        agents.rows().nth(total - 1).unwrap().iter().all(|cell| *cell == Data::Empty),
        "the total stands apart"
    );
    let (breaks, gaps) = (sheet(&bytes, "Breaks"), sheet(&bytes, "Gaps"));
    let (mut of_breaks, mut of_gaps) = (1, 1);
    for agent in rows(&document, "agents") {
        let mut seconds = 0.0;
        for _ in 0..agent["breaks"].as_u64().unwrap_or(0) {
            holds(cell(&breaks, of_breaks, "Profile"), &agent["profile"], "the agent of a break");
            let Data::DateTime(length) = cell(&breaks, of_breaks, "Length") else {
                panic!("a break without length")
            };
            seconds += length.as_f64() * 86_400.0;
            of_breaks += 1;
        }
        if agent["breaks"].is_u64() {
            holds(&Data::Float(seconds.round()), &agent["break_seconds"], "the sum of the breaks");
        }
        for gap in rows(agent, "gaps") {
            holds(cell(&gaps, of_gaps, "Profile"), &agent["profile"], "the agent of a gap");
            holds(cell(&gaps, of_gaps, "Why"), &gap["why"], "why");
            is_moment(cell(&gaps, of_gaps, "From"), &gap["from"], "From");
            is_moment(cell(&gaps, of_gaps, "To"), &gap["to"], "To");
            of_gaps += 1;
        }
    }
    assert_eq!((breaks.height(), gaps.height()), (of_breaks, of_gaps));
}

/// A day in which the sandbox has an outage.
#[test]
fn a_workbook_has_each_break_and_each_gap() {
    let (house, line) = (configured(HOUSE), format!("{LINE} --since yesterday --until today"));
    a_workbook_has_the_figures(&house, &line);
    let document = json(&house, &line);
    assert!(rows(&document, "agents").iter().all(|agent| rows(agent, "gaps").len() == 1), "an outage a day");
}

#[test]
fn a_workbook_is_for_a_file_and_the_error_shows_how() {
    let ran = InProcess::new().on_terminal(80).run("shift --sandbox -o xlsx").ended_with(2);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("> shift.xlsx"), "{ran}");
}

#[test]
fn what_would_change_nothing_in_a_file_is_refused() {
    for format in ["html", "xlsx"] {
        for option in ["--columns profile", "--no-headers", "--csv-raw"] {
            let ran = InProcess::new().run(&format!("shift --sandbox -o {format} {option}")).ended_with(2);
            assert!(ran.stderr.contains(&format!("but the format is {format}")), "{ran}");
        }
    }
}

#[test]
fn no_other_command_has_pages_and_workbooks() {
    for format in ["html", "xlsx"] {
        let ran = InProcess::new().run(&format!("tags --sandbox -o {format}")).ended_with(2);
        assert!(
            ran.stdout.is_empty() && ran.stderr.contains(format) && ran.stderr.contains("ndjson"),
            "{ran}"
        );
    }
}

/// Prints the tables of a page as JSON: for each its caption and its rows, and whether each cell is a heading.
const READER: &str = "
import html.parser, json, sys
class Reader(html.parser.HTMLParser):
    tables, text, open, seen = [], None, [], set()
    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ('meta', 'br'): self.open.append(tag)
        if tag == 'table': self.tables.append({'caption': '', 'rows': []})
        if tag == 'tr': self.tables[-1]['rows'].append([])
        if tag in ('th', 'td', 'caption'): self.text = ''
        if tag == 'th': assert dict(attrs).get('scope') in ('row', 'col'), attrs
        for name, value in attrs: assert not name.startswith('on') and ':' not in (value or '') or tag == 'meta', (tag, attrs)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        if tag == 'caption': self.tables[-1]['caption'] = self.text
        if tag in ('th', 'td'): self.tables[-1]['rows'][-1].append(self.text)
    def handle_data(self, data):
        if self.text is not None and 'svg' not in self.open: self.text += data
reader = Reader()
reader.feed(sys.stdin.read())
assert not reader.open, reader.open
print(json.dumps({'tables': reader.tables, 'seen': sorted(reader.seen)}))
";

fn read(page: &str) -> Value {
    let python = Command::new("/usr/bin/python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut python = python.unwrap();
    python.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success(), "{page}");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn a_page_is_read_without_scripts() {
    a_page_has_the_cells_of_the_table(&configured(HOUSE), LINE);
}

pub fn a_page_has_the_cells_of_the_table(house: &InProcess, line: &str) {
    let page = house.run(&format!("{line} -o html")).ended_with(0).stdout;
    let markdown = house.run(&format!("{line} -o markdown")).ended_with(0).stdout;
    // What is no border of a cell is kept apart from those that are.
    let markdown = markdown.replace("\\|", "\u{1}").replace('\\', "");
    let document = read(&page);
    assert!(
        !document["seen"]
            .as_array()
            .unwrap()
            .iter()
            .any(|tag| tag == "script" || tag == "link" || tag == "img")
    );
    let tables = rows(&document, "tables");
    assert_eq!(tables.len(), 2);
    let figures = rows(&tables[0], "rows");
    let wanted: Vec<Vec<&str>> = markdown
        .lines()
        .map(|line| {
            line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap().split(" | ").map(str::trim).collect()
        })
        .collect();
    let is_list = |title: &str| ["BY REASON", "TAGS"].contains(&title);
    // Below the headings Markdown has a rule.
    let lines = wanted.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line);
    assert_eq!(figures.len(), wanted.len() - 1);
    for ((line, cells), bars) in lines.zip(figures).zip(rows(&tables[1], "rows")) {
        let own = line.iter().zip(&wanted[0]).filter(|(_, title)| !is_list(title)).map(|(cell, _)| *cell);
        let cells: Vec<&str> = cells.as_array().unwrap().iter().map(|cell| cell.as_str().unwrap()).collect();
        let own: Vec<String> = own.map(|cell| cell.replace('\u{1}', "|")).collect();
        assert_eq!(cells[..own.len()], own[..]);
        let lists = line.iter().zip(&wanted[0]).filter(|(_, title)| is_list(title)).map(|(cell, _)| *cell);
        if line != &wanted[0] {
            assert!(lists.into_iter().all(|list| bars[1].as_str().unwrap().contains(list)), "{bars}");
        }
    }
}

#[test]
fn a_page_of_14_agents_is_at_most_60_kb() {
    let page = configured(HOUSE).run("shift --sandbox -o html").ended_with(0).stdout;
    assert!(page.len() <= 60_000, "{} bytes", page.len());
}
