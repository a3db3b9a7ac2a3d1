//! A screen as an SVG picture: the text stays text, each cell where the terminal had it.
//! The picture brings its own background, so that it reads the same on a light and on a dark page.

use std::fmt::Write;

use crate::support::spacing_marks::undisguised;

/// Width of a cell, in thousandths of a pixel, so that places are exact in every digit.
const CELL_WIDTH: usize = 8_400;
const LINE_HEIGHT: usize = 20;
const MARGIN: usize = 16;
/// From the top of a line to the foot of its letters.
const BASELINE: usize = 15;

/// What a terminal's theme calls its background and its usual text.
pub const BACKGROUND: &str = "#161b22";
pub const TEXT: &str = "#d8dee6";
/// The eight colours of a terminal, in their order. The first is what dimmed text looks like.
pub const PALETTE: [&str; 8] =
    ["#9aa4b0", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#f0f4f8"];

/// What a run of cells looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    color: &'static str,
    background: Option<&'static str>,
    is_bold: bool,
    is_underlined: bool,
}

/// The screen as a picture. `title` is for screen readers.
pub fn picture(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = pixels(usize::from(columns)).0 + 2 * MARGIN + 1;
    let height = usize::from(rows) * LINE_HEIGHT + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>\n\
         text {{ font-family: ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', 'Liberation Mono', monospace; \
         font-size: 14px; white-space: pre; font-variant-emoji: text; }}\n</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n",
        escaped(title)
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let (look, text, cells) = run(screen, row, column, columns);
            draw(&mut svg, look, &text, usize::from(row), usize::from(column), usize::from(cells));
            column += cells;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The cells from here on that look alike. Letters and symbols are not mixed: the font of one may lack the
/// other, and each run is fitted to its cells by itself. Two spaces end a run, so that columns stay straight.
fn run(screen: &vt100::Screen, row: u16, from: u16, columns: u16) -> (Look, String, u16) {
    let cell = |column| screen.cell(row, column).unwrap();
    let text = |column| match cell(column).contents() {
        "" => " ",
        text => text,
    };
    let begins_gap = |column| text(column) == " " && (column + 1 >= columns || text(column + 1) == " ");
    let first = look(cell(from));
    let (mut written, mut column) = (String::new(), from);
    while column < columns && look(cell(column)) == first {
        let is_new_sort = text(column).is_ascii() != text(from).is_ascii();
        if column > from && (is_new_sort || begins_gap(column) != begins_gap(from)) {
            break;
        }
        written.push_str(text(column));
        column += 1;
        // The right half of a wide character belongs to the left one.
        while column < columns && cell(column).is_wide_continuation() {
            column += 1;
        }
    }
    (first, written, column - from)
}

fn look(cell: &vt100::Cell) -> Look {
    let foreground = if cell.dim() { PALETTE[0] } else { color(cell.fgcolor(), TEXT) };
    let background = color(cell.bgcolor(), BACKGROUND);
    let (color, background) =
        if cell.inverse() { (background, foreground) } else { (foreground, background) };
    let background = (background != BACKGROUND).then_some(background);
    Look { color, background, is_bold: cell.bold(), is_underlined: cell.underline() }
}

fn color(color: vt100::Color, usual: &'static str) -> &'static str {
    match color {
        vt100::Color::Default => usual,
        vt100::Color::Idx(index) if index < 16 => PALETTE[usize::from(index % 8)],
        other => panic!("the program uses only the colours that every theme defines, not {other:?}"),
    }
}

fn draw(svg: &mut String, look: Look, text: &str, row: usize, column: usize, cells: usize) {
    let (x, y) = (place(column), MARGIN + row * LINE_HEIGHT);
    let width = length(cells);
    if let Some(background) = look.background {
        let shape = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{LINE_HEIGHT}\"");
        writeln!(svg, "<rect {shape} fill=\"{background}\"/>").unwrap();
    }
    if text.trim().is_empty() {
        return;
    }
    let y = y + BASELINE;
    let weight = if look.is_bold { " font-weight=\"bold\"" } else { "" };
    let line = if look.is_underlined { " text-decoration=\"underline\"" } else { "" };
    let fitted = format!("textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"");
    let text = escaped(&undisguised(text));
    writeln!(svg, "<text x=\"{x}\" y=\"{y}\" {fitted} fill=\"{}\"{weight}{line}>{text}</text>", look.color)
        .unwrap();
}

/// Whole pixels, and thousandths beyond.
fn pixels(cells: usize) -> (usize, usize) {
    (cells * CELL_WIDTH / 1_000, cells * CELL_WIDTH % 1_000)
}

fn place(column: usize) -> String {
    let (whole, rest) = pixels(column);
    decimal(whole + MARGIN, rest)
}

fn length(cells: usize) -> String {
    let (whole, rest) = pixels(cells);
    decimal(whole, rest)
}

fn decimal(whole: usize, thousandths: usize) -> String {
    if thousandths == 0 { whole.to_string() } else { format!("{whole}.{}", thousandths / 100) }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
