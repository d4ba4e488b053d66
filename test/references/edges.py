"""Values and all partial derivatives to order 3 of every differentiable function, at edges, in tails and at the seams of the kernels.

Run when a function or a point is added:  python3 test/references/edges.py   (needs mpmath, in Debian python3-mpmath; takes half a minute)
Writes edges.json beside this file. The functions of the same names, in the library's words, are in edge-functions.ts.

A reference is the exact value at the exact double, in 1,000 digits by Taylor arithmetic (jets.py), rounded to the nearest double once, at
the end. So what underflows is 0, what overflows is infinite. Conventions, where mathematics leaves something open:

- At ±∞, and at a zero where the function or its derivatives are infinite, the reference is the limit, for each derivative on its own. It
  is taken by computing at numbers far beyond doubles: 10^400, or 2^(10^400) where a logarithm is taken, and 2^-(10^400) for 0.
- At a kink: relu and abs have derivative 0 at 0, equal ones share the derivative of an extremum, clamp passes it at its bounds, huber
  counts |d| = δ to the parabola. What is a constant on both sides has derivative 0: that includes every second derivative there.
- NaN in gives NaN out, in the value and in each derivative that depends on it.
- What has no value that everybody would agree on (a derivative outside of the domain, a limit that depends on the direction) stands as
  null and is not checked.
"""
import math

from edge_entries import HUGE, LARGE, TINY, entry, first_of, from_above, inf, key, nan, nan_value, not_a_number, orders, outside, save
from edge_points import (both_signs, draw, everywhere, moderate, near_one, neighbors, plain, positive)
from jets import ORDER, Jet, cos, exp, log, monomials, nearest_double, power, reciprocal, sin, variable
from mpmath import mp, mpf

ROUNDING = mpf(2.0**-53)  # half a unit in the last digit of 1

# ---- Functions of one number


def branch(choose):
    """A function that is put together of pieces: `choose` is given the number and says which piece holds there."""
    return lambda x: x.like(0) + choose(x.value, x)


def sigmoid(z):
    return 1 / (1 + exp(-z))


def softplus(z):
    return log(1 + exp(z))


def tanh(x):
    # One of the two exponentials may be beyond all digits; e^(-2|x|) is not.
    sign = 1 if x.value >= 0 else -1
    e = exp(x * (-2 * sign))
    return (1 - e) / (1 + e) * sign


def root(x):
    return power(x, mpf(1) / 2)


def whole(n):
    return lambda x: power(x, n)


entry("neg", lambda x: -x, plain, override=lambda p: orders(nan, -1.0, 0.0, 0.0) if math.isnan(p[0]) else None)
entry("exp", exp, everywhere, override=not_a_number)
entry("expm1", lambda x: exp(x) - 1, everywhere, override=not_a_number)
entry("log",
      log, [0.0, -0.0, *positive, *near_one, inf, -1.0, -1e-300, -inf, nan],
      at_infinity=HUGE,
      at_zero=(0, ),
      override=first_of(not_a_number, outside(lambda x: x < 0), lambda p: orders(-inf, None, None, None)
                        if math.copysign(1, p[0]) < 0 else None))
entry("log1p",
      lambda x: log(from_above(1 + x)),
      [x for x in everywhere if x > -1 or math.isnan(x)] + near_one + [x - 1 for x in near_one] + [-1.0, -1.5, -inf],
      at_infinity=HUGE,
      override=first_of(not_a_number, outside(lambda x: x < -1)))
entry("sqrt",
      root, [0.0, -0.0, *positive, *near_one, inf, -1.0, -inf, nan],
      at_infinity=HUGE,
      at_zero=(0, ),
      override=first_of(not_a_number, outside(lambda x: x < 0), lambda p: orders(0.0, None, None, None)
                        if math.copysign(1, p[0]) < 0 else None))
entry("square", whole(2), everywhere, override=lambda p: orders(nan, nan, 2.0, 0.0) if math.isnan(p[0]) else None)
entry("reciprocal", reciprocal, everywhere, at_zero=(0, ), override=not_a_number)
entry("abs",
      branch(lambda v, x: x if v > 0 else -x if v < 0 else 0),
      plain,
      override=lambda p: orders(nan, nan, None, None) if math.isnan(p[0]) else None)
entry("sin", sin, everywhere, override=lambda p: None if math.isfinite(p[0]) else orders(nan, nan, nan, nan))
entry("cos", cos, everywhere, override=lambda p: None if math.isfinite(p[0]) else orders(nan, nan, nan, nan))
entry("tanh", tanh, everywhere, override=not_a_number)
entry("sigmoid", sigmoid, everywhere, override=not_a_number)
entry("softplus", softplus, everywhere, override=not_a_number)
entry("relu", branch(lambda v, x: x if v > 0 else 0), plain, override=lambda p: orders(nan, nan, None, None) if math.isnan(p[0]) else None)
entry("logSigmoid", lambda z: -softplus(-z), everywhere, override=not_a_number)
entry("silu", lambda z: z * sigmoid(z), everywhere, override=not_a_number)

for n in (0, 1, 2, 3, -1, -2):
    # A power is constant from its own derivative on, also at NaN: x^0 is 1 there (IEEE 754), and 0 after.
    def whole_power_of_nan(p, n=n):
        if not math.isnan(p[0]):
            return None
        return orders(*[None if n >= 0 and k >= n else nan for k in range(ORDER + 1)])

    entry(f"pow by {n}", whole(n), plain + both_signs(moderate[::3]), at_zero=(0, ) if n < 0 else (), override=whole_power_of_nan)
for a in (0.5, 1.5, 2.5, -0.5):
    entry(f"pow by {a}",
          lambda x: power(x, mpf(a)), [0.0, *[x for x in plain if x > 0], *moderate[::3], inf, -1.0, nan],
          at_infinity=HUGE,
          at_zero=(0, ),
          override=first_of(not_a_number, outside(lambda x: x < 0)))

# A derivative that leaves the doubles, times a factor that brings it back: no step on the way may be infinite or 0. In reverse mode the
# factor is there first.
scalable = both_signs([1e-300, 1e-200, 1e-160, 1e-130, 1e-100, 1e-20, 0.5, 3.25, 1e20, 1e100, 1e130, 1e160, 1e200, 1e300])
for c in (1e-300, 1e300):
    entry(f"reciprocal times {c}", lambda x: reciprocal(x) * mpf(c), scalable, only=lambda p: "pure")
    entry(f"pow by -1 times {c}", lambda x: reciprocal(x) * mpf(c), scalable, only=lambda p: "pure")
    entry(f"div of {c}", lambda x: reciprocal(x) * mpf(c), scalable, only=lambda p: "pure")
    entry(f"square times {c}", lambda x: whole(2)(x) * mpf(c), [x for x in scalable if 1e-150 < abs(x) < 1e150], only=lambda p: "pure")
    entry(f"sqrt times {c}", lambda x: root(x) * mpf(c), [5e-324, 1e-310, *[x for x in scalable if x > 0]], only=lambda p: "pure")
    entry(f"log times {c}", lambda x: log(x) * mpf(c), [5e-324, 1e-310, *[x for x in scalable if x > 0]], only=lambda p: "pure")

# The branch that is not taken never decides.
guarded = [0.0, -0.0, -1.0, -1e-300, -1e300, -inf, 1e-300, 1e-20, 0.5, 4.0, 1e20, 1e300, inf]
entry("where(x > 0, sqrt(x), 0)", branch(lambda v, x: root(x) if v > 0 else 0), guarded, at_infinity=HUGE)
entry("where(x > 0, log(x), 0)", branch(lambda v, x: log(x) if v > 0 else 0), guarded, at_infinity=HUGE)
entry("where(x > 0, x^1.5, 0)", branch(lambda v, x: power(x, mpf(1.5)) if v > 0 else 0), guarded, at_infinity=HUGE)
entry("where(x ≠ 0, 1/x, 0)", branch(lambda v, x: reciprocal(x) if v else 0), guarded)
entry("where(x ≠ 0, sin(x)/x, 1)", branch(lambda v, x: sin(x) / x if v else 1), [0.0, -0.0, 1.0, 2.5, -4.0])
entry("where(x < 1, exp(x), 1)", branch(lambda v, x: exp(x) if v < 1 else 1), [0.0, 0.5, 1.0, 700.0, 1000.0, 1e300, inf, -inf])
entry("where(x < 1, expm1(x), 1)", branch(lambda v, x: exp(x) - 1 if v < 1 else 1), [0.0, 0.5, 1.0, 700.0, 1000.0, 1e300, inf, -inf])
entry("where(x > -1, log1p(x), 0)", branch(lambda v, x: log(1 + x) if v > -1 else 0), [0.0, 1e-20, 3.0, -0.5, -1.0, -2.0, -inf])
entry("where(|x| < 1, x², 0)", branch(lambda v, x: whole(2)(x) if abs(v) < 1 else 0), [0.0, 0.5, -1e-200, 1.0, 1e200, inf, -inf])
entry("where(|x| < ∞, sin(x), 0)", branch(lambda v, x: sin(x) if abs(v) < LARGE else 0), [0.0, 0.5, 1e5, inf, -inf])
entry("where(|x| < ∞, cos(x), 0)", branch(lambda v, x: cos(x) if abs(v) < LARGE else 0), [0.0, 0.5, 1e5, inf, -inf])
entry("where(|x| < ∞, x·x, 0)", branch(lambda v, x: x * x if abs(v) < LARGE else 0), [0.0, 0.5, 1e5, inf, -inf])
entry("where(|x| < 1, sqrt(1 − x²), 0)", branch(lambda v, x: root(1 - x * x) if abs(v) < 1 else 0),
      [0.0, 0.5, -0.75, 1.0, -1.0, 2.0, 1e200, inf])
entry("maximum of sqrt(x²) and 1e-10", branch(lambda v, x: x if v > 1e-10 else -x if v < -1e-10 else mpf(1e-10)),
      [0.0, -0.0, 1e-200, 1e-20, 1.0, -3.0, 1e100])

# What `stabilize` rewrites and has no name of its own: the formula that goes wrong as it stands, and what it means.
halves = [
    math.log(2),
    math.nextafter(math.log(2), 0),
    math.log(2) / 2, 0.25, 1.0, 2.0, 5.0, 20.0, 36.7, 37.43, 40.0, 300.0, 700.0, 708.5, 740.0, 746.0, 1000.0
]
descending = [-x for x in [1e-300, 1e-20, 1e-8, 0.1, *halves, 1e300, inf]]
entry("log(1 − exp(x))",
      lambda x: log(-exp(x) + 1), [*descending, 0.0],
      at_zero=(),
      override=lambda p: orders(-inf, -inf, -inf, -inf) if p[0] == 0 else None)
entry("log(exp(x) − 1)",
      lambda x: log(exp(x) - 1), [-x for x in descending] + [0.0],
      override=lambda p: orders(-inf, inf, -inf, inf) if p[0] == 0 else None,
      slack=lambda i, p: 2 * ROUNDING if i == () and 0.5 < p[0] < 1 else 0,
      why="the value goes through 0 at ln 2, by steps of 2⁻⁵²")
entry("log(1 − x)",
      lambda x: log(from_above(1 - x)),
      [0.0, 1e-300, -1e-300, 1e-20, -1e-20, 1e-8, -1e-8, 0.25, 0.5, 0.999, 1.0, -1.0, -3.0, -1e10, -1e300, -inf],
      at_infinity=HUGE)
entry("log(exp(x))", lambda x: x, [0.0, 1.0, -1.0, 709.0, 710.0, -745.0, -746.0, 1e300, -1e300, inf, -inf])
entry("1 − sigmoid(x)", lambda x: sigmoid(-x), everywhere, override=not_a_number)
entry("exp(x) − exp(−x)", lambda x: exp(x) - exp(-x), [0.0, *both_signs([1e-300, 1e-20, 1e-8, 0.1, *halves, 1e300, inf])])
entry("1 − cos(x)", lambda x: 1 - cos(x), [0.0, *both_signs([1e-300, 1e-160, 1e-20, 1e-8, 1e-3, 0.1, 1.0, 2.0, 3.0, 100.0, 1e5])])
entry("sqrt(x + 1) − sqrt(x)",
      lambda x: root(x + 1) - root(x), [0.0, 1e-300, 1e-20, 1e-8, 0.5, 1.0, 3.0, 1e3, 1e8, 1e16, 1e50, 1e100, 1e300, inf],
      at_infinity=HUGE,
      at_zero=(0, ))
entry("1/(x + 1) − 1/x",
      lambda x: reciprocal(x + 1) - reciprocal(x),
      [0.0, -1.0, 1e-200, 1e-100, -1e-100, 1e-20, 1e-8, 0.5, -0.25, 3.0, -3.0, 1e8, -1e8, 1e16, 1e50, -1e100, 1e300, inf, -inf],
      at_zero=(0, ),
      override=lambda p: orders(inf, -inf, inf, -inf) if p[0] == -1 else None)
entry("1 − tanh²(x)", lambda x: 1 - tanh(x) * tanh(x), everywhere, override=not_a_number)
entry("x·log(x)", lambda x: x * log(x), [0.0, 1e-100, 1e-20, 1e-8, 0.1, 0.5, 2.0, 10.0, 1e10, 1e100, inf], at_infinity=HUGE, at_zero=(0, ))

# ---- Functions of two and three numbers


def polynomial(partials):
    """Of a function whose partial derivatives are sums, products and quotients: those at a point by IEEE 754, where it is not finite."""

    def choose(point):
        if all(math.isfinite(x) for x in point):
            return None
        return {index: partials(*point).get(key(index), 0.0) for index in monomials(len(point))}

    return choose


grid = [0.0, -0.0, 1.0, -2.5, 1e-320, -1e-200, 1e-8, 1e160, -1e200, 1e300]
pairs = [(x, y) for x in grid for y in grid] + [(inf, 2.0), (-inf, 3.0), (2.0, -inf), (0.0, inf), (inf, 0.0), (inf, inf), (inf, -inf),
                                                (nan, 1.0), (1.0, nan)]
pairs += [(draw(-3, 3), draw(-3, 3)) for _ in range(12)]
entry("add", lambda x, y: x + y, pairs, override=polynomial(lambda x, y: {"": x + y, "0": 1.0, "1": 1.0}))
entry("sub", lambda x, y: x - y, pairs, override=polynomial(lambda x, y: {"": x - y, "0": 1.0, "1": -1.0}))


def product_at_edges(point):
    """By IEEE 754; the derivative by a NaN is the other number, which a NaN beside it may hide."""
    x, y = point
    found = polynomial(lambda x, y: {"": x * y, "0": y, "1": x, "01": 1.0})(point)
    if found is None:
        return None
    hidden = [place for place in (0, 1) if math.isnan(point[place])]
    return {i: None if any(place in i for place in hidden) and len(i) < 3 else value for i, value in found.items()}


entry("mul", lambda x, y: x * y, pairs, override=product_at_edges)


def div_at_edges(point):
    x, y = point
    if math.isnan(x) or math.isnan(y):
        return {i: nan if i in ((), (1, )) or (i == (0, ) and math.isnan(y)) else None for i in monomials(2)}
    if (x == 0 and y == 0) or (math.isinf(x) and math.isinf(y)):
        return {i: nan if i == () else 0.0 if i.count(0) > 1 else None for i in monomials(2)}
    return None


entry("div",
      lambda x, y: x / y,
      pairs + [(1e-300, 1e-160), (1e300, 1e200), (1e-300, 1e-120), (5e-324, 1e-200), (1e-320, 1e-100)],
      at_zero=(1, ),
      override=div_at_edges)


def pow_at_edges(point):
    x, y = point
    everything = monomials(2)
    if math.isnan(x) or math.isnan(y):
        return {i: (nan if i == () and y != 0 and x != 1 else None) for i in everything}
    if x < 0 or math.copysign(1, x) < 0:
        if math.isinf(x) or math.isinf(y):
            return {i: None for i in everything}
        if y != int(y):
            return {i: (nan if i == () and x < 0 else None) for i in everything}
        # By x it is x to a whole power; by y there is no derivative.
        jet = power(variable(1, 0, mpf(x) if x else -TINY), int(y)).partials()
        return {i: jet[i] if 1 not in i else nan if i == (1, ) and x != 0 and nearest_double(jet[()]) != 0 else None for i in everything}
    if 0 < x < 1e-300 and 0 < abs(y) < 1e-100:
        # x^(y − 1) is beyond the doubles, and y brings the derivative back: there is no way round the one without another like it.
        return {i: None for i in everything if i != ()}
    if 0 < x < 1e-307:
        # x^y, x^(y − 1) … pass through subnormal numbers, which have few digits.
        return {i: None for i in everything if len(i) > 1 and y != 0}
    if math.isinf(y) and math.isfinite(x):
        return {i: None for i in everything if len(i) > 1}
    if 0 < x < inf and x != 1 and not 1e-300 < nearest_double(mp.exp(mpf(y) * mp.log(mpf(x)))) < inf:
        # x^y is beyond the doubles, or nearly 0, and so is every derivative that is made of it; those by x alone are made of x^(y − k).
        return {i: None for i in everything if 0 in i and 1 in i}
    if x == 1 and math.isinf(y):
        return {i: None for i in everything}  # JavaScript says NaN, C says 1
    if math.isinf(x) and math.isinf(y):
        return {i: None for i in everything if i != ()}
    return None


def infinite_base(f):
    """∞ as a base is much larger than ∞ as an exponent: its logarithm must be infinite too."""

    def at(x, y):
        return f(Jet(x.inputs, [HUGE] + x.coefficients[1:]) if x.value == LARGE else x, y)

    return at


powers = [(x, y) for x in (0.0, 1e-320, 1e-300, 1e-200, 1e-8, 0.5, 1.0, 2.0, 1e8, 1e200, inf)
          for y in (0.0, -0.0, 1.0, 2.0, 3.0, 4.0, 0.5, 1.5, 2.5, -1.0, -2.0, -0.5, 1e-300, 1e-8, 30.0, -30.0)]
powers += [(x, y) for x in (-0.0, -1e-200, -0.5, -1.0, -2.0, -1e160) for y in (0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 5.0)]
powers += [(-2.0, 0.5), (0.5, inf), (2.0, inf), (0.5, -inf), (2.0, -inf), (0.0, inf), (0.0, -inf), (nan, 2.0), (2.0, nan), (1e200, 1.6),
           (1e-200, 1.6), (1e300, 1.04), (1.0000001, 1e9), (0.9999, 1e6)]
powers += [(draw(0, 4), draw(-4, 4)) for _ in range(16)]
entry("pow", infinite_base(lambda x, y: power(x, y.value) * exp((y - y.value) * log(x))), powers, at_zero=(0, ), override=pow_at_edges)

weighted_powers = [(x, y, w) for x in (0.0, 1e-100, 0.5, 1.0, 3.0) for y in (0.0, 1.0, 2.0, 3.0, 1.5) for w in (0.0, 2.5)
                   if x or y > 1.5 or w]
entry("pow, weighted",
      lambda x, y, w: w * (power(x, y.value) * exp((y - y.value) * log(x))),
      weighted_powers,
      at_zero=(0, ),
      override=lambda p: {i: None
                          for i in monomials(3) if 2 not in i} if p[0] == 0 and p[2] == 0 else None)  # 0·∞ with a zero that is a number


def extremum(larger):

    def f(*xs):
        best = max(x.value for x in xs) if larger else min(x.value for x in xs)
        winners = [x for x in xs if x.value == best]
        total = winners[0].like(0)
        for x in winners:
            total = total + x
        return total * (mpf(1) / len(winners))

    return f


def nan_where_it_came_in(point):
    """The value is NaN, and so is the derivative where the NaN came in; what the others get, nobody has settled."""
    if not any(map(math.isnan, point)):
        return None
    return {i: (nan if i == () or (len(i) == 1 and math.isnan(point[i[0]])) else None) for i in monomials(len(point))}


contests = [(1.0, 2.0), (2.0, 1.0), (3.0, 3.0), (0.0, 0.0), (0.0, -0.0), (-0.0, 0.0), (inf, 1.0), (1.0, inf), (-inf, 1.0), (-inf, -inf),
            (inf, inf), (-1e300, 1e-320), (5e-324, 0.0), (nan, 1.0), (1.0, nan), (nan, nan)]
entry("maximum", extremum(True), contests, override=nan_where_it_came_in)
entry("minimum", extremum(False), contests, override=nan_where_it_came_in)

# The condition is given: the last number.
selections = [(1.0, 2.0, 1.0), (1.0, 2.0, 0.0), (inf, 2.0, 0.0), (1.0, nan, 1.0), (nan, 1.0, 0.0), (-inf, 1e300, 1.0), (0.0, 0.0, -0.0),
              (3.0, 4.0, nan)]


def selected(point):
    """What is taken is passed on as it is, NaN and ∞ included; a condition that is NaN is not 0."""
    x, y, condition = point
    taken = 0 if condition != 0 else 1
    return {i: point[taken] if i == () else 1.0 if i == (taken, ) else 0.0 for i in monomials(2)}


entry("where", lambda x, y, condition: x if condition else y, selections, given=1, override=selected)


def clamp(x, low, high):
    return low if x.value < low.value else high if x.value > high.value else x


bounds = [(0.5, 0.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (-3.0, 0.0, 1.0), (3.0, 0.0, 1.0), (-inf, -1.0, 1.0), (inf, -1.0, 1.0),
          (5.0, -inf, inf), (inf, -inf, inf), (5.0, -inf, 2.0), (1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (0.5, nan, 1.0), (0.5, 0.0, nan),
          (nan, 0.0, 1.0), (-1e-320, 0.0, 5e-324)]
entry("clamp", clamp, bounds, override=nan_where_it_came_in)

# ---- Reductions

triples = [(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (3.0, -1.0, 2.0), (1e-320, 0.0, -1e-320), (1e-200, 1e-180, 3e-190), (1e150, -1e140, 1e145),
           (5.0, 5.0, -40.0), (0.0, 2.0, -3.0), (0.0, 0.0, 4.0)]
triples += [tuple(draw(-3, 3) for _ in range(3)) for _ in range(8)]
summing = [(1e16, 1.0, -1e16), (1e308, -1e308, 1.0), (1e308, 1e308, -1e308), (1e308, 1e308, 1e308), (inf, 1.0, 2.0), (-inf, 1.0, 2.0)]
rounded = "a sum is rounded, by up to 2⁻⁵¹ of the sum of the magnitudes of its terms, in whatever order it is taken"


def sum_of(*xs):
    total = xs[0]
    for x in xs[1:]:
        total = total + x
    return total


def magnitudes(factor):
    return lambda index, point: mpf(factor) * ROUNDING * 4 * sum(map(abs, map(mpf, point))) if index == () else 0


entry("sum", sum_of, triples + summing, groups=[3], slack=magnitudes(1), why=rounded)
entry("mean", lambda *xs: sum_of(*xs) * (mpf(1) / 3), triples + summing, groups=[3], slack=magnitudes(1 / 3), why=rounded)
entry("mean of two",
      lambda x, y: (x + y) * mpf(0.5), [(1e308, 1e308), (1.7e308, -1.7e308), (5e-324, 5e-324), (1e-320, 3e-320), (-1e308, -1.5e308),
                                        (1.0, 4.0), (inf, 1.0)],
      groups=[2],
      slack=magnitudes(1 / 2),
      why=rounded)
entry("cumsum, third place", sum_of, triples, groups=[3], slack=magnitudes(1), why=rounded)
entry("cumsum, second place", lambda x, y, z: x + y, triples, groups=[3], slack=magnitudes(1), why=rounded)

rows = triples + [(inf, 1.0, 2.0), (-inf, 1.0, 2.0), (-inf, -inf, 2.0), (inf, inf, 0.0), (2.0, 2.0, 2.0), (0.0, -0.0, -1.0),
                  (7.0, 7.0, 1.0), (1.0, nan, 2.0), (nan, 1.0, 2.0), (1.0, 2.0, nan)]
entry("max", extremum(True), rows, groups=[3], override=nan_where_it_came_in)
entry("min", extremum(False), rows, groups=[3], override=nan_where_it_came_in)

factors = triples + [(1e200, 1e200, 1e-300), (1e-200, 1e-200, 1e300), (-1e200, 1e200, 0.0), (1e-200, -1e-200, inf), (1e-160, 1e-160, 1e12),
                     (1e-160, 1e-160, 1e160), (1e160, 0.0, 1e200), (0.0, 0.0, 0.0), (2.0, 0.0, -3.0), (inf, 2.0, 3.0), (5e-324, 2.0, 1e300)]
entry("prod", lambda x, y, z: x * y * z, factors, groups=[3], at_infinity=LARGE**10)


def variance(correction):

    def f(*xs):
        m = sum_of(*xs) * (mpf(1) / len(xs))
        return sum_of(*[(x - m) * (x - m) for x in xs]) * (mpf(1) / (len(xs) - correction))

    return f


spread = [t for t in triples if t not in ((1e-320, 0.0, -1e-320), )] + [(1e8, 1e8 + 1, 1e8 + 2), (1e200, -1e200, 0.0),
                                                                        (1e308, 1e308, 1e308), (1e308, -1e308, 0.0), (1e-200, -1e-200, 0.0),
                                                                        (7.0, 7.0, 7.0), (0.1, 0.1, 0.1)]
rounded_mean = "the mean is rounded, relative to the largest |x|; the value is off by up to twice the square of 2⁻⁵² |x|"


def variance_slack(index, point):
    largest = max(map(abs, map(mpf, point)))
    return 2 * (2 * ROUNDING)**2 * largest**(2 - len(index)) if len(index) < 2 and largest < 1e10 else 0


entry("variance", variance(0), spread, groups=[3], slack=variance_slack, why=rounded_mean)
entry("variance, correction 1", variance(1), spread, groups=[3], slack=variance_slack, why=rounded_mean)

# Softmax and its family.
logits3 = [(0.0, 0.0, 0.0), (1.0, 2.0, 3.0), (3.0, 1.0, 2.0), (20.0, 0.0, 0.0), (0.0, 20.0, 0.0), (0.0, 0.0, 37.43), (36.7, 0.0, 1.0),
           (-36.7, 0.0, 1.0), (37.43, 0.0, -5.0), (700.0, 0.0, 0.0), (0.0, 745.0, 10.0), (-745.0, 0.0, 0.0), (1000.0, 1000.0, 999.0),
           (-1000.0, -1000.5, -1001.0), (1e300, 0.0, -1e300), (0.0, -700.0, -1400.0), (5.0, 5.0, -40.0), (1e-12, 0.0, 0.0),
           (1e-300, -1e-300, 0.0), (-inf, 0.0, 0.0), (0.0, -inf, 1.0), (-inf, -inf, 0.0), (-inf, 3.0, -inf), (inf, 0.0, 0.0),
           (0.0, inf, 0.0), (0.0, 0.0, inf), (inf, -inf, 0.0)]
logits3 += [tuple(draw(-3, 3) for _ in range(3)) for _ in range(8)]
logits2 = [(0.0, 0.0), (20.0, 0.0), (0.0, 20.0), (37.43, 0.0), (0.0, 37.43), (-36.7, 0.0), (700.0, 0.0), (0.0, 700.0), (745.0, 0.0),
           (1000.0, 1000.0), (1e300, -1e300), (-inf, 0.0), (0.0, -inf), (inf, 0.0), (0.0, inf)]
logits2 += [tuple(draw(-3, 3) for _ in range(2)) for _ in range(6)]


def lse(*xs):
    # ∞ counts as 10^400, whose exponential is a number here.
    return log(sum_of(*map(exp, xs)))


def all_minus_infinity(value, rest):
    """ln Σ e^x is −∞ and constant, as far as anybody can see, where every x is −∞."""
    return lambda p: {i: value if i == () else rest for i in monomials(len(p))} if all(x == -inf for x in p) else None


half_way = "from the third on, derivatives of ln Σ eˣ change sign with differences of probabilities: up to 2⁻⁴⁸ of the product of these"


def cumulant_slack(first):
    """In derivatives of total order ≥ 3 of ln Σ eˣ: 2⁻⁴⁸ of the product of the probabilities that occur, times 1 − p for a lone one."""

    def slack(index, point):
        places = set(index) | set(first)
        if len(index) + len(first) < 3 or not all(map(math.isfinite, point)):
            return 0
        top = max(point)
        terms = [mp.exp(mpf(x) - mpf(top)) for x in point]
        total = sum(terms)
        result = 32 * ROUNDING
        for i in places:
            result *= terms[i] / total
        if len(places) == 1:
            (i, ) = places
            result *= sum(t for j, t in enumerate(terms) if j != i) / total
        return result

    return slack


lse_why = f"the value is the largest x plus a rest, rounded by up to 2⁻⁵² of that x; {half_way}"


def lse_slack(index, point):
    # The value is the largest x and a rest, added.
    if index == ():
        return 2 * ROUNDING * abs(max(point)) if math.isfinite(max(point)) else 0
    return cumulant_slack(())(index, point)


closeness = [0.0, 1e-300, 1e-20, 1e-8, 0.1, 1.0, 5.0, 20.0, 37.43, 700.0, 746.0, 1e300, inf]
entry("log(exp(x) + exp(y))",
      lse, [p for x in closeness for p in ((x, 0.0), (0.0, x), (-x, 0.0), (0.0, -x), (x, x), (-x, -x)) if p != (inf, inf)],
      override=all_minus_infinity(-inf, 0.0),
      slack=lse_slack,
      why=lse_why)
entry("logSumExp", lse, logits3 + [(-inf, -inf, -inf)], groups=[3], override=all_minus_infinity(-inf, 0.0), slack=lse_slack, why=lse_why)
entry("logSumExp of two", lse, logits2 + [(-inf, -inf)], groups=[2], override=all_minus_infinity(-inf, 0.0), slack=lse_slack, why=lse_why)
entry("softmax", lambda *xs: exp(xs[0] - lse(*xs)), logits3, groups=[3], slack=cumulant_slack((0, )), why=half_way)
entry("softmax of two", lambda *xs: exp(xs[0] - lse(*xs)), logits2, groups=[2], slack=cumulant_slack((0, )), why=half_way)
entry("logSoftmax", lambda *xs: xs[0] - lse(*xs), logits3, groups=[3], slack=cumulant_slack(()), why=half_way)
entry("logSoftmax of two", lambda *xs: xs[0] - lse(*xs), logits2, groups=[2], slack=cumulant_slack(()), why=half_way)


# Rows long enough for loops that take several numbers at a time, with the one that decides at each place of them.
def row_with(x, place, others):
    return tuple(x if i == place else others[i] for i in range(9))


ordinary = tuple(draw(-3, 3) for _ in range(9))
wide = [ordinary] + [row_with(x, i, ordinary) for x in (nan, 5.0, -5.0, inf, -inf, 800.0) for i in range(9)]
finite = [row for row in wide if all(map(math.isfinite, row))]
entry("max of nine", extremum(True), wide, groups=[9], override=nan_where_it_came_in, order=1)
entry("min of nine", extremum(False), wide, groups=[9], override=nan_where_it_came_in, order=1)
entry("sum of nine",
      sum_of,
      wide,
      groups=[9],
      override=polynomial(lambda *xs: {"": math.fsum(xs)} | {str(i): 1.0
                                                             for i in range(9)}),
      slack=magnitudes(4),
      why=rounded,
      order=1)
entry("mean of nine",
      lambda *xs: sum_of(*xs) * (mpf(1) / 9),
      finite + [(1e308, ) * 9],
      groups=[9],
      slack=magnitudes(4 / 9),
      why=rounded,
      order=1)
entry("prod of nine",
      lambda *xs: math.prod(xs[1:], start=xs[0]),
      finite + [row_with(0.0, i, ordinary) for i in range(9)],
      groups=[9],
      order=1)
entry("logSumExp of nine", lse, wide, groups=[9], override=nan_value, slack=lse_slack, why=lse_why, order=1)
entry("softmax of nine", lambda *xs: exp(xs[0] - lse(*xs)), wide, groups=[9], override=nan_value, order=1)
entry("logSoftmax of nine", lambda *xs: xs[0] - lse(*xs), wide, groups=[9], override=nan_value, order=1)

products = [(1.0, 2.0, 3.0, 4.0), (1e-200, 1e200, 1e200, 1e-200), (0.0, 1.0, 5.0, 0.0), (1e160, 1.0, 1e160, 1.0), (-2.0, 3.0, 1e-320, 7.0),
            (1e16, 1.0, 1.0, -1e16), (inf, 1.0, 2.0, 3.0)]
products += [tuple(draw(-3, 3) for _ in range(4)) for _ in range(6)]
entry("matmul",
      lambda a, b, x, y: a * x + b * y,
      products,
      groups=[2, 2],
      slack=lambda i, p: 4 * ROUNDING * (abs(mpf(p[0]) * mpf(p[2])) + abs(mpf(p[1]) * mpf(p[3]))) if i == () else 0,
      why=rounded)

norms = [(3.0, 4.0), (-2.0, 0.5), (1.0, 1.0), (0.0, 0.0), (1e-20, -1e-20), (0.0, 2.0), (1e100, 1e100)]
entry("norm, at least 1e-10",
      lambda x, y: root(x * x + y * y) if abs(x.value) + abs(y.value) > 1e-10 else x.like(mpf(1e-10)),
      norms,
      groups=[2])
# One input's derivative is infinite, and the zero that it meets is that of the other.
singular = {
    "exp": (exp, LARGE, (), [(inf, 1.0), (1.0, 710.0), (0.5, inf)]),
    "expm1": (lambda x: exp(x) - 1, LARGE, (), [(inf, 1.0), (1.0, 710.0), (0.5, inf)]),
    "log": (log, HUGE, (0, 1), [(0.0, 1.0), (3.0, 0.0), (5e-324, 2.0)]),
    "log1p": (lambda x: log(from_above(1 + x)), HUGE, (), [(1.0, 3.0), (-1.0, 0.5), (2.0, -1.0)]),
    "sqrt": (root, HUGE, (0, 1), [(0.0, 1.0), (4.0, 0.0), (1.0, 9.0)]),
    "square": (whole(2), LARGE, (), [(inf, 1.0), (2.0, -inf), (1e200, 3.0)]),
    "reciprocal": (reciprocal, LARGE, (0, 1), [(0.0, 1.0), (2.0, 0.0), (1e-200, 4.0)]),
}
for name, (f, at_infinity, at_zero, points) in singular.items():
    entry(f"sum of {name}", lambda x, y: f(x) + f(y), points, groups=[2], at_infinity=at_infinity, at_zero=at_zero)
entry("sum of x^1.5",
      lambda x, y: power(x, mpf(1.5)) + power(y, mpf(1.5)), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (2.0, 3.0)],
      groups=[2],
      at_zero=(0, 1))

# ---- Losses


def bce(p, y):
    return -(y * log(p) + (1 - y) * log(from_above(1 - p)))


probabilities = [0.0, 1e-320, 1e-300, 1e-160, 1e-100, 1e-20, 1e-10, 1e-3, 0.25, 0.3, 0.625, 0.75, 0.999, 1 - 1e-10, 1 - 2.0**-53, 1.0]
chances = [(p, y) for p in probabilities for y in (0.0, 1.0, 0.5, 0.1)]


def outside_of_probabilities(point):
    return {i: nan if i == () else None for i in monomials(2)} if not 0 <= point[0] <= 1 else nan_value(point)


as_it_stands = "equation (1) as it stands: 1 − p is rounded by up to 2⁻⁵³ before its logarithm is taken"


def bce_slack(index, point):
    # The value is off by (1 − y)·2⁻⁵³/(1 − p), the derivative by y by 2⁻⁵³/(1 − p).
    p, y = point
    if not 0 <= p < 1 or math.isnan(y):
        return 0
    rounding = ROUNDING / (1 - mpf(p))
    return rounding * (1 - mpf(y)) if index == () else rounding if index == (1, ) else 0


def confident(point):
    """Where ln p has a derivative beyond the doubles, by the third order at least, and y = 0 takes it away again."""
    p, y = point
    return "first" if (y == 0 and 0 < p < 1e-100) else None


# Stabilized, it loses nothing by 1 − p.
entry("y·log(p) + (1 − y)·log(1 − p)",
      lambda p, y: -bce(p, y),
      [(p, y) for p in (1e-300, 1e-20, 1e-10, 1e-3, 0.25, 0.3, 0.625, 0.999, 1 - 2.0**-53) for y in (0.0, 1.0, 0.5, 0.1)],
      only=confident)

entry("binaryCrossEntropy",
      bce,
      chances + [(1.5, 1.0), (-0.5, 0.0), (nan, 1.0), (0.5, nan)],
      at_zero=(0, ),
      only=confident,
      override=outside_of_probabilities,
      slack=bce_slack,
      why=as_it_stands)
entry("binaryCrossEntropy, posWeight 3",
      lambda p, y: -(y * log(p) * 3) - (1 - y) * log(from_above(1 - p)), [c for c in chances if c != (0.25, 0.1)],
      at_zero=(0, ),
      only=confident,
      slack=bce_slack,
      why=as_it_stands)
entry("binaryCrossEntropy, labelSmoothing 0.5",
      lambda p, y: bce(p,
                       y * mpf(0.5) + mpf(0.25)), [c for c in chances if c[0] not in (0.25, 0.3, 0.75)],
      at_zero=(0, ),
      only=confident,
      slack=bce_slack,
      why=as_it_stands)
entry("binaryCrossEntropy, weight 0", lambda p, y: p.like(0), chances, at_zero=(0, ), only=confident)

scores = [
    0.0, 5e-324, 1e-300, 1e-20, 1e-17, 1e-12, 1e-8, 0.01, *neighbors(0.03), 0.5, 1.0, 2.0, 5.0, 20.0, 30.0, 36.7, 37.43, 38.0, 90.0, 700.0,
    709.5, 710.0, 744.0, 745.5, 1000.0, 1e16, 1e300, inf
]
labelled = [(z, y) for z in both_signs(scores) for y in (0.0, 1.0, 0.5, 0.1)]


def logistic_loss(z, y):
    return softplus(z) - y * z if z.value <= 0 else softplus(-z) + (1 - y) * z


entry("binaryCrossEntropyWithLogits", logistic_loss, labelled + [(nan, 1.0), (1.0, nan)], override=nan_value)
# With a weight that is differentiated too, what arrives at each rule depends on an input.
weighted = [(z, y, w) for z in both_signs([0.0, 1e-8, 0.5, 3.0, 37.43, 700.0, 1000.0]) for y in (0.0, 1.0, 0.1) for w in (0.0, 2.5, 1e-300)]
entry("binaryCrossEntropyWithLogits, weighted", lambda z, y, w: w * logistic_loss(z, y), weighted)
entry("binaryCrossEntropyWithLogits, posWeight 3", lambda z, y: y * softplus(-z) * 3 + (1 - y) * softplus(z), labelled)
entry("binaryCrossEntropyWithLogits, labelSmoothing 0.5", lambda z, y: logistic_loss(z, y * mpf(0.5) + mpf(0.25)), labelled)
entry("binaryCrossEntropyWithLogits, weight 0", lambda z, y: z.like(0), labelled)

for k in (0, 1):
    entry(f"crossEntropy of class {k} of two", lambda *zs: lse(*zs) - zs[k], logits2, groups=[2], slack=cumulant_slack(()), why=half_way)
for k in (0, 2):
    entry(f"crossEntropy of class {k} of three", lambda *zs: lse(*zs) - zs[k], logits3, groups=[3], slack=cumulant_slack(()), why=half_way)
smoothing = mpf(0.125)
entry("crossEntropy of class 0 of two, labelSmoothing 0.125",
      lambda x, y: lse(x, y) - (1 - smoothing) * x - smoothing / 2 * (x + y), [p for p in logits2 if all(map(math.isfinite, p))],
      groups=[2],
      slack=cumulant_slack(()),
      why=half_way)
entry("crossEntropy of class 0 of two, weight 0", lambda x, y: x.like(0), logits2, groups=[2])


def expected_loss(z0, z1, y0, y1):
    return y0 * (lse(z0, z1) - z0) + y1 * (lse(z0, z1) - z1)


distributions = [(z0, z1, y0, y1) for z0, z1 in logits2 for y0, y1 in ((1.0, 0.0), (0.0, 1.0), (0.875, 0.125))]


def expected_loss_slack(index, point):
    """That of ln Σ e^z times the sum of the target, or times 1 where it is differentiated by a place of the target."""
    by_logits = tuple(i for i in index if i < 2)
    by_target = len(index) - len(by_logits)
    return cumulant_slack(())(by_logits, point[:2]) * (mpf(point[2]) + mpf(point[3]) if by_target == 0 else 1 if by_target == 1 else 0)


entry("crossEntropy of probabilities", expected_loss, distributions, groups=[2, 2], slack=expected_loss_slack, why=half_way)

differences = [(0.0, 0.0), (1.0, 3.0), (3.0, 1.0), (1e-200, -1e-200), (1e-320, 0.0), (1e160, 0.0), (1e300, 1e300), (1e300, -1e300),
               (1.7e308, -1.7e308), (inf, 1.0), (1.0, inf), (-inf, 1.0), (1e16, 1e16 + 2), (nan, 1.0)]
differences += [(draw(-3, 3), draw(-3, 3)) for _ in range(6)]


def difference_of_nan(point):
    """Both first derivatives depend on both numbers; the second are constant."""
    return {i: nan if len(i) < 2 else None for i in monomials(2)} if any(map(math.isnan, point)) else None


entry("meanSquaredError", lambda p, y: (p - y) * (p - y), differences, override=difference_of_nan)
for delta in (1.0, 0.7, 1e-300, 1e300, inf):

    def huber(p, y, delta=LARGE**11 if math.isinf(delta) else mpf(delta)):
        d = p - y
        sign = 1 if d.value >= 0 else -1
        return d * d * mpf(0.5) if abs(d.value) <= delta else (d * sign - delta / 2) * delta

    kinks = [(delta, 0.0), (0.0, delta)] if delta < 1e300 else []
    # With a tiny δ, p − y overflows on the way to a loss that does not: there is nothing before it to scale.
    entry(f"huber, delta {delta}",
          huber, [d for d in differences if abs(d[0]) != 1.7e308 or delta > 1e-300] + kinks,
          at_infinity=LARGE**10,
          override=difference_of_nan)
entry("huber, weight 0", lambda p, y: p.like(0), [d for d in differences if not math.isnan(d[0])])

rates = [
    -inf, -1e300, -1000.0, -745.1, -708.0, -36.7, -2.0, -1e-8, -1e-300, 0.0, 1e-300, 1e-12, 1e-8, 0.5, *neighbors(1.0), 3.0, 20.0, 36.7,
    700.0, 709.7, 710.0, 1000.0, 1e300, inf
]
entry("poissonNll",
      lambda r, k: exp(r) - k * r, [(r, k) for r in rates for k in (0.0, 1.0, 2.0, 7.0, 1e6)],
      slack=lambda i, p: 2 * ROUNDING * (abs(mpf(p[0]) * mpf(p[1]))) if i == () and math.isfinite(p[0]) else 0,
      why="the value is the difference of eʳ and k·r, rounded by up to 2⁻⁵² of the second")
entry("poissonNll, weighted",
      lambda r, k, w: w * (exp(r) - k * r), [(r, k, w) for r in (-700.0, -2.0, 1e-12, 0.5, 20.0, 300.0) for k in (0.0, 1.0, 7.0)
                                             for w in (0.0, 2.5)],
      slack=lambda i, p: 2 * ROUNDING * (abs(mpf(p[0]) * mpf(p[1]))) * (mpf(p[2]) if i == () else 1) if i in ((), (2, )) else 0,
      why="the value is the difference of eʳ and k·r, rounded by up to 2⁻⁵² of the second")
entry("poissonNll, weight 0", lambda r, k: r.like(0), [(r, 1.0) for r in rates])

save()
