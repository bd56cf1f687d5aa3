"""Sentences of a meeting by whether they prove the same point (goal nDCG10 .41)."""
import nearness


def run(bench):
    nearness.rankings(bench, "t3_sibling")
