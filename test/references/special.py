"""Values and derivatives to order 3 of elementary and special functions, at their edges, in their tails and near their zeros.

Run when a function or a point is added:  python3 test/references/special.py   (needs mpmath, in Debian python3-mpmath)
Writes special.json beside this file: the exact value at the exact double, in 60 digits and more, rounded to the nearest double once. At ±∞
and at the end of a domain it is the limit; what has none stands as null and is not checked.
"""
import json
import math
import os
import random

from mpmath import mp, mpf

mp.dps = 80
inf = math.inf
generator = random.Random(20)


def draw(low, high, count=12):
    return [round(generator.uniform(low, high), 3) for _ in range(count)]


def sizes(*exponents):
    return [s * 10.0**e for e in exponents for s in (1, -1)]


beside = lambda x: [math.nextafter(x, -inf), x, math.nextafter(x, inf)]
near_one = [1 - 2.0**-k for k in (1, 4, 10, 20, 30, 40, 53)]
both = lambda points: [s * x for x in points for s in (1.0, -1.0)]
root_pi = mp.sqrt(mp.pi)
gauss = lambda x: 2 / root_pi * mp.exp(-x * x)

# function: [points, its value and three derivatives, what it is at points where these formulas do not hold]
functions = {
    "tan": (draw(-9, 9) + sizes(-300, -20, -8, -3), [mp.tan, lambda x: 1 + mp.tan(x) ** 2, lambda x: 2 * mp.tan(x) * (1 + mp.tan(x) ** 2), lambda x: (2 + 6 * mp.tan(x) ** 2) * (1 + mp.tan(x) ** 2)], {}),
    "asin": (draw(-1, 1) + sizes(-300, -20, -8, -3) + both(near_one), [mp.asin, lambda x: (1 - x * x) ** mpf(-0.5), lambda x: x * (1 - x * x) ** mpf(-1.5), lambda x: (1 + 2 * x * x) * (1 - x * x) ** mpf(-2.5)], {1.0: [math.pi / 2, inf, inf, None], -1.0: [-math.pi / 2, inf, -inf, None]}),
    "acos": (draw(-1, 1) + sizes(-300, -20, -8, -3) + both(near_one), [mp.acos, lambda x: -((1 - x * x) ** mpf(-0.5)), lambda x: -x * (1 - x * x) ** mpf(-1.5), lambda x: -(1 + 2 * x * x) * (1 - x * x) ** mpf(-2.5)], {1.0: [0.0, -inf, -inf, None], -1.0: [math.pi, -inf, inf, None]}),
    "atan": (draw(-9, 9) + sizes(-300, -20, -8, -3, 3, 8, 20, 60, 100), [mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, lambda x: (6 * x * x - 2) / (1 + x * x) ** 3], {inf: [math.pi / 2, 0.0, 0.0, 0.0], -inf: [-math.pi / 2, 0.0, 0.0, 0.0]}),
    "sinh": (draw(-9, 9) + sizes(-300, -20, -8, -3) + [700.0, -700.0, 720.0, -720.0], [mp.sinh, mp.cosh, mp.sinh, mp.cosh], {inf: [inf] * 4, -inf: [-inf, inf, -inf, inf]}),
    "cosh": (draw(-9, 9) + sizes(-300, -20, -8, -3) + [700.0, -700.0, 720.0, -720.0], [mp.cosh, mp.sinh, mp.cosh, mp.sinh], {inf: [inf] * 4, -inf: [inf, -inf, inf, -inf]}),
    "asinh": (draw(-9, 9) + sizes(-300, -20, -8, -3, 3, 8, 20, 90), [mp.asinh, lambda x: (1 + x * x) ** mpf(-0.5), lambda x: -x * (1 + x * x) ** mpf(-1.5), lambda x: (2 * x * x - 1) * (1 + x * x) ** mpf(-2.5)], {inf: [inf, 0.0, 0.0, 0.0], -inf: [-inf, 0.0, 0.0, 0.0]}),
    "acosh": (draw(1, 9) + [1 + 2.0**-k for k in (1, 10, 20, 40, 52)] + [1e3, 1e8, 1e20, 1e90], [mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x * (x * x - 1) ** mpf(-1.5), lambda x: (2 * x * x + 1) * (x * x - 1) ** mpf(-2.5)], {1.0: [0.0, inf, -inf, None], inf: [inf, 0.0, 0.0, 0.0]}),
    "atanh": (draw(-1, 1) + sizes(-300, -20, -8, -3) + both(near_one), [mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2, lambda x: (2 + 6 * x * x) / (1 - x * x) ** 3], {1.0: [inf, inf, inf, None], -1.0: [-inf, inf, -inf, None]}),
    "cbrt": (draw(-9, 9) + sizes(-60, -20, -8, -3, 3, 20, 100), [lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: mp.cbrt(abs(x)) ** -2 / 3, lambda x: -2 * mp.sign(x) * mp.cbrt(abs(x)) ** -5 / 9, lambda x: 10 * mp.cbrt(abs(x)) ** -8 / 27], {0.0: [0.0, inf, None, None], inf: [inf, 0.0, 0.0, 0.0]}),
    "exp2": (draw(-9, 9) + sizes(-300, -20, -3) + [1000.0, -1000.0, 1030.0, -1100.0], [lambda x, k=k: mp.ln(2) ** k * mpf(2) ** x for k in range(4)], {inf: [inf] * 4, -inf: [0.0] * 4}),
    "log2": (draw(0.1, 9) + [1e-60, 1e-20, 1e-3, 1e3, 1e60, 1024.0], [lambda x: mp.ln(x) / mp.ln(2), lambda x: 1 / x / mp.ln(2), lambda x: -1 / x**2 / mp.ln(2), lambda x: 2 / x**3 / mp.ln(2)], {0.0: [-inf, inf, -inf, inf], inf: [inf, 0.0, 0.0, 0.0]}),
    "log10": (draw(0.1, 9) + [1e-60, 1e-20, 1e-3, 1e3, 1e60], [lambda x: mp.ln(x) / mp.ln(10), lambda x: 1 / x / mp.ln(10), lambda x: -1 / x**2 / mp.ln(10), lambda x: 2 / x**3 / mp.ln(10)], {0.0: [-inf, inf, -inf, inf], inf: [inf, 0.0, 0.0, 0.0]}),
    "erf": (draw(-6, 6, 30) + sizes(-300, -20, -8, -3) + both([0.5, 1.0, 26.5]) + beside(1.0), [mp.erf, gauss, lambda x: -2 * x * gauss(x), lambda x: (4 * x * x - 2) * gauss(x)], {inf: [1.0, 0.0, 0.0, 0.0], -inf: [-1.0, 0.0, 0.0, 0.0]}),
    "erfc": (draw(-6, 26, 40) + sizes(-300, -20, -8, -3) + beside(0.5) + beside(-1.0), [mp.erfc, lambda x: -gauss(x), lambda x: 2 * x * gauss(x), lambda x: (2 - 4 * x * x) * gauss(x)], {inf: [0.0] * 4, -inf: [2.0, 0.0, 0.0, 0.0]}),
}

gamma_points = (
    draw(0, 20, 30)
    + draw(-11, 0, 40)
    + sizes(-20, -8, -3)
    + [1e3, 1e8, 1e20, 30.5, -15.25, -20.375, -100.125]
    + beside(0.5) + beside(1.0) + beside(1.5) + beside(2.0) + beside(2.5) + beside(10.0)
    + beside(1.4616321449683622) + beside(-0.5040830082644554) + beside(-5.6671624415568855)
    + beside(-2.4570247382208006) + beside(-2.7476826467274127) + beside(-5.0082181683225935) + beside(-10.000000275573013)
)
functions["lgamma"] = (gamma_points, [lambda x: mp.re(mp.loggamma(x))] + [lambda x, k=k: mp.psi(k, x) for k in range(3)], {inf: [inf, inf, 0.0, 0.0], 0.0: [inf, None, None, None], -3.0: [inf, None, inf, None]})
functions["digamma"] = (gamma_points, [lambda x, k=k: mp.psi(k, x) for k in range(4)], {inf: [inf, 0.0, 0.0, 0.0], -3.0: [None, inf, None, inf]})


def nearest(x):
    value = float(x)
    return value if math.isfinite(value) else str(value)


table = {}
for name, (points, derivatives, limits) in functions.items():
    xs = [x for x in points if x not in limits] + list(limits)
    table[name] = {
        "points": [nearest(x) for x in xs],
        "derivatives": [[nearest(f(mpf(x))) if x not in limits else None if limits[x][k] is None else nearest(limits[x][k]) for x in xs] for k, f in enumerate(derivatives)],
    }
with open(os.path.join(os.path.dirname(__file__), "special.json"), "w") as out:
    json.dump(table, out)
    out.write("\n")
print({name: len(entry["points"]) for name, entry in table.items()})
