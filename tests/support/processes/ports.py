"""Ports of this machine for processes that listen a moment later.

They lie below those that the kernel gives to outgoing connections (from 32,768 on): any of those may be taken between asking and listening.
Temporal's tables on PostgreSQL, too, have room for numbers below 2^15 alone.
"""

import itertools
import os
import socket
from contextlib import suppress

LOWEST, END = 10_000, 2**15
_tried = itertools.count(os.getpid() * 61)  # processes that ask at the same time start far from one another


def free_port() -> int:
    """One that this process has not been given before."""
    return free_ports(1)[0]


def free_ports(count: int) -> range:
    """So many, each after the one before."""
    while True:
        first = LOWEST + next(_tried) % (END - LOWEST - count)
        ports = range(first, first + count)
        if all(_free(port) for port in ports):
            for _ in ports[1:]:
                next(_tried)
            return ports


def _free(port: int) -> bool:
    with socket.socket() as attempt, suppress(OSError):
        attempt.bind(("127.0.0.1", port))
        return True
    return False


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
