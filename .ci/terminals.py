"""Lets tmux, xterm and VTE measure texts, and finds each column of tables and of the board in xterm and VTE at every width.

Run by .ci/terminals with the program's path, on an X server."""

import fcntl, http.server, json, os, pty, re, select, struct, subprocess, sys, tempfile, termios, threading, time, unicodedata

from terminal_models import PATIENCE, ROWS, Tmux, Vte, Xterm, base

WIDTHS = range(40, 201)
CLUSTERS = {
    "Bengali ka + aa (U+09BE)": "কা", "Bengali ka + i (U+09BF)": "কি", "Bengali ka + o (U+09CB)": "কো",
    "Bengali au length mark (U+09D7)": "ক\u09d7", "Bengali ka + ya": "ক্য", "Tamil ka + aa (U+0BBE)": "கா",
    "Tamil ka + i (U+0BBF)": "கி", "Tamil ka + o (U+0BCA)": "கொ", "Tamil ksha": "க்ஷ", "Tamil ka + pulli": "க்",
    "Devanagari ka + aa": "का", "Devanagari ka + i": "कि", "Devanagari ka + u": "कु", "Devanagari ksha": "क्ष",
    "Devanagari ste": "स्ते", "Devanagari stri": "स्त्री", "Devanagari ka, ZWJ, sha": "क्\u200dष", "Malayalam ka + aa": "കാ",
    "Malayalam ka + o (U+0D4A)": "കൊ", "Malayalam dot reph (U+0D4E)": "\u0d4eക", "Kannada ka + uu (U+0CC2)": "ಕೂ",
    "Kannada length mark (U+0CD5)": "ಕ\u0cd5", "Oriya ka + aa (U+0B3E)": "କା", "Sinhala ka + aa (U+0DCF)": "කා",
    "Telugu ksha": "క్ష", "Gujarati ka + aa": "કા", "Gurmukhi ka + aa": "ਕਾ", "Thai ko + sara am": "กำ",
    "Arabic lam-alef": "لا", "Arabic ba + fatha": "بَ", "Arabic with ZWNJ": "می\u200cخ", "CJK": "日",
    "half-width katakana + mark": "ｶﾞ", "full-width letter": "Ａ", "Hangul": "한", "Hangul in jamo": "\u1112\u1161\u11ab",
    "Hangul tone mark": "한\u302e", "e + acute": "e\u0301", "emoji": "👍", "skin tone": "👍🏽", "family (ZWJ)": "👨‍👩‍👧‍👦",
    "woman technologist (ZWJ)": "👩‍💻", "flag": "🇮🇳", "one regional indicator": "🇮", "heart": "❤", "heart + VS16": "❤️",
    "keycap": "1️⃣", "watch + VS15": "⌚\ufe0e", "emoji of Unicode 15": "🩷", "trigram": "☰", "ellipsis": "…",
}
# What deepcall shows of a character that terminals measure differently.
INSTEAD = {"\u200d": "", "\ufe0e": "", "\ufe0f": "", "🏽": "", "🩷": r"\u{1fa77}", "☰": r"\u{2630}"}
AGENTS = 26
STARTED = time.time()


def several(at, count):
    """Clusters in a row. All agents together have each of them."""
    texts = list(CLUSTERS.values())
    return " ".join(texts[(at * 2 + more) % len(texts)] for more in range(count))


NAMES = [f"{at:02} {several(at, 2)}" for at in range(AGENTS)]
REASONS = [several(at, 3) for at in range(AGENTS)]
KINDS = [several(at, 2) for at in range(AGENTS)]
MESSAGES = [f"{several(at, 4)} and {several(at, 4)}" for at in range(AGENTS)]
CUSTOMERS = [f"9198000000{at:02}" for at in range(AGENTS)]


class DeepCall(http.server.BaseHTTPRequestHandler):
    """Everybody is on break, and has one tag."""

    def do_POST(self):
        ssid = json.loads(self.rfile.read(int(self.headers["content-length"])))["ssid"]
        at = int(ssid.rsplit("-", 1)[1])
        data = {"response": 0}
        if self.path.endswith("agentOnBreak"):
            start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(STARTED - 60 - at))
            data = {"on_break": 1, "breakDetail": {"reason": REASONS[at], "startTime": start}}
        elif self.path.endswith("tags"):
            tag = {"id": f"id-{at:02}", "createdAt": int(STARTED), "type": KINDS[at], "message": MESSAGES[at]}
            data = [tag | {"customer": CUSTOMERS[at], "agentName": NAMES[at]}]
        reply = json.dumps({"status": "success", "code": 200, "data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


class Running:
    """A program on a terminal of its own, whose output goes on to the terminals that paint it."""

    def __init__(self, words, variables, folder, columns):
        self.control, end = pty.openpty()
        self.resize(columns)
        self.process = subprocess.Popen(
            words, env=variables, cwd=folder, stdin=end, stdout=end, stderr=end, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(end)

    def resize(self, columns):
        fcntl.ioctl(self.control, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))

    def press(self, key):
        os.write(self.control, key)

    def read(self):
        """What is written next; nothing at the end."""
        assert select.select([self.control], [], [], PATIENCE)[0], "deepcall writes nothing"
        try:
            return os.read(self.control, 1 << 20)
        except OSError:
            return b""

    def all(self, code=0):
        written = b"".join(iter(self.read, b""))
        assert self.process.wait() == code, f"exit code {self.process.returncode}: {written.decode()}"
        os.close(self.control)
        return written

    def frame(self):
        """One frame of the board, or several."""
        written = b""
        while not written.endswith(b"\x1b[?2026l"):
            more = self.read()
            assert more, f"the board has ended: {written.decode()}"
            written += more
        return written


class Home:
    """A folder with a profile for each agent."""

    def __init__(self, program, folder):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DeepCall)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.program, self.folder = program, folder
        self.variables = {"HOME": folder, "TERM": "xterm-256color", "DEEPCALL_STORE": "file"}
        self.variables["DEEPCALL_SERVER"] = f"http://127.0.0.1:{server.server_port}"
        team = "".join(f"agent-{at:02}\tof-a-simulated-session-{at:02}\n" for at in range(AGENTS))
        words = [program, *"login -q --from-file - --no-verify --allow-http".split()]
        subprocess.run(words, env=self.variables, cwd=folder, input=team, text=True, check=True, stdout=subprocess.DEVNULL)

    def start(self, line, columns):
        return Running([self.program, *line.split()], self.variables, self.folder, columns)


class Fault(Exception):
    """What is wrong with a screen."""


def check(is_right, fault):
    if not is_right:
        raise Fault(fault)


def shown(text):
    """The text as its cells are compared."""
    text = "".join(INSTEAD.get(character, character) for character in text)
    # The vowels and finals of Hangul are painted into the columns of the consonant before them.
    takes_none = lambda one: unicodedata.category(one) in ("Mn", "Me", "Cf") or "\u1160" <= one <= "\u11ff"
    return "".join(base(character) for character in text if not takes_none(character))


def shows(cell, text):
    """Whether the cell has the text, whole or cut."""
    return cell == shown(text) or (cell.endswith("…") and shown(text).startswith(cell[:-1]))


def flat(row):
    """The row with a sign in place of a second column, so that places in it are columns."""
    return "".join(cell or "\0" for cell in row)


def headings(row):
    """Name, first column and the one after the last."""
    return [(found.group(), *found.span()) for found in re.finditer(r"\S+(?: \S+)*", flat(row))]


def below(headings, row, right_aligned, may_lack=()):
    """What is below each heading. It begins where its heading does, or ends there, and has two blanks on that side; before the
    first there may be a mark."""
    text, found = flat(row), {}
    for at, (name, start, end) in enumerate(headings):
        is_last = at + 1 == len(headings)
        if name in right_aligned:
            cell = text[: end].rsplit("  ", 1)[-1]
            is_straight = cell and cell[-1] != " " and text[end : end + 2].strip() == ""
        else:
            cell = text[start:].rstrip() if is_last else text[start:].split("  ")[0]
            is_straight = cell and cell[0] not in " \0" and (at == 0 or text[start - 2 : start] == "  ")
        if not is_straight and name in may_lack:
            continue
        check(is_straight, f"nothing straight below {name}: {text.rstrip()!r}")
        found[name] = cell.replace("\0", "")
    return found


def judge_lines(cells, names):
    """The rows of a table, which must be as many as there are agents, below headings of these names."""
    title, rows = headings(cells[0]), cells[1 : AGENTS + 1]
    check([name for name, *_ in title][:2] == names[:2], f"headings {title}")
    check(all(flat(row).strip() for row in rows), "rows are missing")
    check(not any(flat(row).strip() for row in cells[AGENTS + 1 :]), "a line is wrapped")
    return [below(title, row, ["FOR"]) for row in rows]


def judge_tags(cells):
    for found in judge_lines(cells, ["KIND", "CUSTOMER"]):
        at = CUSTOMERS.index(found["CUSTOMER"])
        check(shows(found["KIND"].removeprefix("· "), KINDS[at]), f"kind of {at}: {found}")
        check(shows(found.get("MESSAGE", shown(MESSAGES[at])), MESSAGES[at]), f"message of {at}: {found}")
        check(found.get("ID", f"id-{at:02}") == f"id-{at:02}", f"id of {at}: {found}")


def judge_status(cells):
    counts = flat(cells.pop(0)).rstrip()
    check(counts == f"{AGENTS} agents: {AGENTS} on break", f"counts {counts!r}")
    for found in judge_lines(cells, ["PROFILE", "STATE"]):
        at = int(found["PROFILE"].removeprefix("agent-"))
        check(found["STATE"] == "‖ on break", f"state of {at}: {found}")
        check(shows(found.get("REASON", shown(REASONS[at])), REASONS[at]), f"reason of {at}: {found}")
        check(is_length(found["FOR"]), f"length of {at}: {found}")
        tag = re.sub(r", [^,]*$", "", found.get("LAST TAG", "…"))
        check(shows(tag.replace(",…", "…"), f"· {KINDS[at]}"), f"tag of {at}: {found}")


def is_length(text):
    return re.fullmatch(r"(≥ )?\d+ (s|min|h)( \d\d (s|min))?", text)


FLOOR_KEYS = "? keys   q quit   e events   / filter   Enter open   s sort   f keep order"
EVENTS_KEYS = "? keys   Esc back   q quit   / filter   ↑ ↓ scroll"
# From so many columns on, the events are beside the agents, half the width each but for three columns between them.
WIDE = 190


def judge_edges(cells, keys):
    """Title, tally and keys; returns what is between them."""
    texts, columns = [flat(row) for row in cells], len(cells[0])
    check(re.fullmatch(r"26 .*\S", texts[0]), f"title {texts[0]!r}")
    check(columns < 80 or re.search(r" \d\d:\d\d:\d\d$", texts[0]), f"no clock at the right edge: {texts[0]!r}")
    check(re.fullmatch(r"‖.* 26 .*\bsort: away", texts[1]), f"tally {texts[1]!r}")
    foot = texts[-1].rstrip()
    check(foot and f"{keys}   ".startswith(f"{foot}   "), f"keys {texts[-1]!r}")
    return cells[2:-1]


def judge_floor(cells, more):
    """`more` is what the line below the agents says, if not all of them have room."""
    body, columns = judge_edges(cells, FLOOR_KEYS), len(cells[0])
    if columns < WIDE:
        judge_events(judge_agents(body, more, False))
        return
    divider = (columns - 3) // 2 + 1
    is_straight = all(row[divider - 1 : divider + 2] == [" ", "│", " "] for row in body)
    check(is_straight, f"the divider is not in column {divider}")
    judge_agents([row[: divider - 1] for row in body], more, True)
    judge_events([row[divider + 2 :] for row in body])


def judge_all_events(cells):
    judge_events(judge_edges(cells, EVENTS_KEYS))


def judge_agents(page, more, has_all):
    """Returns what is below them."""
    title = headings(page[0])
    check([name for name, *_ in title][:2] == ["agent", "state"] and title[0][1] == 3, f"headings {title}")
    count = next((at for at, row in enumerate(page[1:]) if row[1] != "‖"), len(page) - 1)
    for row in page[1 : count + 1]:
        found = below(title, row, ["for", "left"], may_lack=["left"])
        at = int(found["agent"][:2])
        check(shows(found["agent"], NAMES[at]), f"name of {at}: {found}")
        check(found["state"] == "on break", f"state of {at}: {found}")
        check(shows(found.get("reason", shown(REASONS[at])), REASONS[at]), f"reason of {at}: {found}")
        check(is_length(found["for"]), f"length of {at}: {found}")
        check(re.fullmatch(r"\d\d:\d\d", found.get("since", "00:00")), f"beginning of {at}: {found}")
        tag = re.sub(r"^· (\d\d:\d\d)? *(now|\d+ (s|min)) ", "", found.get("last tag", "…"))
        check(shows(tag, KINDS[at]) or shows(tag, MESSAGES[at]), f"tag of {at}: {found}")
    if has_all:
        check(count == AGENTS, f"{count} agents have a row")
        return []
    line = flat(page[count + 1]).strip()
    check(line == more.format(AGENTS - count), f"below {count} agents is {line!r}")
    return page[count + 2 :]


def judge_events(part):
    """Mark, time, name and words, each in one column."""
    check(re.fullmatch(rf"── {AGENTS} events ─+", flat(part[0])), f"line above the events {flat(part[0])!r}")
    event = re.compile(r" · ([^·]+(?:· [^·]+?)?)  (\d\d .*?)\0?  +(\S.*?) *")
    rows = [event.fullmatch(flat(row)) for row in part[1:] if flat(row).strip()]
    check(rows and all(rows), f"no events: {[flat(row) for row in part[1:]]}")
    for row in rows:
        at, name, words = int(row[2][:2]), row[2].replace("\0", ""), row[3].replace("\0", "")
        check(shows(name, NAMES[at]), f"name {name!r} of event {at}")
        # It is cut at the right edge; the customer comes after the message.
        check(shows(words, f"{MESSAGES[at]}  {CUSTOMERS[at]}"), f"words {words!r} of event {at}")
        check((row.start(2), row.start(3)) == (rows[0].start(2), rows[0].start(3)), f"event {at} is crooked: {row[0]!r}")


def measure_texts(terminals):
    """Prints the columns of each text, and returns how many texts have different ones as they are shown."""
    print("columns of".ljust(34), *(name.rjust(6) for name in terminals), "  as shown")
    disagreed = 0
    for name, text in CLUSTERS.items():
        alone = [terminal.columns_of(text) for terminal in terminals.values()]
        instead = "".join(INSTEAD.get(character, character) for character in text)
        as_shown = [terminal.columns_of(instead) for terminal in terminals.values()]
        agree = len(set(as_shown)) == 1
        disagreed += not agree
        verdict = (as_shown[0] if agree else as_shown, "" if instead == text else instead)
        print(name.ljust(34), *(str(each).rjust(6) for each in alone), "  ", *verdict)
    print(f"{len(CLUSTERS)} texts, {disagreed} of them measured differently as they are shown\n")
    return disagreed


def judged(cells, judge, *more):
    """What is wrong, if anything is."""
    try:
        judge(cells, *more)
    except Fault as fault:
        return str(fault)


TABLES = {
    "tags": ("tags -q --all --sort time --columns kind,customer,message,id", judge_tags),
    "status": ("status -q", judge_status),
}
# The keys that lead there, Backspace from the last to the first.
PAGES = {
    "board, first agents": (b"\x7f\x1b[H", judge_floor, "and {} more"),
    "board, last agents": (b"\x1b[F", judge_floor, "{} more above, 0 below"),
    "board, all events": (b"e", judge_all_events),
}
# A frame may have been begun before the size was another, or the key was pressed.
FRAMES = 6


def measure_widths(home, terminals):
    """The fault of each drawing in each terminal at each width; None where there is none."""
    faults = {}
    board = home.start("watch --all --interval 5s", WIDTHS[0])
    resize = lambda columns: [terminal.resize(columns) for terminal in terminals.values()]
    resize(WIDTHS[0])
    has_all = False
    while not has_all:
        frame = board.frame()
        for terminal in terminals.values():
            terminal.paint(frame)
            has_all = re.match(rf"‖ (on break )?{AGENTS} ", flat(terminal.cells(WIDTHS[0])[1]))
    for columns in WIDTHS:
        resize(columns), board.resize(columns)
        for what, (keys, *judge) in PAGES.items():
            board.press(keys)
            for _ in range(FRAMES):
                frame = board.frame()
                for name, terminal in terminals.items():
                    terminal.paint(frame)
                    faults[what, name, columns] = judged(terminal.cells(columns), *judge)
                if not any(faults[what, name, columns] for name in terminals):
                    break
                # No key of the board, but there is a frame after it.
                board.press(b"Z")
    board.press(b"q"), board.all(code=130)
    for columns in WIDTHS:
        resize(columns)
        for what, (line, judge) in TABLES.items():
            written = home.start(line, columns).all()
            for name, terminal in terminals.items():
                terminal.paint(b"\x1b[2J\x1b[H" + written)
                faults[what, name, columns] = judged(terminal.cells(columns), judge)
    return faults


def ranges(widths):
    """40-80, 82, 84-200"""
    starts = [width for width in widths if width - 1 not in widths]
    ends = [width for width in widths if width + 1 not in widths]
    return ", ".join(str(start) if start == end else f"{start}-{end}" for start, end in zip(starts, ends)) or "none"


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        terminals = {"tmux": Tmux(folder), "xterm": Xterm(folder), "VTE": Vte(folder)}
        disagreed = measure_texts(terminals)
        terminals.pop("tmux").close()
        faults = measure_widths(Home(program, folder), terminals)
        terminals["xterm"].close()
    print("straight at a width of".ljust(34), *(name.ljust(24) for name in terminals))
    for what in [*PAGES, *TABLES]:
        good = ([width for width in WIDTHS if not faults[what, name, width]] for name in terminals)
        print(what.ljust(34), *(ranges(widths).ljust(24) for widths in good))
    wrong = [(*place, fault) for place, fault in faults.items() if fault]
    for what, name, width, fault in wrong:
        print(f"{what} in {name} at {width} columns: {fault}")
    print(f"{len(faults)} screens, {len(wrong)} of them wrong", flush=True)
    # Without GTK's own end, which complains of a terminal without a window.
    os._exit(bool(wrong or disagreed))


main(os.path.abspath(sys.argv[1]))
