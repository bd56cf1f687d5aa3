"""Passages of talk by how related they are to a newsletter's item (goal nDCG10 .86)."""
import nearness


def run(bench):
    nearness.rankings(bench, "t3_cross")
