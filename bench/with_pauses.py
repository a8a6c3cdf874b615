"""Run a module, and note how long its garbage collections hold it up.

python with_pauses.py FILE MODULE [ARGUMENT…]: FILE gets the longest pause so far, in
seconds, whenever there is a longer one. SIGUSR1 asks for a full collection now. What
counts is this thread's own time: nothing else runs in it, and neighbours do not count.
"""

import gc
import os
import runpy
import signal
import sys
import time
from pathlib import Path


class Pauses:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._began = 0.0
        self._longest = 0.0

    def __call__(self, phase: str, _details: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
            return
        pause = time.thread_time() - self._began
        if pause > self._longest:
            self._longest = pause
            self._file.write_text(f"{pause:.6f}")


_, file, module, *arguments = sys.argv
gc.callbacks.append(Pauses(Path(file).resolve()))
signal.signal(signal.SIGUSR1, lambda _number, _stack: gc.collect())
sys.argv = [module, *arguments]
sys.path[0] = str(Path.cwd())
os.environ["PYTHONPATH"] = str(Path.cwd())
runpy.run_module(module, run_name="__main__", alter_sys=True)
