"""Five passages of a whole episode against what careful readers marked (goal P5 .40, grade5 .32, near5 .60, junk5 .01)."""
import peers


def run(bench):
    documents = bench.input("t5_insight")
    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t5_insight", peers.predictions(documents, rate)))
    both = ("t5_insight", "t5_train")
    for how, held_out in bench.held_out("episode", both, "--counted"):
        bench.line(f"podbrief, {how}", bench.score("t5_insight", held_out("salience", documents)))
        if how != "those of several readers left out":
            more = bench.input("t5_train")
            figures = [bench.score(task, held_out("salience", d)) for task, d in (("t5_insight", documents), ("t5_train", more))]
            parts = (len(documents), len(more))
            mean = {k: sum(f[k] * n for f, n in zip(figures, parts)) / sum(parts) for k in figures[0]}
            bench.line("  with those of t5_train", mean)
