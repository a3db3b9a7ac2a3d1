"""Compares how programs of other makers read deepcall's CSV and TSV. Run by .ci/readers; the argument is deepcall."""

import csv, gzip, http.server, io, json, os, pathlib, random, re, subprocess, sys, tempfile, threading
import xml.etree.ElementTree as xml

import duckdb, pandas, polars

DEEPCALL = sys.argv[1]
DOCS = pathlib.Path("docs/scripting.md")
MESSAGES = [
    "plain", "", " ", " leading and trailing ", "comma, semicolon; pipe | tab-less", 'say "hi"', '"', '""', '"""', '"a",b',
    'a "b', '5" pipe', "'quoted'", "'", "it's", "back\\slash", "\\t", "\\n", '\\"', "\\N", "\\", "#comment", "NA", "N/A",
    "null", "NULL", "None", "nan", "NaN", "inf", "true", "False", "007", "1e5", "1_000", "0x10", "1,234.5", "12.50",
    "2026-11-28", "11:30", "1/2", "+91 98765 43210", "+919876543210", "+1 (555) 010-0199", "-5", "+5.25", "नमस्ते, कृपया",
    "日本語", "صلاح", "👨‍👩‍👧‍👦", "é", "{\"a\": [1, \"b\"]}", "[1,2]", "a=b", "a:b", "a.b", "http://x/?a=1&b=\"2\"", "%n{}$()`x`",
]
FORMULAS = [
    "=1+1", '"=1+1"', '"=1+1', "'=1+1", " =1+1", ' "=1+1"', "\t=1+1", "\r\n=1+1", "\ufeff=1+1", "\u200b=1+1", "\u00a0=1+1",
    "\u3000=1+1", "＝1+1", "+1+1", "-1+1", "@SUM(1,1)", "＋1+1", "－1+1", "＠SUM(1)", "+91-1+cmd|' /C calc'!A0", '""=1+1', "''=1+1",
    "=HYPERLINK(\"http://x\",\"y\")", "=cmd|' /C calc'!A0", "“=1+1”", "＂=1+1", "−1+1", "\0=1+1", "\x1b=1+1", "+", "-", "--1",
]
RANDOM = random.Random(20)
MESSAGES += ["".join(RANDOM.choices("ab\"'\\,;|# =+-@\té०日", k=RANDOM.randrange(9))) for _ in range(400)]
# Formulas are for the comparison of the guarded files alone.
UNGUARDED = [text for text in MESSAGES if "\t" not in text]


class DeepCall(http.server.BaseHTTPRequestHandler):
    messages = []

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        data = [{"_id": f"m{at}", "createdAt": 1795421400 + at, "message": text} for at, text in enumerate(self.messages)]
        body = json.dumps({"status": "success", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def deepcall(messages, *options):
    DeepCall.messages = messages
    environment = {"DEEPCALL_SERVER": f"http://127.0.0.1:{SERVER.server_port}", "DEEPCALL_SSID": "readers", "HOME": FOLDER}
    command = [DEEPCALL, "tags", "--since", "@0", "--sort", "time", "-q", *options]
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout.decode()


def by_python(text, delimiter):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def by_miller(text, delimiter):
    options = ["--icsv", "--ifs", delimiter, "--ojson", "--infer-none", "--no-auto-unflatten", "cat"]
    rows = json.loads(subprocess.run(["mlr", *options], input=text, capture_output=True, text=True, check=True).stdout)
    return [list(rows[0])] + [list(row.values()) for row in rows]


def by_pandas(text, delimiter):
    frame = pandas.read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False)
    return [list(frame.columns)] + frame.to_numpy().tolist()


def by_polars(text, delimiter):
    frame = polars.read_csv(text.encode(), separator=delimiter, infer_schema=False)
    return [frame.columns] + without_null(frame.rows())


def without_null(rows):
    """polars and DuckDB take an empty cell for null."""
    return [["" if cell is None else cell for cell in row] for row in rows]


def by_duckdb(text, delimiter):
    path = in_a_file(text, delimiter)
    read = duckdb.sql(f"from read_csv('{path}', delim = '{delimiter}', quote = '\"', escape = '\"', header = true, all_varchar = true)")
    return [read.columns] + without_null(read.fetchall())


def in_a_file(text, delimiter):
    path = os.path.join(FOLDER, "read.csv" if delimiter == "," else "read.tsv")
    with open(path, "w", newline="") as file:
        file.write(text)
    return path


def by_libreoffice(text, delimiter):
    """As text, the way that the import dialogue offers for each column."""
    columns = "/".join(f"{column}/2" for column in range(1, len(by_python(text, delimiter)[0]) + 1))
    options = ["--infilter=CSV:%d,34,76,1,%s" % (ord(delimiter), columns)]
    to = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false"
    return by_python(soffice(text, delimiter, options, to, "csv"), ",")


def soffice(text, delimiter, options, to, ending):
    path = in_a_file(text, delimiter)
    out = os.path.join(FOLDER, "converted")
    home = f"-env:UserInstallation=file://{FOLDER}/libreoffice"
    command = ["soffice", "--headless", home, "--convert-to", to, *options, "--outdir", out, path]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    return (pathlib.Path(out) / f"read.{ending}").read_text()


def gnumeric_cells(text, delimiter):
    path, out = in_a_file(text, delimiter), os.path.join(FOLDER, "read.gnumeric")
    importer = "--import-type=Gnumeric_stf:stf_csvtab"
    subprocess.run(["ssconvert", importer, path, out], capture_output=True, check=True, timeout=300)
    space = "{http://www.gnumeric.org/v10.dtd}"
    return xml.fromstring(gzip.open(out).read()).iter(f"{space}Cell")


def by_gnumeric(text, delimiter):
    """It has no option that reads all as text: what it takes for a number, a date or a formula is left out."""
    rows = [["" for _ in row] for row in by_python(text, delimiter)]
    for cell in gnumeric_cells(text, delimiter):
        value = cell.text or ""
        is_text = cell.get("ValueType") == "60"
        rows[int(cell.get("Row"))][int(cell.get("Col"))] = value if is_text else NOT_TEXT
    return rows


NOT_TEXT = object()
READERS = {
    "Python csv": by_python,
    "Miller": by_miller,
    "pandas": by_pandas,
    "polars": by_polars,
    "DuckDB": by_duckdb,
    "LibreOffice": by_libreoffice,
    "Gnumeric": by_gnumeric,
}


def is_alike(reader, cell, wanted, delimiter):
    if reader != "Gnumeric":
        return cell == wanted
    # It takes the mark before a text for its own, and drops it. In a file with tabs it also drops spaces at the ends.
    if delimiter == "\t":
        return cell is NOT_TEXT or cell.strip(" '") == wanted.strip(" '")
    return cell is NOT_TEXT or cell == wanted.removeprefix("'")


def differences(reader, read, wanted, delimiter):
    if len(read) != len(wanted):
        return [f"{len(read)} rows instead of {len(wanted)}"]
    pairs = [pair for rows in zip(read, wanted, strict=True) for pair in zip(*rows, strict=True)]
    return [f"{cell!r} instead of {other!r}" for cell, other in pairs if not is_alike(reader, cell, other, delimiter)]


def formulas(text, delimiter):
    """How many cells the spreadsheets would calculate, opened as they are."""
    in_gnumeric = sum(1 for cell in gnumeric_cells(text, delimiter) if not cell.get("ValueType") and not cell.get("ExprID"))
    options = ["--infilter=CSV:%d,34,76,1" % ord(delimiter)]
    # Formulas are calculated where the user says so: the last but one switch of the filter.
    options[0] += ",,0,false,true,false,false,false,-1,true"
    in_libreoffice = soffice(text, delimiter, options, "fods", "fods").count("table:formula=")
    return {"LibreOffice": in_libreoffice, "Gnumeric": in_gnumeric}


def recipe_of_sql():
    """The SQL of docs/scripting.md runs as it stands, in DuckDB, over a stream of events."""
    sql = re.search(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL).group(1)
    command = [DEEPCALL, "watch", "--sandbox", "--json", "--timeout", "4s"]
    events = subprocess.run(command, capture_output=True, env={"HOME": FOLDER}).stdout
    (pathlib.Path(FOLDER) / "events.ndjson").write_bytes(events)
    os.chdir(FOLDER)
    rows = duckdb.sql(sql).fetchall()
    assert rows, "the recipe finds events"
    try:
        duckdb.sql(sql.replace('"at"', "at"))
    except duckdb.Error:
        return
    print("DuckDB no longer reserves the word at; docs/scripting.md may say so")


with tempfile.TemporaryDirectory() as FOLDER:
    SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DeepCall)
    threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    table, failed = [], False
    for name, messages, options in [
        ("as sent", UNGUARDED, ["--csv-raw"]),
        ("guarded", MESSAGES + FORMULAS, []),
        ("+extra", MESSAGES + FORMULAS, ["--columns", "+id,+extra,+fields"]),
    ]:
        for format, delimiter in [("csv", ","), ("tsv", "\t")]:
            text = deepcall(messages, "-o", format, *options)
            wanted = by_python(text, delimiter)
            if name == "as sent":
                sent = [row[3] for row in wanted[1:]]
                assert sent == messages, [pair for pair in zip(sent, messages) if pair[0] != pair[1]]
            row = [f"{format}, {name}"]
            for reader, read in READERS.items():
                found = differences(reader, read(text, delimiter), wanted, delimiter)
                failed |= bool(found)
                row.append(f"{len(found)} differ" if found else "alike")
                for difference in found[:5]:
                    print(f"{format}, {name}, {reader}: {difference}", file=sys.stderr)
            if name == "guarded":
                raw = formulas(deepcall(messages, "-o", format, "--csv-raw"), delimiter)
                guarded = formulas(text, delimiter)
                assert min(raw.values()) > 0, f"the spreadsheets calculate what is not guarded: {raw}"
                failed |= any(guarded.values())
                row.append(", ".join(f"{reader} {guarded[reader]} of {raw[reader]}" for reader in raw))
            table.append(row)
    recipe_of_sql()

widths = [max(len(cell) for cell in column) for column in zip(["", *READERS], *(row[: len(READERS) + 1] for row in table))]
for row in [["", *READERS, "formulas calculated"], *table]:
    print("  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0])).rstrip())
sys.exit(failed)
