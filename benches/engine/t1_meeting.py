"""Five utterances of a meeting against what people marked as evidence (goal P5 .51)."""
import peers


def run(bench):
    documents = bench.input("t1_meeting")
    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t1_meeting", peers.predictions(documents, rate)))
    for how, held_out in bench.held_out("conversation", ("t1_meeting", "t2_meeting")):
        bench.line(f"podbrief, {how}", bench.score("t1_meeting", held_out("salience", documents)))
