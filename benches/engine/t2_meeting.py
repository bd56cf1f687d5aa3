"""Each sentence of a meeting by whether people pointed at it (goal AP .35)."""
import peers


def run(bench):
    documents = bench.input("t2_meeting")

    def by(rate):
        rated = [(d, rate([item["text"] for item in d["items"]])) for d in documents]
        return [{"doc": d["doc"], "scores": {item["id"]: float(s) for item, s in zip(d["items"], scores)}} for d, scores in rated]

    for name, rate in peers.all_of(bench.quick).items():
        bench.line(name, bench.score("t2_meeting", by(rate)))
    bench.line("trained TF-IDF, five folds", bench.score("t2_meeting", trained(bench, documents)))
    for how, held_out in bench.held_out("conversation", ("t1_meeting", "t2_meeting")):
        bench.line(f"podbrief, {how}", bench.score("t2_meeting", held_out("worthiness", documents)))


def trained(bench, documents):
    """Logistic regression on words and pairs of them, as a peer that learns from the same marks would."""
    import json

    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    with open(bench.gold("t2_meeting"), encoding="utf-8") as file:
        marked = {g["doc"]: set(g["pos"]) for g in map(json.loads, file)}
    out = []
    for fold in range(5):
        seen = [(item["text"], item["id"] in marked[d["doc"]]) for n, d in enumerate(documents) if n % 5 != fold for item in d["items"]]
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        model = LogisticRegression(C=2, max_iter=300).fit(words.fit_transform([t for t, _ in seen]), [m for _, m in seen])
        for d in documents[fold::5]:
            scores = model.decision_function(words.transform([item["text"] for item in d["items"]]))
            out.append({"doc": d["doc"], "scores": {item["id"]: float(s) for item, s in zip(d["items"], scores)}})
    return out
