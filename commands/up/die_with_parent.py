"""Runs a program that dies with its parent: `python die_with_parent.py PARENT_PID PROGRAM ARGUMENT…`. Nothing is imported that takes time.

On Linux the kernel kills the program when `redress up` is gone, however that died; elsewhere it only becomes the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - it becomes the program; no shell is meant


if __name__ == "__main__":
    main()
