"""Code that ends, stalls or fills what it runs in: each costs its own exercise and no other."""

from __future__ import annotations

from typing import Any

from corpus.cases import NOTHING, UNGRADED, VICTIM, Lab, case

HOG = "hoard = []\nwhile True:\n    hoard.append(bytearray(1 << 24))"


@case(VICTIM, "exited with status 3")
def exits(lab: Lab) -> Any:
    return lab.with_body("os._exit(3)")


@case(VICTIM, "exited with status 4")
def exits_in_the_cell(lab: Lab) -> Any:
    return lab.beside_victim(after="import os\nos._exit(4)")


@case(VICTIM)
def asks_to_exit(lab: Lab) -> Any:
    return lab.with_body("raise SystemExit('done')")


@case(VICTIM)
def interrupts(lab: Lab) -> Any:
    return lab.with_body("raise KeyboardInterrupt")


@case(VICTIM, "signal 6")
def aborts(lab: Lab) -> Any:
    return lab.with_body("os.abort()")


@case(VICTIM, "signal 9")
def kills_itself(lab: Lab) -> Any:
    return lab.with_body("os.kill(os.getpid(), 9)")


@case(VICTIM, "signal 11")
def reads_nowhere(lab: Lab) -> Any:
    return lab.with_body("import ctypes", "ctypes.string_at(1)")


@case(VICTIM, "limit for a problem")
def never_ends(lab: Lab) -> Any:
    return lab.with_body("while True:", "    pass")


@case(VICTIM, "limit for a problem")
def sleeps(lab: Lab) -> Any:
    return lab.with_body("import time", "time.sleep(1000)")


@case(VICTIM, "limit for a problem")
def never_ends_in_compiled_code(lab: Lab) -> Any:
    return lab.with_body("return pow(3, 10**9)")


@case(VICTIM, "limit for a problem")
def swallows_every_exception(lab: Lab) -> Any:
    return lab.with_body(
        "import signal",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "while True:",
        "    try:",
        "        while True: pass",
        "    except BaseException: pass",
    )


@case(VICTIM, "limit for a cell")
def cell_never_ends(lab: Lab) -> Any:
    return lab.beside_victim(after="while True:\n    pass")


@case()
def added_cell_never_ends(lab: Lab) -> Any:
    return lab.with_cell("while True:\n    pass")


@case(VICTIM)
def calls_itself_for_ever(lab: Lab) -> Any:
    return lab.with_body("return VICTIM(*args)")


@case(VICTIM)
def calls_itself_until_the_stack_is_full(lab: Lab) -> Any:
    return lab.with_body("import sys", "sys.setrecursionlimit(10**9)", "return VICTIM(*args)")


@case(VICTIM, "(?i)memory")
def takes_all_memory(lab: Lab) -> Any:
    return lab.with_body(*HOG.splitlines())


@case(VICTIM, "(?i)memory")
def takes_all_memory_in_the_cell(lab: Lab) -> Any:
    return lab.with_victim(HOG)


@case()
def added_cell_takes_all_memory(lab: Lab) -> Any:
    return lab.with_cell(HOG)


@case(VICTIM)
def forks_for_ever(lab: Lab) -> Any:
    return lab.with_body("while True:", "    os.fork()")


@case()
def leaves_children_behind(lab: Lab) -> Any:
    return lab.with_cell(
        "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        time.sleep(1000)"
    )


@case(VICTIM)
def starts_threads_for_ever(lab: Lab) -> Any:
    return lab.with_body(
        "import threading, time",
        "while True:",
        "    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
    )


@case(VICTIM)
def opens_files_for_ever(lab: Lab) -> Any:
    return lab.with_body("files = []", "while True:", "    files.append(open(os.devnull))")


@case(VICTIM)
def fills_the_disk(lab: Lab) -> Any:
    return lab.with_body(
        "for number in range(10**6):",
        "    with open(f'{number}', 'wb') as file:",
        "        file.write(bytes(1 << 22))",
    )


@case(VICTIM)
def fills_the_pipes(lab: Lab) -> Any:
    return lab.with_body(
        "import socket",
        "held = []",
        "while True:",
        "    held.append(socket.socketpair())",
        "    held[-1][0].setblocking(False)",
        "    try:",
        "        while True: held[-1][0].send(bytes(1 << 16))",
        "    except BlockingIOError: pass",
    )


@case()
def prints_without_end(lab: Lab) -> Any:
    return lab.beside_victim(after="for _ in range(200):\n    print('x' * 100_000)")


@case()
def thread_prints_for_ever(lab: Lab) -> Any:
    return lab.with_cell(
        "import threading, time\n\n\ndef chatter():\n    while True:\n        print('still here')\n"
        "        time.sleep(0.001)\n\n\nthreading.Thread(target=chatter, daemon=True).start()"
    )


@case(NOTHING)
def timer_that_fires_in_a_later_cell(lab: Lab) -> Any:
    return lab.with_cell(
        "import os, threading\nthreading.Timer(0.02, os._exit, (1,)).start()",
        at=lab.place("exercise", lab.victim),
    )


@case(NOTHING)
def alarm_that_fires_in_a_later_cell(lab: Lab) -> Any:
    return lab.with_cell(
        "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.05)",
        at=lab.place("exercise", lab.victim),
    )


@case(NOTHING)
def memory_left_behind_for_the_others(lab: Lab) -> Any:
    return lab.with_cell("left_behind = bytearray(300 << 20)")


@case(VICTIM)
def closes_the_line(lab: Lab) -> Any:
    return lab.with_body("os.closerange(0, 100)", "return 1")


@case(VICTIM)
def writes_onto_the_line(lab: Lab) -> Any:
    return lab.with_body("os.write(4, b'S220' + bytes(1000))", "return 1")


@case(VICTIM)
def answers_without_end(lab: Lab) -> Any:
    return lab.with_body("while True: yield 1")


@case(VICTIM)
def answers_with_what_contains_itself(lab: Lab) -> Any:
    return lab.with_body("found = []", "found.append(found)", "return found")


@case(VICTIM)
def answers_with_gigabytes(lab: Lab) -> Any:
    return lab.with_body("import numpy", "return numpy.zeros((1 << 14, 1 << 14))")


@case(VICTIM)
def answers_with_a_shape_of_gigabytes(lab: Lab) -> Any:
    return lab.with_body("import torch", "return torch.zeros(1).expand(1 << 20, 1 << 20)")


@case(VICTIM, "no memory left")
def raises_for_want_of_memory(lab: Lab) -> Any:
    return lab.with_victim("raise MemoryError('no memory left')")


@case(NOTHING)
def import_that_explodes_in_the_parser(lab: Lab) -> Any:
    return lab.with_cell("import " + ".".join(["a"] * 90_000))


@case(NOTHING)
def text_that_explodes_in_the_parser(lab: Lab) -> Any:
    return lab.with_cell("x = f'" + "{a}" * 60_000 + "'")


@case(VICTIM)
def number_of_thousands_of_digits(lab: Lab) -> Any:
    return lab.with_victim("VICTIM = 0x" + "f" * 4000)


@case()
def number_of_thousands_of_digits_beside_the_answer(lab: Lab) -> Any:
    return lab.beside_victim(after="large = 0x" + "f" * 4000)


@case(VICTIM)
def brackets_without_end(lab: Lab) -> Any:
    return lab.with_victim("VICTIM = " + "(" * 100_000)


@case(UNGRADED, "another lab|too much time or memory|cut short|not a notebook")
def numbers_without_end(lab: Lab) -> Any:
    return b'{"cells": 1' + b"0" * 100_000 + b"}"
