"""What compression of streams saves and costs: `python -m benchmarks.compression`.

Lists of so many rows, as a page would be patched with them: bytes on the wire without and with it, and the processor
time of making what is sent, once for all streams, and of what each stream adds.
"""

from __future__ import annotations

import time

from htpy import li, ul

from plugins.datastar import encode_patch_elements
from plugins.http._gzip import Blocks, Gzip

STREAMS = 1_000


def frame(rows: int, turn: int) -> bytes:
    """One patch."""
    items = [li(f"#row-{number}.row", data_n=number)[f"Row {number} of turn {turn}"] for number in range(rows)]
    return encode_patch_elements(str(ul("#list")[items]))


def measure(rows: int) -> tuple[int, int, float, float]:
    """Bytes before and after, and microseconds for the first stream and for each of the others."""
    blocks = Blocks()
    streams = [Gzip(blocks) for _ in range(STREAMS)]
    first, others = [], []
    for turn in range(20):
        data = frame(rows, turn)
        begun = time.process_time()
        sent = streams[0].write(data)
        between = time.process_time()
        for stream in streams[1:]:
            stream.write(data)
        others.append((time.process_time() - between) / (STREAMS - 1))
        first.append(between - begun)
    return len(data), len(sent), sorted(first)[10] * 1e6, sorted(others)[10] * 1e6


if __name__ == "__main__":
    print("| rows | bytes | compressed | once, us | for each stream, us |")
    print("|---:|---:|---:|---:|---:|")
    for rows in (1, 5, 30, 300):
        before, after, once, each = measure(rows)
        print(f"| {rows} | {before:,} | {after:,} | {once:.0f} | {each:.2f} |")
