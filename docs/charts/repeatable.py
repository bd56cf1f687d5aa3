#!/usr/bin/env python3
"""repeatable.py > repeatable.svg: docs/picks.md, how often readers would repeat a claim, by what the odds say. No libraries."""
# Log odds from, to; claims; share repeatable to the first reader and to the second.
BINS = [(-3, -1, 37, 0.14, 0.08), (-1, -0.5, 17, 0.12, 0.18), (-0.5, 0, 19, 0.37, 0.32), (0, 0.5, 10, 0.40, 0.40), (0.5, 1, 17, 0.53, 0.53), (1, 3, 10, 0.80, 0.80)]
WIDTH, HEIGHT, LEFT, TOP, HIGH = 640, 300, 60, 46, 190


def text(x, y, words, anchor="middle", size=12, colour="#222"):
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def main():
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
           "<title>The higher the odds, the more often two readers would repeat the claim: from one in ten to eight in ten</title>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           text(LEFT, 24, "Share of claims that a reader would repeat, by their log odds", "start", 14)]
    step = (WIDTH - LEFT - 20) / len(BINS)
    for value in (0, 0.2, 0.4, 0.6, 0.8):
        level = TOP + HIGH * (1 - value)
        out += [f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{level:.1f}" y2="{level:.1f}" stroke="#e2e8f0"/>', text(LEFT - 8, level + 4, f"{value:.0%}", "end", 11)]
    for n, (low, high, claims, *shares) in enumerate(BINS):
        for k, (share, colour) in enumerate(zip(shares, ("#2b6cb0", "#90cdf4"))):
            x, y = LEFT + n * step + 14 + k * 34, TOP + HIGH * (1 - share)
            out += [f'<rect x="{x:.1f}" y="{y:.1f}" width="30" height="{HIGH * share:.1f}" fill="{colour}"/>', text(x + 15, y - 4, f"{share:.0%}", size=11)]
        middle = LEFT + n * step + 46
        out += [text(middle, TOP + HIGH + 18, f"{low:g} to {high:g}".replace("-", "−")), text(middle, TOP + HIGH + 34, f"{claims} claims", size=11, colour="#718096")]
    out += [text(LEFT, HEIGHT - 10, "dark: first reader, light: second", "start", 11, "#718096"), "</svg>"]
    print("\n".join(out))


if __name__ == "__main__":
    main()
