"""The savings and the cost of compressed streams: `python -m benchmarks.compression`.

Lists of so many rows are patched as a whole, again and again, each time with another text in a tenth of them. For each
encoding, shared by all streams or with a compressor for each: bytes on the wire of the last patch, the processor time
of each stream, and its memory, in a new process: what is resident, and what is counted as taken.
"""

from __future__ import annotations

import ctypes
import random
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from htpy import li, ul
from werkzeug.datastructures import Accept

from plugins.datastar import encode_patch_elements
from plugins.http._compression import Compression, Compressor, Encoder
from plugins.http._compression.own import OWN
from plugins.http._compression.shared import SHARED

STREAMS = 50
TURNS = 20
ROWS = (1, 30, 300, 1_500)
WAYS = [(name, False) for name in SHARED] + [(name, True) for name in OWN]


def patch(rows: int, turn: int) -> bytes:
    """One of them."""
    items = [
        li(f"#row-{row}.row", data_n=row)[f"Row {row} of turn {turn if (row + turn) % 10 == 0 else 0}"]
        for row in range(rows)
    ]
    return encode_patch_elements(str(ul("#list")[items]))


def encoders(name: str, own: bool, count: int = STREAMS) -> list[Encoder]:
    """Return what so many streams write through."""
    compressor = Compressor(Compression(count * OWN[name].size if own else 0))
    made = [compressor.encoder(Accept([(name, 1)]), []) for _ in range(count)]
    return [one for one in made if one is not None]


def measure(name: str, own: bool, rows: int) -> tuple[int, float, float]:
    """Bytes of the last patch, and microseconds for the first stream and for each of the others."""
    streams = encoders(name, own)
    first, others = [], []
    for turn in range(TURNS):
        data = patch(rows, turn)
        begun = time.process_time()
        sent = streams[0].write(data)
        between = time.process_time()
        for stream in streams[1:]:
            stream.write(data)
        others.append((time.process_time() - between) / (STREAMS - 1))
        first.append(between - begun)
    return len(sent), sorted(first)[TURNS // 2] * 1e6, sorted(others)[TURNS // 2] * 1e6


def large() -> Sequence[bytes]:
    """Return what fills a compressor: pages, and what cannot be compressed."""
    noise = random.Random(1)
    return [*(patch(1_500, turn) for turn in range(5)), noise.randbytes(500_000), noise.randbytes(500_000)]


def usual() -> Sequence[bytes]:
    """Return what a page is patched with."""
    return [patch(300, turn) for turn in range(TURNS)]


def memory(name: str, ask: Callable[[], int], data: Callable[[], Sequence[bytes]]) -> int:
    """Bytes that each of some compressors has taken. Call it in a process of its own."""
    frames = data()
    for one in encoders(name, True, 1):  # what is needed only once
        for frame in frames:
            one.write(frame)
    before = ask()
    kept = encoders(name, True)
    for one in kept:
        for frame in frames:
            one.write(frame)
    return (ask() - before) // len(kept)


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in _FIELDS]


def allocated() -> int:
    """Bytes that this process has asked glibc for, and not given back."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Mallinfo
    found = mallinfo()
    return int(found.uordblks + found.hblkhd)


def alone(name: str, ask: Callable[[], int], data: Callable[[], Sequence[bytes]]) -> int:
    """`memory`, in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(memory, name, ask, data).result()


def main() -> None:
    """Print all of it."""
    sizes = " | ".join(f"{rows:,} row{'s' if rows > 1 else ''}" for rows in ROWS)
    print(f"| | {sizes} | 30 rows: once, each, us | 300 rows: once, each, us | resident, KB | counted, KB |")
    print(f"|---|{'---:|' * (len(ROWS) + 4)}")
    print("| plain | " + " | ".join(f"{len(patch(rows, TURNS)):,}" for rows in ROWS) + " | | | | |")
    for name, own in WAYS:
        found = {rows: measure(name, own, rows) for rows in ROWS}
        times = [f"{each:.0f}" if own else f"{once:.0f}, {each:.1f}" for _, once, each in (found[30], found[300])]
        took = [f"{alone(name, resident, usual) / 1e3:.0f}", f"{OWN[name].size / 1e3:.0f}"] if own else ["0", "0"]
        cells = [f"{size:,}" for size, _, _ in found.values()] + times + took
        print(f"| {name}, {'own' if own else 'shared'} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
