"""Runs a program on a terminal of its own, and answers what it asks.

    terminal.py QUESTION=ANSWER … -- PROGRAM ARGUMENT …

Prints all that the program showed, and ends with its exit code. A question that is not asked within 60 seconds ends it.
"""
import os
import pty
import select
import sys
import time

at = sys.argv.index("--")
questions = [pair.split("=", 1) for pair in sys.argv[1:at]]
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[at + 1], sys.argv[at + 1 :])

shown, seen = b"", 0
deadline = time.monotonic() + 60
while True:
    ready, _, _ = select.select([terminal], [], [], 1)
    if not ready:
        if time.monotonic() > deadline:
            sys.stdout.buffer.write(shown)
            sys.exit("not asked: " + repr(questions))
        continue
    try:
        bytes_ = os.read(terminal, 4096)
    except OSError:
        bytes_ = b""
    if not bytes_:
        break
    shown += bytes_
    if questions and questions[0][0].encode() in shown[seen:]:
        seen = len(shown)
        # What is typed before the echo is off would be shown.
        time.sleep(0.3)
        os.write(terminal, questions.pop(0)[1].encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
