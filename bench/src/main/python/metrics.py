"""The numbers that the tests of the metrics expect, computed by NumPy and SciPy.

Argument: the folder of the caption fixtures (optional). Prints a name and a number a line.
"""

import itertools
import json
import math
import pathlib
import sys
from collections import Counter

import numpy as np
import scipy.linalg
import scipy.stats


def waves(rows, width, shift, bend):
    i, d = np.arange(rows)[:, None], np.arange(width)[None, :]
    return np.sin(shift + i * 1.7 * (d + 1) + bend * d * d).astype(np.float32)


def frechet(x, y):
    difference = x.mean(0) - y.mean(0)
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(a @ b + 0j)
    return difference @ difference + np.trace(a + b - 2 * root).real


def kernel(x, y):
    k = lambda a, b: (a @ b.T / a.shape[1] + 1) ** 3
    n, m = len(x), len(y)
    within = lambda a: (k(a, a).sum() - np.trace(k(a, a))) / (len(a) * (len(a) - 1))
    return within(x) + within(y) - 2 * k(x, y).sum() / (n * m)


def cosine(u, v):
    return u @ v / np.linalg.norm(u) / np.linalg.norm(v)


def association(x, y, a, b):
    s = np.array([np.mean([cosine(w, v) for v in a]) - np.mean([cosine(w, v) for v in b])
                  for w in np.vstack([x, y])])
    half = len(x)
    effect = (s[:half].mean() - s[half:].mean()) / s.std(ddof=1)
    seen = s[:half].sum() - s[half:].sum()
    halves = itertools.combinations(range(2 * half), half)
    return effect, np.mean([2 * s[list(h)].sum() - s.sum() >= seen - 1e-12 for h in halves])


def ndkl(groups, desired):
    total = weights = 0
    for i in range(1, len(groups) + 1):
        share = np.bincount(groups[:i], minlength=len(desired)) / i
        total += sum(p * math.log(p / q) for p, q in zip(share, desired) if p) / math.log2(i + 1)
        weights += 1 / math.log2(i + 1)
    return total / weights


def ndcg(scores, relevances):
    k = np.count_nonzero(relevances)
    gain = lambda order: (relevances[order][:k] / np.log2(np.arange(2, k + 2))).sum()
    return gain(np.argsort(-scores)) / gain(np.argsort(-relevances))


def grams(text):
    words = text.split()
    return [Counter(tuple(words[i:i + n]) for i in range(len(words) - n + 1)) for n in range(1, 5)]


def plain_cider(candidates, references):
    frequency = Counter()
    for texts in references.values():
        frequency.update(set().union(*(set(g) for t in texts for g in grams(t))))
    vector = lambda g: {k: c * math.log(len(references) / max(1, frequency[k])) for k, c in g.items()}
    norm = lambda v: math.sqrt(sum(x * x for x in v.values()))
    scores = []
    for key, text in candidates.items():
        total = 0
        for other in references[key]:
            for g, h in zip(grams(text), grams(other)):
                u, v = vector(g), vector(h)
                if norm(u) * norm(v):
                    total += sum(x * v.get(k, 0) for k, x in u.items()) / norm(u) / norm(v) / 4
        scores.append(10 * total / len(references[key]))
    return scores


def bleu(text, others):
    length = len(text.split())
    nearest = min((abs(len(o.split()) - length), len(o.split())) for o in others)[1]
    product, scores = 1, []
    for n, own in enumerate(grams(text)):
        right = sum(min(c, max(grams(o)[n].get(k, 0) for o in others)) for k, c in own.items())
        product *= (right + 1e-15) / (max(0, length - n) + 1e-9)
        ratio = (length + 1e-15) / (nearest + 1e-9)
        penalty = math.exp(1 - 1 / ratio) if ratio < 1 else 1
        scores.append(product ** (1 / (n + 1)) * penalty)
    return scores


def captions(folder):
    data = json.loads((pathlib.Path(folder) / "scores.json").read_text())
    scores = plain_cider(data["candidates"], data["references"])
    print("plain CIDEr", np.mean(scores), "first", scores[0])
    texts = list(data["candidates"].values())[:20]
    each = [bleu(t, texts[:i] + texts[i + 1:]) for i, t in enumerate(texts)]
    print("self-BLEU", np.mean(each, axis=0))
    for n in range(4):
        counts = [grams(t)[n] for t in texts]
        different = set().union(*(set(c) for c in counts))
        print("distinct", n + 1, len(different) / sum(sum(c.values()) for c in counts))


def main():
    np.set_printoptions(precision=17)
    x = waves(40, 6, 0.3, 0.9).astype(float)
    y = (waves(30, 6, 1.1, 0.4) * np.float32(1.25) + np.float32(0.5)).astype(float)
    print("FID", frechet(x, y), "KID", kernel(x, y))
    print("FID of low rank", frechet(waves(5, 8, 0.2, 0.7).astype(float), waves(6, 8, 0.8, 0.1).astype(float)))
    sets = [waves(n, 5, s, 0.31 * s).astype(float) for n, s in ((4, 0.2), (4, 1.3), (3, 2.1), (3, 2.9))]
    print("association", *association(*sets))
    print("NDKL", ndkl([0, 0, 1, 0, 1, 1], [0.5, 0.5]))
    print("NDCG", ndcg(np.array([.9, .1, .8, .7, .3, .2]), np.array([0, .5, 1, .2, 0, .8])))
    for a, b in ((1, 9), (10, 3), (480, 560)):
        print("McNemar", a, b, scipy.stats.binomtest(a, a + b, 0.5).pvalue)
    skewed = np.array([0.1, 0.4, 0.35, 0.8, 2.5, 0.05, 0.6, 1.9, 0.2, 0.75, 3.1, 0.33])
    for method in ("percentile", "BCa"):
        print(method, scipy.stats.bootstrap((skewed,), np.mean, n_resamples=1_000_000, batch=10_000,
                                            method=method, rng=1).confidence_interval)
    a, b = np.array([1, 0, 1, 1, 1, 0, 1, 1, 1, 0]), np.array([0, 0, 1, 0, 1, 0, 0, 1, 0, 1])
    print("permutation", scipy.stats.permutation_test(
        (a, b), lambda p, q: np.mean(p) - np.mean(q), permutation_type="samples",
        n_resamples=np.inf).pvalue)
    if len(sys.argv) > 1:
        captions(sys.argv[1])


main()
