"""A worker that speaks as the llm worker does, without a model, and fails where it is told to."""

from __future__ import annotations

import os
import signal
import sys
import time

from desktop_app.workers.serve import serve

FAULTS = dict(word[2:].partition("=")[::2] for word in sys.argv[1:])


def main() -> int:
    own = True

    def template(op, emit):
        emit({"stage": "template"})
        if own and FAULTS.get("template-dies-in") == op:
            os._exit(1)

    def load(arguments, emit, cancelled):
        nonlocal own
        if "die-on-load" in FAULTS:
            os.kill(os.getpid(), signal.SIGSEGV)
        own = arguments["own_template"]
        emit({"loaded": 0})
        template("load", emit)
        return {"context": arguments["options"]["context"], "notice": ""}

    def generate(arguments, emit, cancelled):
        template("generate", emit)
        emit({"prompt": 5, "reused": 2})
        for count in range(20):
            if str(count) == FAULTS.get("die-after"):
                os.kill(os.getpid(), signal.SIGSEGV)
            if str(count) == FAULTS.get("hang-after"):
                time.sleep(60)
            if cancelled():
                break
            emit({"text": f"word{count} "})
        figures = ("prompt_tokens", "reused_tokens", "new_tokens", "first_token_ms", "generate_ms")
        reason = "cancelled" if cancelled() else "stop"
        return {"reason": reason, "notice": "", **dict.fromkeys(figures, 1)}

    def count_tokens(arguments, emit, cancelled):
        return {"counts": [len(text.split()) for text in arguments["texts"]]}

    def prompt_tokens(arguments, emit, cancelled):
        template("prompt_tokens", emit)
        return {"count": len(arguments["messages"]), "ids": []}

    operations = (load, generate, count_tokens, prompt_tokens)
    return serve({operation.__name__: operation for operation in operations})


if __name__ == "__main__":
    sys.exit(main())
