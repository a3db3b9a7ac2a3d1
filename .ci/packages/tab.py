"""Presses Tab in an interactive shell of a system in a folder, as a user who has configured nothing.

usage: tab.py ROOT SHELL
"""

import os
import pty
import select
import sys
import time

import pyte

ROOT, SHELL = sys.argv[1:]
START = {
    # Debian's own ~/.bashrc loads bash-completion as below.
    "bash": ["bash", "-i"],
    # compinit is what every guide for zsh begins with.
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--private"],
}
READY = {
    "bash": ". /usr/share/bash-completion/bash_completion; PS1='> '\r",
    "zsh": "autoload -Uz compinit && compinit -u; PS1='> '\r",
    "fish": "function fish_prompt; echo '> '; end\r",
}
TYPED = [("deepcall ta", "deepcall tags"), ("deepcall break-s", "deepcall break-status"), ("deepcall tags -o nd", "ndjson")]


def main():
    process, terminal = pty.fork()
    if process == 0:
        os.chroot(ROOT)
        os.chdir("/home/ann")
        os.initgroups("ann", 1000)
        os.setgid(1000)
        os.setuid(1000)
        variables = {"HOME": "/home/ann", "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        os.execvpe(SHELL, START[SHELL], variables)
    screen = pyte.Screen(80, 24)
    stream = pyte.ByteStream(screen)

    def wait_for(text):
        deadline = time.monotonic() + 60
        while text not in "\n".join(screen.display):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([terminal], [], [], left)[0]:
                sys.exit(f"{SHELL}: {text!r} never came:\n" + "\n".join(screen.display))
            stream.feed(os.read(terminal, 4096))

    os.write(terminal, READY[SHELL].encode())
    wait_for("\n> ")
    for typed, wanted in TYPED:
        os.write(terminal, f"{typed}\t".encode())
        wait_for(wanted)
        os.write(terminal, b"\x15")
        screen.reset()
    os.write(terminal, b"\x04")
    print(f"Tab: {SHELL} completes {len(TYPED)} words")


main()
