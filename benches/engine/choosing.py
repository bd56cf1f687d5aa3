"""Choosing five passages of 10,000 words, the encoder left out, beside sumy's LexRank (goal: at least 100 times faster)."""
import re
import time

import peers


def run(bench):
    # The first 10,000 words of an episode, the same for both.
    document = max(bench.input("t5_insight"), key=lambda d: sum(len(u["text"].split()) for u in d["utterances"]))
    said, words = [], 0
    for utterance in document["utterances"]:
        if words >= 10_000:
            break
        said.append(utterance)
        words += len(utterance["text"].split())
    print(f"  {words} words, {len(said)} sentences")
    texts = [u["text"] for u in said]
    lexrank = []
    if not bench.quick:
        begun = time.perf_counter()
        peers.SLOW["sumy LexRank"](texts)
        lexrank = [(time.perf_counter() - begun) * 1e3]
        bench.line("sumy LexRank", {"ms": lexrank[0]})
    # Five times in one process, as a server does it; the first fills tables.
    lines = [{**document, "utterances": said}] * 5
    for name, options in (("podbrief, learned picker", []), ("podbrief, plain scorer", ["--no-vectors"])):
        bench.podbrief("eval", "salience", "--times", *options, lines=lines)
        found = re.findall(r": ([\d.]+) ms, of these ([\d.]+) ms", bench.said)
        whole, encoder = min((float(a), float(b)) for a, b in found)
        choosing = min(float(a) - float(b) for a, b in found)
        times = f"{lexrank[0] / choosing:.0f} times faster than LexRank" if lexrank else ""
        bench.line(name, {"choosing ms": choosing, "encoder ms": encoder, "both ms": whole}, times)
