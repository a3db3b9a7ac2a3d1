"""Lets terminals measure texts and a table of deepcall. Run by .ci/terminals with the program's path.

With "inside TEXTS MEASURED" as arguments it runs in a terminal, and asks it where the cursor is after each text."""

import fcntl, http.server, json, os, pty, re, struct, subprocess, sys, tempfile, termios, threading, time, tty

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
CUSTOMER = "9198000000"


def inside(texts, measured):
    """The cursor's column after each text, by CSI 6n; the answer of a terminal is all that is believed."""
    with open(texts) as file:
        texts = json.load(file)
    saved = termios.tcgetattr(0)
    tty.setraw(0)
    columns = []
    for text in texts:
        os.write(1, f"\r\x1b[2K{text}\x1b[6n".encode())
        answer = b""
        while not answer.endswith(b"R"):
            answer += os.read(0, 1)
        columns.append(int(re.search(rb"\x1b\[\d+;(\d+)R", answer).group(1)) - 1)
    termios.tcsetattr(0, termios.TCSANOW, saved)
    with open(measured + ".part", "w") as file:
        json.dump(columns, file)
    os.rename(measured + ".part", measured)


def vte(command):
    import gi

    gi.require_version("Gtk", "3.0"), gi.require_version("Vte", "2.91")
    from gi.repository import GLib, Gtk, Vte

    window, terminal = Gtk.Window(), Vte.Terminal()
    window.add(terminal), window.show_all()
    terminal.connect("child-exited", lambda *_: Gtk.main_quit())
    terminal.spawn_async(Vte.PtyFlags.DEFAULT, None, command, None, GLib.SpawnFlags.DEFAULT, None, None, -1, None, None, None)
    Gtk.main()


def measured_by(start, texts):
    with tempfile.TemporaryDirectory() as folder:
        asked, measured = os.path.join(folder, "texts"), os.path.join(folder, "measured")
        with open(asked, "w") as file:
            json.dump(texts, file)
        process = start(["/usr/bin/python3", os.path.abspath(__file__), "inside", asked, measured], folder)
        until = time.monotonic() + 60
        while not os.path.exists(measured):
            assert time.monotonic() < until, "the terminal gives no answer"
            time.sleep(0.05)
        process.wait()
        with open(measured) as file:
            return json.load(file)


def quiet(command):
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


TERMINALS = {
    "tmux": lambda command, folder: quiet(["tmux", "-u", "-f", "/dev/null", "-S", f"{folder}/socket", "new-session", "-d", "-x", "80", "-y", "24", *command]),
    "xterm": lambda command, _: quiet(["xvfb-run", "-a", "xterm", "-u8", "-e", *command]),
    "VTE": lambda command, _: quiet(["xvfb-run", "-a", "/usr/bin/python3", os.path.abspath(__file__), "vte", *command]),
}


class DeepCall(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        tags = [
            {"id": f"id-{at}", "createdAt": 1_795_000_000 + at, "type": text, "customer": f"{CUSTOMER}{at:02}"}
            for at, text in enumerate(CLUSTERS.values())
        ]
        reply = json.dumps({"status": "success", "code": 200, "data": tags}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


def table(program):
    """The lines of a table with each cluster in the first column, as the program prints them for a terminal."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), DeepCall)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 80, 0, 0))
    with tempfile.TemporaryDirectory() as home:
        variables = {"HOME": home, "TERM": "xterm", "NO_COLOR": "1", "DEEPCALL_SSID": "of-a-simulated-session"}
        variables["DEEPCALL_SERVER"] = f"http://127.0.0.1:{server.server_port}"
        words = "tags -q --since @0 --sort time --columns kind,customer".split()
        process = subprocess.Popen([program, *words], env=variables, cwd=home, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    output = b""
    try:
        while chunk := os.read(control, 4096):
            output += chunk
    except OSError:  # The program has left its terminal.
        pass
    assert process.wait() == 0, output.decode()
    return output.decode().splitlines()


def main(program):
    heading, *rows = table(program)
    wanted = heading.index("CUSTOMER")
    assert len(rows) == len(CLUSTERS), rows
    before = [row[: row.index(CUSTOMER)] for row in rows]
    columns = {name: measured_by(start, [*CLUSTERS.values(), *before]) for name, start in TERMINALS.items()}
    print("columns of".ljust(34), *(name.rjust(6) for name in columns), " in a table, the next column is at")
    crooked = 0
    for at, (name, row) in enumerate(zip(CLUSTERS, before)):
        alone = [terminal[at] for terminal in columns.values()]
        starts = [terminal[len(CLUSTERS) + at] for terminal in columns.values()]
        is_straight = set(starts) == {wanted}
        crooked += not is_straight
        shown = "" if row.split()[-1] == CLUSTERS[list(CLUSTERS)[at]] else f"shown as {row.split()[-1]}"
        verdict = str(wanted) if is_straight else f"{starts}, not {wanted}"
        print(name.ljust(34), *(str(each).rjust(6) for each in alone), f"  {verdict}", shown)
    print(f"{len(rows)} rows, {crooked} of them crooked in a terminal")
    sys.exit(crooked > 0)


match sys.argv[1:]:
    case ["inside", texts, measured]:
        inside(texts, measured)
    case ["vte", *command]:
        vte(command)
    case [program]:
        main(os.path.abspath(program))
