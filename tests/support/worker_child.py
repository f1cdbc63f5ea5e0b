"""A worker that does as it is told, good or bad; run as a program by the tests of the host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers import serve as serving
from desktop_app.workers.serve import serve

RAW = os.dup(1)
"""The pipe itself, for what no honest worker writes."""


def echo(arguments, emit, cancelled):
    for number in range(arguments.get("events", 0)):
        emit({"number": number})
    return {"arguments": arguments}


def wait(arguments, emit, cancelled):
    emit({"started": True})
    while not cancelled():
        time.sleep(0.005)
    raise Cancelled


def sleep(arguments, emit, cancelled):
    emit({"started": True})
    time.sleep(arguments["seconds"])
    return {}


def die(arguments, emit, cancelled):
    emit({"last": "word"})
    sys.stderr.write("GGML_ASSERT(n_tokens > 0) failed\n")
    sys.stderr.flush()
    os.kill(os.getpid(), arguments["signal"])


def leave(arguments, emit, cancelled):
    os._exit(arguments["status"])


def fault(arguments, emit, cancelled):
    raise KnownFault("MF2", "Not a model file.", safe="All is well.", action="Go on.", details="x")


def bug(arguments, emit, cancelled):
    return {"quotient": 1 // 0}


def write(arguments, emit, cancelled):
    rest = (arguments["text"] * arguments.get("times", 1)).encode()
    while rest:
        rest = rest[os.write(RAW, rest) :]
    return {}


def noise(arguments, emit, cancelled):
    """Prints as native code does, to the descriptors, and starts a program that lives on."""
    os.write(1, b"native noise\n")
    for number in range(2000):
        sys.stderr.write(f"line {number}\n")
    os.system("echo from a shell")
    assert os.read(0, 10) == b""
    return {}


def inside(arguments, emit, cancelled):
    child = subprocess.run([sys.executable, "-c", "print('out')"], check=True)
    return {
        "flags": sys.flags.safe_path,
        "path": sys.path,
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "interrupt": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
        "child": child.returncode,
    }


def allocate(arguments, emit, cancelled):
    try:
        return {"size": len(bytearray(arguments["bytes"]))}
    except MemoryError:
        return {"size": 0}


def huge(arguments, emit, cancelled):
    return {"text": "x" * 17_000_000}


if __name__ == "__main__":
    if "--no-serving" in sys.argv:
        sys.exit(3)
    serving.LEAVE_AFTER = 0.3
    operations = [echo, wait, sleep, die, leave, fault, bug, write, noise, inside, allocate, huge]
    idle_calls = []
    sys.exit(
        serve(
            {
                **{operation.__name__: operation for operation in operations},
                "idles": lambda *_: {"count": len(idle_calls)},
            },
            idle=lambda: idle_calls.append(1),
        )
    )
