"""How references are computed and written: a function, its points, and the conventions where it has an edge. See edges.py."""
import json
import math
import os
import sys

from jets import ORDER, Jet, monomials, nearest_double, variable
from mpmath import mp, mpf

mp.dps = 1000

inf = math.inf
nan = math.nan
LARGE = mpf(10)**400
HUGE = mp.ldexp(mpf(1), 10**400)
TINY = mp.ldexp(mpf(1), -(10**400))

entries = {}


def entry(name,
          f,
          points,
          *,
          groups=None,
          given=0,
          at_infinity=LARGE,
          at_zero=(),
          override=None,
          slack=None,
          why=None,
          only=None,
          order=ORDER):
    """Computes one function's references and keeps them.

    f            jets, and plain numbers for the last `given` inputs → jet
    points       tuples of doubles, one for each input; single doubles for functions of one input
    groups       how the inputs make tensors: 1 for an input of its own, n for n inputs that are a row; all of their own if left out
    at_infinity  what stands for ∞
    at_zero      the places of inputs where ±0 stands for the limit from its side
    override     point → {multi-index: value} for conventions; NaN stands for itself, None for "not checked"
    slack        (multi-index, point) → an absolute error that is allowed beyond the relative one, with the reason in `why`
    only         point → "pure" or "first" where only words of reverse mode alone, or beginning with it, can be right: forward mode computes
                 the derivative of each step on the way, and one of these is beyond the doubles
    order        up to which derivatives are kept
    """
    points = [p if isinstance(p, tuple) else (p, ) for p in points]
    inputs = len(points[0]) - given
    indices = [index for index in monomials(inputs) if len(index) <= order]
    partials = {index: [] for index in indices}
    slacks = {index: [] for index in indices}
    for point in points:
        fixed = {} if override is None else override(point) or {}
        jet = {} if all(index in fixed for index in indices) else f(*jets_at(point, inputs, at_infinity, at_zero)).partials()
        for index in indices:
            value = fixed[index] if index in fixed else jet[index]
            partials[index].append(None if value is None else value if isinstance(value, float) else nearest_double(value))
            if slack is not None:
                slacks[index].append(slack(index, point) if math.isfinite(partials[index][-1] or 0) else 0)
    entries[name] = {
        "groups": groups or [1] * len(points[0]),
        "given": given,
        "points": [list(column) for column in zip(*points)],
        "partials": {key(index): partials[index]
                     for index in indices},
    }
    if only is not None:
        entries[name]["only"] = [only(point) for point in points]
    if slack is not None:
        entries[name]["slack"] = {
            key(index): [float(f"{mp.nstr(mpf(s), 3)}") for s in slacks[index]]
            for index in indices if any(slacks[index])
        }
        entries[name]["why"] = why
    print(name, len(points), file=sys.stderr)


def key(index):
    return "".join(map(str, index))


def jets_at(point, inputs, at_infinity, at_zero):

    def stand_in(i, x):
        if math.isinf(x):
            return math.copysign(1, x) * at_infinity
        if x == 0 and i in at_zero:
            return math.copysign(1, x) * TINY
        return mpf(x)

    numbers = [stand_in(i, x) for i, x in enumerate(point)]
    return [variable(inputs, i, x) if i < inputs else x for i, x in enumerate(numbers)]


def not_a_number(point):
    """The usual fate of a NaN: everything is one."""
    if any(math.isnan(x) for x in point):
        return {index: nan for index in monomials(len(point))}
    return None


def first_of(*overrides):

    def choose(point):
        for override in overrides:
            fixed = override(point)
            if fixed is not None:
                return fixed
        return None

    return choose


def orders(*values):
    """What an override says of a function of one input: its value and derivatives, in order."""
    return dict(zip(monomials(1), values))


def from_above(x):
    """A jet at 0 as the limit from above."""
    return x if x.value else Jet(x.inputs, [TINY] + x.coefficients[1:])


def outside(is_outside):
    """A value of NaN beyond the domain; what a derivative is there, nobody has settled."""
    return lambda point: orders(nan, None, None, None) if is_outside(point[0]) else None


def nan_value(point):
    """A value of NaN where one went in; what the derivatives are is told by other functions."""
    return {i: nan if i == () else None for i in monomials(len(point))} if any(map(math.isnan, point)) else None


def written(value):
    """Numbers as JSON can hold them: whole ones short, those that are not finite as strings."""
    if isinstance(value, list):
        return [written(v) for v in value]
    if value is None or isinstance(value, (int, str)):
        return value
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    is_short = value == int(value) and abs(value) < 1e15 and not (value == 0 and math.copysign(1, value) < 0)
    return int(value) if is_short else value


def simplify(e):
    result = {"groups": e["groups"], "given": e["given"], "points": written(e["points"]), "partials": {}}
    for k, values in e["partials"].items():
        # The sign of a zero is that of rounding here, and nobody compares it.
        result["partials"][k] = written([0 if v == 0 else v for v in values])
    if "only" in e:
        result["only"] = e["only"]
    if "slack" in e:
        result["why"] = e["why"]
        result["slack"] = {k: written(v) for k, v in e["slack"].items()}
    return result


def save():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "edges.json"), "w") as file:
        lines = [
            f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(simplify(e), separators=(',', ':'), ensure_ascii=False)}"
            for name, e in entries.items()
        ]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
