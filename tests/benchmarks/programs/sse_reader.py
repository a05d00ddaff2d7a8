"""The least that reads a run's events: httpx, httpx-sse, every event parsed. The baseline of streaming.

`python -m tests.benchmarks.programs.sse_reader URL THREAD COUNT RATE` starts the run and prints one JSON object:
the CPU seconds spent on it, its duration, and the words of the streamed pieces.
"""

from __future__ import annotations

import json
import sys
import time

import httpx
import httpx_sse
from pydantic_core import from_json

from tests.benchmarks.long_threads import run_body


def read(url: str, thread: str, count: int, rate: float) -> dict[str, object]:
    """Run and read; see the module."""
    pieces: list[str] = []
    events = 0
    first: float | None = None
    last = 0.0
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        cpu = time.process_time()
        body = run_body(count, rate)
        with httpx_sse.connect_sse(client, "POST", f"/threads/{thread}/runs/stream", json=body) as source:
            for frame in source.iter_sse():
                if not frame.data:
                    continue
                data = from_json(frame.data)
                events += 1
                if frame.event == "messages":
                    last = time.perf_counter()
                    first = first or last
                    pieces.append(data[0]["content"])
        cpu = time.process_time() - cpu
    return {"cpu": cpu, "seconds": last - (first or last), "events": events, "words": len("".join(pieces).split())}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(read(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))))
