"""What pyte, a terminal model, makes of bytes: prints its lines, then fails if anything but painting happened."""

import sys

import pyte

columns, rows = int(sys.argv[1]), int(sys.argv[2])
screen = pyte.Screen(columns, rows)
answers = []
screen.write_process_input = answers.append
modes = set(screen.mode)
stream = pyte.ByteStream(screen)
stream.feed(sys.stdin.buffer.read().replace(b"\n", b"\r\n"))
assert not answers, f"the terminal was made to answer {answers}"
assert not screen.title and not screen.icon_name, "the title was changed"
assert set(screen.mode) == modes, "a mode was changed"
assert screen.margins is None, "the scroll region was changed"
for line in screen.display:
    print(line.rstrip())
