"""Five sentences of a segment against the editors' summary of it (goal ROUGE-1 .340, ROUGE-2 .090). Nothing was learned from these."""
import peers


def run(bench):
    documents = bench.input("t1_podcast")
    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t1_podcast", peers.predictions(documents, rate)))
    bench.line("podbrief", bench.score("t1_podcast", bench.podbrief("eval", "salience", lines=documents)))
