"""Values, first and second derivatives of the elementwise functions, to 17 digits, by exact arithmetic.

Run when the list changes:  python3 test/references/pointwise.py && npm run format   (needs mpmath, in Debian python3-mpmath)
Writes pointwise.json beside this file. Numbers that are not finite stand as strings.
"""
import json
import os

from mpmath import mp, mpf

mp.dps = 1000  # enough to tell 1 - sigma(1000) from 0

everywhere = [0, 1e-8, -1e-8, 1e-20, -1e-20, 0.5, -0.5, 1, -1, 3.25, -3.25, 30, -30, 90, -90, 750, -750, 1000, -1000]
moderate = [x for x in everywhere if abs(x) <= 90]
positive = [1e-20, 1e-8, 0.5, 1, 3.25, 30, 90, 750, 1000]
above_minus_one = [0, 1e-20, -1e-20, 1e-8, -1e-8, 0.5, -0.5, -0.999, 1, 30, 1000]
not_zero = [x for x in everywhere if x != 0]


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def slope(z):
    return sigmoid(z) * sigmoid(-z)


def bend(z):
    return slope(z) * (sigmoid(-z) - sigmoid(z))


functions = {
    "neg": (everywhere, lambda x: -x, lambda x: mpf(-1), lambda x: mpf(0)),
    "exp": (everywhere, mp.exp, mp.exp, mp.exp),
    "expm1": (everywhere, mp.expm1, mp.exp, mp.exp),
    "log": (positive, mp.log, lambda x: 1 / x, lambda x: -1 / x**2),
    "log1p": (above_minus_one, mp.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2),
    "sqrt": (positive, mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), lambda x: -1 / (4 * x * mp.sqrt(x))),
    "square": (everywhere, lambda x: x * x, lambda x: 2 * x, lambda x: mpf(2)),
    "reciprocal": (not_zero, lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3),
    "abs": (not_zero, abs, mp.sign, lambda x: mpf(0)),
    "sign": (everywhere, mp.sign, lambda x: mpf(0), lambda x: mpf(0)),
    "sin": (everywhere, mp.sin, mp.cos, lambda x: -mp.sin(x)),
    "cos": (everywhere, mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x)),
    "tanh": (everywhere, mp.tanh, lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2),
    "sigmoid": (everywhere, sigmoid, slope, bend),
    "softplus": (everywhere, lambda z: mp.log1p(mp.exp(z)), sigmoid, slope),
    "logSigmoid": (everywhere, lambda z: -mp.log1p(mp.exp(-z)), lambda z: sigmoid(-z), lambda z: -slope(z)),
    "silu": (everywhere, lambda z: z * sigmoid(z), lambda z: sigmoid(z) + z * slope(z), lambda z: 2 * slope(z) + z * bend(z)),
    "relu": (not_zero, lambda x: max(x, mpf(0)), lambda x: mpf(1 if x > 0 else 0), lambda x: mpf(0)),
}

within_one = [0, 1e-8, -1e-8, 1e-20, -1e-20, 0.5, -0.5, 0.999, -0.999, 1 - 2**-40, -1 + 2**-40]
angles = [x for x in everywhere if abs(x) <= 90]
from_one = [1 + 2**-40, 1.001, 1.5, 3.25, 30, 1000, 1e8]
# Beside the poles of the gamma function, and near zeros of ln gamma and of digamma.
gamma_points = [1e-20, 1e-8, 0.5, 0.999999, 1.000001, 1.25, 1.4616321449683623, 1.5, 1.999999, 2.000001, 3.25, 9.5, 15, 30, 1000, 1e8, -1e-8, -0.5, -0.504083, -1.5, -2.4570247, -2.5, -3.1435809, -7.25, -30.3, -100.75]
root_pi = mp.sqrt(mp.pi)


def gaussian(x):
    return 2 / root_pi * mp.exp(-x * x)


functions |= {
    "tan": (angles, mp.tan, lambda x: mp.sec(x) ** 2, lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2),
    "asin": (within_one, mp.asin, lambda x: 1 / mp.sqrt(1 - x * x), lambda x: x / mp.sqrt(1 - x * x) ** 3),
    "acos": (within_one, mp.acos, lambda x: -1 / mp.sqrt(1 - x * x), lambda x: -x / mp.sqrt(1 - x * x) ** 3),
    "atan": (everywhere, mp.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    "sinh": (everywhere, mp.sinh, mp.cosh, mp.sinh),
    "cosh": (everywhere, mp.cosh, mp.sinh, mp.cosh),
    "asinh": (everywhere, mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), lambda x: -x / mp.sqrt(1 + x * x) ** 3),
    "acosh": (from_one, mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1), lambda x: -x / mp.sqrt(x * x - 1) ** 3),
    "atanh": (within_one, mp.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2),
    "cbrt": (not_zero, lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2), lambda x: -2 * mp.sign(x) / (9 * mp.cbrt(abs(x)) ** 5)),
    "exp2": (everywhere, lambda x: mpf(2) ** x, lambda x: mp.ln(2) * mpf(2) ** x, lambda x: mp.ln(2) ** 2 * mpf(2) ** x),
    "log2": (positive, lambda x: mp.ln(x) / mp.ln(2), lambda x: 1 / (x * mp.ln(2)), lambda x: -1 / (x * x * mp.ln(2))),
    "log10": (positive, lambda x: mp.ln(x) / mp.ln(10), lambda x: 1 / (x * mp.ln(10)), lambda x: -1 / (x * x * mp.ln(10))),
    "erf": (moderate, mp.erf, gaussian, lambda x: -2 * x * gaussian(x)),
    "erfc": (moderate + [5.5, 12.25, 26.5], mp.erfc, lambda x: -gaussian(x), lambda x: 2 * x * gaussian(x)),
    "lgamma": (gamma_points, lambda x: mp.re(mp.loggamma(x)), mp.digamma, lambda x: mp.psi(1, x)),
    "digamma": (gamma_points, mp.digamma, lambda x: mp.psi(1, x), lambda x: mp.psi(2, x)),
}

# Binary cross entropy of a logit z against a target y: softplus(z) - y z, its derivative sigma(z) - y, and sigma'(z).
for y in (0, 1, 0.25):
    functions[f"binaryCrossEntropyWithLogits y={y}"] = (
        everywhere,
        lambda z, y=y: mp.log1p(mp.exp(z)) - mpf(y) * z,
        lambda z, y=y: sigmoid(z) - mpf(y),
        slope,
    )
# Two numbers z and 0: the first is what differs.
functions["logSumExp([z, 0])"] = (everywhere, lambda z: mp.log1p(mp.exp(z)), sigmoid, slope)
functions["softmax([z, 0])[0]"] = (everywhere, sigmoid, slope, bend)
functions["logSoftmax([z, 0])[0]"] = (everywhere, lambda z: -mp.log1p(mp.exp(-z)), lambda z: sigmoid(-z), lambda z: -slope(z))


def logistic_map(r, order):
    """x -> r x (1 - x) twelve times from 3/8, with its derivatives in r."""
    x, first, second = mpf(3) / 8, mpf(0), mpf(0)
    for _ in range(12):
        # d(r q) = q + r q' and its derivative, with q = x - x^2
        q, q1, q2 = x - x * x, (1 - 2 * x) * first, (1 - 2 * x) * second - 2 * first * first
        x, first, second = r * q, q + r * q1, 2 * q1 + r * q2
    return (x, first, second)[order]


functions["scan over the logistic map"] = ([0, 0.5, 1.25, 2, 2.5, 3.25, -1, -1.75], *[lambda r, i=i: logistic_map(r, i) for i in range(3)])
functions["checkpoint of a tower"] = (
    [0, 1e-8, -1e-8, 0.5, -0.5, 1, 3.25, -3.25, 30],
    lambda x: mp.exp(mp.sin(x * x)),
    lambda x: 2 * x * mp.cos(x * x) * mp.exp(mp.sin(x * x)),
    lambda x: mp.exp(mp.sin(x * x)) * (2 * mp.cos(x * x) - 4 * x * x * mp.sin(x * x) + (2 * x * mp.cos(x * x)) ** 2),
)


def number(x):
    value = float(x)  # mpmath rounds to the nearest double; out of range it gives inf
    return value if value == value and abs(value) != float("inf") else str(value)


table = {}
for name, (points, *derivatives) in functions.items():
    table[name] = {"points": [float(x) for x in points]}
    for key, f in zip(("value", "first", "second"), derivatives):
        table[name][key] = [number(f(mpf(x))) for x in points]

with open(os.path.join(os.path.dirname(__file__), "pointwise.json"), "w") as out:
    json.dump(table, out, indent=1)
    out.write("\n")
