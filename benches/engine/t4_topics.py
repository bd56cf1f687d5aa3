"""The label that fits a stretch of talk, from the labels' descriptions alone (goal macroF1 .68)."""
import json

import nearness
import numpy as np


def run(bench):
    path = bench.data / "t4_topics" / "labels.json"
    labels = json.loads(path.read_text(encoding="utf-8"))
    said = [f"{label['label']}: {label['description']}" for label in labels]
    texts = bench.input("t4_topics")

    def best(near):
        picks = [{"id": t["id"], "label": labels[at]["label"]} for t, at in zip(texts, np.argmax(near, axis=1))]
        return bench.score("t4_topics", picks)

    encoder = nearness.Encoder(bench.bin)
    bench.line("TF-IDF", best(nearness.tfidf([t["text"] for t in texts], said)))
    bench.line("encoder alone", best(encoder.vectors([t["text"] for t in texts]) @ encoder.vectors(said).T))
    encoder.close()
    bench.line("podbrief", bench.score("t4_topics", bench.podbrief("eval", "topics", "--labels", str(path), lines=texts)))
