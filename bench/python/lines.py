"""Serves a function over lines: one JSON command in, one JSON answer out, until stdin ends."""
import json
import sys


def serve(answer):
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(answer(json.loads(line))), flush=True)
