#!/usr/bin/env python3
"""choosing.py > choosing.svg: the figures of docs/insight-engine.md, "Choosing", drawn. No libraries."""
PEERS = [("longest sentences", 0.147), ("TF-IDF sum", 0.133), ("Luhn", 0.120), ("TextRank", 0.093), ("LexRank", 0.040), ("encoder centroid", 0.040)]
OURS = [("boosted trees, no vectors", 0.351), ("words and pairs, logistic", 0.364), ("one linear model", 0.436), ("the picker: five linear models", 0.445)]
CURVE = [(6, 0.338), (12, 0.363), (25, 0.388), (49, 0.445)]
WIDTH, HEIGHT, GOAL = 860, 330, 0.40


def text(x, y, words, anchor="start", size=12, colour="#222"):
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def bars(x, y, wide):
    out = [text(x, y, "Share of five picks that a reader marked", size=14)]
    left, scale = x + 190, (wide - 240) / 0.5
    for n, (name, value) in enumerate(PEERS + OURS):
        at = y + 16 + 25 * n
        colour = "#9aa5b1" if n < len(PEERS) else "#2b6cb0"
        out.append(text(left - 8, at + 14, name, "end"))
        out.append(f'<rect x="{left}" y="{at}" width="{value * scale:.1f}" height="18" fill="{colour}"/>')
        out.append(text(left + value * scale + 6, at + 14, f"{value:.3f}"[1:]))
    goal, bottom = left + GOAL * scale, y + 16 + 25 * len(PEERS + OURS)
    out.append(f'<line x1="{goal:.1f}" x2="{goal:.1f}" y1="{y + 10}" y2="{bottom}" stroke="#c05621" stroke-dasharray="4 3"/>')
    out.append(text(goal, bottom + 14, "goal", "middle", colour="#c05621"))
    return out


def curve(x, y, wide, high):
    import math

    out = [text(x, y, "What more marked episodes bring", size=14)]
    place = lambda n, v: (x + 30 + (wide - 50) * math.log(n / 5) / math.log(60 / 5), y + 20 + high * (0.5 - v) / 0.25)
    for value in (0.3, 0.35, 0.4, 0.45, 0.5):
        level = place(5, value)[1]
        out.append(f'<line x1="{x + 30}" x2="{x + wide}" y1="{level:.1f}" y2="{level:.1f}" stroke="#e2e8f0"/>')
        out.append(text(x + 24, level + 4, f"{value:.2f}"[1:], "end", 11))
    points = [place(n, v) for n, v in CURVE]
    out.append('<polyline fill="none" stroke="#2b6cb0" stroke-width="2" points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in points) + '"/>')
    for (a, b), (n, _) in zip(points, CURVE):
        out.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="#2b6cb0"/>')
        out.append(text(a, y + 36 + high, str(n), "middle", 11))
    out.append(text(x + wide / 2, y + 54 + high, "episodes learned from", "middle", 11))
    return out


parts = bars(10, 24, 540) + curve(580, 24, 260, 220)
print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">')
print(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
print("\n".join(parts))
print("</svg>")
