"""Five passages of a whole episode against what careful readers marked (goal P5 .40, grade5 .32, near5 .60, junk5 .01)."""
import peers


def run(bench):
    documents = bench.input("t5_insight")
    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t5_insight", peers.predictions(documents, rate)))
    more = bench.input("t5_train")
    rows = bench.rows("episodes", documents + more, counted=True)
    for figures in bench.train("episode", rows, bench.gold("t5_insight"), bench.gold("t5_train"), "--only-check"):
        bench.line("podbrief, " + figures.pop("how"), figures)
