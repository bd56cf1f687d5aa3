"""Five utterances of a meeting against what people marked as evidence (goal P5 .51)."""
import peers


def run(bench):
    documents = bench.input("t1_meeting")
    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t1_meeting", peers.predictions(documents, rate)))
    others = bench.input("t2_meeting")
    rows = bench.rows("meetings", documents + others, counted=False)
    golds = (bench.gold("t1_meeting"), bench.gold("t2_meeting"))
    for figures in bench.train("conversation", rows, *golds, "--only-check"):
        bench.line("podbrief, " + figures.pop("how"), figures)
