"""tmux, xterm and VTE, as a program in them sees them: it writes, and they answer. What xterm and VTE have painted can be
read back, cell by cell."""

import fcntl, functools, os, pty, re, select, struct, subprocess, termios, time, tty, unicodedata

PATIENCE = 30
ROWS = 30


@functools.cache
def base(character):
    """What of a cell is compared: xterm gives neither its marks nor the upper half of its number."""
    return unicodedata.normalize("NFD", chr(ord(character) & 0xFFFF))[0]


def row_of(cells):
    """VTE gives nothing for cells behind the last that was painted."""
    painted = len(cells)
    while painted and cells[painted - 1] == "":
        painted -= 1
    return cells[:painted] + [" "] * (len(cells) - painted)


class Terminal:
    """This process has the end of the pseudo-terminal that a program in the terminal would have."""

    def __init__(self, tty_name):
        self.end = os.open(tty_name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.end)

    def work(self, seconds):
        """Lets the terminal read and write for a moment."""
        select.select([self.end], [], [], seconds)

    def write(self, sent):
        until = time.monotonic() + PATIENCE
        while sent:
            try:
                sent = sent[os.write(self.end, sent) :]
            except BlockingIOError:
                assert time.monotonic() < until, f"{type(self).__name__} takes no bytes"
                self.work(0.001)

    def ask(self, question, answer, times=1):
        """Writes the question, and returns the groups of so many answers."""
        self.write(question.encode())
        until, read, caught = time.monotonic() + PATIENCE, b"", []
        while len(caught) < times:
            assert time.monotonic() < until, f"{type(self).__name__} answers {read} to {question!r}"
            self.work(0.01)
            try:
                read += os.read(self.end, 1 << 20)
            except BlockingIOError:
                continue
            answers = list(re.finditer(answer, read))
            caught += [found.groups() for found in answers]
            read = read[answers[-1].end() :] if answers else read
        return caught

    def paint(self, written):
        """Returns when all of it is painted."""
        self.write(written)
        self.ask("\x1b[5n", rb"\x1b\[0n")

    def columns_of(self, text):
        """Where the cursor is after the text."""
        return int(self.ask(f"\r\x1b[2K{text}\x1b[6n", rb"\x1b\[\d+;(\d+)R")[0][0]) - 1


class Tmux(Terminal):
    def __init__(self, folder):
        self.tmux = ["tmux", "-u", "-f", "/dev/null", "-S", f"{folder}/socket"]
        session = ["new-session", "-d", "-x", "80", "-y", str(ROWS), "-P", "-F", "#{pane_tty}", "exec sleep infinity"]
        super().__init__(subprocess.check_output([*self.tmux, *session], text=True).strip())

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], check=True)


class Xterm(Terminal):
    # The sums of cells are the characters themselves, also of blanks.
    RESOURCES = {"checksumExtension": "23", "allowWindowOps": "true", "font": "fixed"}

    def __init__(self, _folder):
        control, end = pty.openpty()
        words = [word for name, value in self.RESOURCES.items() for word in ("-xrm", f"*{name}:{value}")]
        name = os.ttyname(end)
        tty.setraw(end)
        words = ["xterm", "-u8", *words, "-geometry", f"80x{ROWS}", f"-S{os.path.basename(name)}/{control}"]
        self.process = subprocess.Popen(words, pass_fds=[control], stderr=subprocess.DEVNULL)
        # xterm writes the number of its window first.
        os.read(end, 1024)
        super().__init__(name)
        os.close(end), os.close(control)

    def resize(self, columns):
        self.write(f"\x1b[8;{ROWS};{columns}t".encode())
        until = time.monotonic() + PATIENCE
        while self.ask("\x1b[18t", rb"\x1b\[8;(\d+);(\d+)t") != [(b"%d" % ROWS, b"%d" % columns)]:
            assert time.monotonic() < until, f"xterm does not become {columns} columns wide"

    def cells(self, columns):
        """A character for each cell of each row; for the second column of a wide one, nothing."""
        ask = "".join(f"\x1b[1;1;{y};{x};{y};{x}*y" for y in range(1, ROWS + 1) for x in range(1, columns + 1))
        sums = [int(each, 16) for each, in self.ask(ask, rb"\x1bP1!~([0-9A-F]{4})\x1b\\", ROWS * columns)]
        # The second column of a wide character has a number of its own.
        cells = ["" if each == 0xFFFF else base(chr(each)) for each in sums]
        return [row_of(cells[start : start + columns]) for start in range(0, len(cells), columns)]

    def close(self):
        self.process.terminate(), self.process.wait()


class Vte(Terminal):
    def __init__(self, _folder):
        import gi

        gi.require_version("Gtk", "3.0"), gi.require_version("Vte", "2.91")
        from gi.repository import GLib, Gtk, Vte

        # What is called to read its cells is deprecated, and the function that replaces it is in newer versions alone.
        GLib.log_set_handler("VTE", GLib.LogLevelFlags.LEVEL_WARNING, lambda *_: None)
        self.loop, self.terminal, self.pty = Gtk, Vte.Terminal(), Vte.Pty.new_sync(Vte.PtyFlags.DEFAULT, None)
        self.terminal.set_pty(self.pty)
        self.resize(80)
        # TIOCGPTN: the number of the other end.
        number = fcntl.ioctl(self.pty.get_fd(), 0x80045430, b"\0" * 4)
        super().__init__(f"/dev/pts/{struct.unpack('I', number)[0]}")

    def work(self, seconds):
        # Its loop is in this process.
        until = time.monotonic() + seconds
        while self.loop.events_pending() or time.monotonic() < until:
            self.loop.main_iteration_do(False)
            if select.select([self.end], [], [], 0)[0]:
                return

    def resize(self, columns):
        self.terminal.set_size(columns, ROWS)

    def cells(self, columns):
        # Its rows are counted from the beginning of what it remembers, and the cursor's also from the top of the screen.
        row = int(self.ask("\x1b[6n", rb"\x1b\[(\d+);\d+R")[0][0]) - 1
        top = self.terminal.get_cursor_position()[1] - row

        def cell(x, y):
            text = self.terminal.get_text_range(top + y, x, top + y, x + 1, None)[0].rstrip("\n")
            return base(text[0]) if text else ""

        return [row_of([cell(x, y) for x in range(columns)]) for y in range(ROWS)]

    def close(self):
        """It ends with this process."""
