"""What else chooses sentences without a language model: scores for a list of sentences, higher is better."""
import math
import re


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def longest(texts):
    return [len(t.split()) for t in texts]


def lead(texts):
    return [-i for i in range(len(texts))]


def tfidf_sum(texts):
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(stop_words="english", norm=None, sublinear_tf=True).fit_transform(texts or ["-"])
    return list(matrix.sum(axis=1).A1)


def yake_sum(texts):
    import yake

    found = yake.KeywordExtractor(n=1, top=200).extract_keywords(" ".join(texts))
    weight = {k.lower(): -math.log(s + 1e-9) for k, s in found}
    return [sum(weight.get(w, 0) for w in set(words(t))) for t in texts]


def sumy(kind):
    def rate(texts):
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.nlp.stemmers import Stemmer
        from sumy.utils import get_stop_words

        module, name = {
            "lexrank": ("lex_rank", "LexRankSummarizer"),
            "textrank": ("text_rank", "TextRankSummarizer"),
            "luhn": ("luhn", "LuhnSummarizer"),
            "lsa": ("lsa", "LsaSummarizer"),
        }[kind]
        summarizer = getattr(__import__(f"sumy.summarizers.{module}", fromlist=[name]), name)(Stemmer("english"))
        summarizer.stop_words = get_stop_words("english")
        sentences = [Sentence(t, Tokens) for t in texts]
        order = {id(s): i for i, s in enumerate(sentences)}
        rated = {}

        def keep(sentences, _count, rating, *args, **kwargs):
            call = rating if callable(rating) else rating.__getitem__
            rated.update((order[id(s)], call(s, *args, **kwargs)) for s in sentences)
            return ()

        summarizer._get_best_sentences = keep
        summarizer(ObjectDocumentModel([Paragraph(sentences)]), 5)
        return [rated.get(i, 0.0) for i in range(len(texts))]

    return rate


class Tokens:
    """As sumy wants it; its own needs a download."""

    @staticmethod
    def to_words(text):
        return words(text)


def centroid(texts, vectors):
    """Nearest to the middle of the talk, each unlike those before (MMR, 0.7): an order, as scores."""
    import numpy as np

    v = np.asarray(vectors, "f4")
    middle = v.mean(0) / (np.linalg.norm(v.mean(0)) + 1e-9)
    near, like, left, out = v @ middle, np.zeros(len(v)), set(range(len(v))), np.full(len(v), -1e9)
    for place in range(min(5, len(v))):
        best = max(left, key=lambda i: 0.7 * near[i] - 0.3 * like[i])
        out[best] = 5 - place
        left.discard(best)
        like = np.maximum(like, v @ v[best])
    return list(out)


QUICK = {
    "longest": longest,
    "lead": lead,
    "TF-IDF sum": tfidf_sum,
    "YAKE sum": yake_sum,
    "sumy Luhn": sumy("luhn"),
    "sumy LSA": sumy("lsa"),
}
SLOW = {"sumy TextRank": sumy("textrank"), "sumy LexRank": sumy("lexrank")}


def all_of(quick):
    return QUICK if quick else {**QUICK, **SLOW}


def predictions(documents, rate, count=5):
    """The best sentences of each document, one a pick."""
    out = []
    for document in documents:
        said = document["utterances"]
        scores = rate([u["text"] for u in said])
        best = sorted(range(len(said)), key=lambda i: (-scores[i], i))[:count]
        out.append({"doc": document["doc"], "picks": [{"ids": [said[i]["id"]]} for i in best]})
    return out


__all__ = ["all_of", "centroid", "predictions"]
