"""Computes the exact values and gradients of catalog.txt with mpmath, and writes them to catalog.json to 60 digits.

Shares no code with gradtape: a formula is read by Python itself, ^ as **, and its derivatives are central differences with
1500 digits and a step of 10^-400 of the variable. Run: python3 test/accuracy/catalog.py
"""
import json
import pathlib
from mpmath import mp, mpf
import mpmath

here = pathlib.Path(__file__).parent
TINY = 1000  # a variable that is 0 where the formula has no value stands at 10^-TINY, for the limit


class Vector(list):
    def zip(self, other, f):
        return Vector(f(a, b) for a, b in zip(self, other)) if isinstance(other, list) else Vector(f(a, other) for a in self)

    def __add__(self, o): return self.zip(o, lambda a, b: a + b)
    def __sub__(self, o): return self.zip(o, lambda a, b: a - b)
    def __mul__(self, o): return self.zip(o, lambda a, b: a * b)
    def __truediv__(self, o): return self.zip(o, lambda a, b: a / b)
    def __pow__(self, o): return self.zip(o, lambda a, b: a ** b)
    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def __rsub__(self, o): return Vector(o - a for a in self)
    def __rtruediv__(self, o): return Vector(o / a for a in self)
    def __neg__(self): return Vector(-a for a in self)


def each(f):
    return lambda x: Vector(f(a) for a in x) if isinstance(x, list) else f(mpf(x))


def softmax(x):
    powers = [mpmath.exp(a) for a in x]
    return Vector(p / mpmath.fsum(powers) for p in powers)


functions = {
    **{name: each(getattr(mpmath, name)) for name in ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh"]},
    "sigmoid": each(lambda a: 1 / (1 + mpmath.exp(-a))),
    "softmax": softmax,
    "sum": lambda x: mpmath.fsum(x),
    "mean": lambda x: mpmath.fsum(x) / len(x),
    "prod": lambda x: mpmath.fprod(x),
}


def parse(point):
    values = {}
    for part in point.split():
        name, text = part.split("=")
        values[name] = [float(t) for t in text[1:-1].split(",")] if text[0] == "[" else float(text)
    return values


def evaluate(code, values):
    return eval(code, {"__builtins__": {}}, {**functions, **values})


def exact_of(value, shift):
    """The floating-point number itself; 0 as 10^-shift if a limit is asked for."""
    lift = lambda x: mpf(10) ** -shift if x == 0 and shift else mpf(x)
    return Vector(lift(x) for x in value) if isinstance(value, list) else lift(value)


def value_and_gradient(code, point, shift=0):
    values = {name: exact_of(value, shift) for name, value in point.items()}
    gradient = {}
    for name, value in values.items():
        def slope(get, put):
            x = get()
            h = (abs(x) if x != 0 else mpf(1)) * mpf(10) ** -400
            put(x + h)
            up = evaluate(code, values)
            put(x - h)
            down = evaluate(code, values)
            put(x)
            return (up - down) / (2 * h)
        if isinstance(value, list):
            gradient[name] = [slope(lambda: value[i], lambda v: value.__setitem__(i, v)) for i in range(len(value))]
        else:
            gradient[name] = slope(lambda: values[name], lambda v: values.__setitem__(name, v))
    return evaluate(code, values), gradient


def limit(near, nearer):
    """Where a number goes whose variables go to 0: to ±∞ if it still grows, to 0 if it is tiny."""
    if abs(nearer) > 100 and abs(nearer) > 1.5 * abs(near):
        return mpf("inf") if nearer > 0 else mpf("-inf")
    return mpf(0) if abs(nearer) < mpf(10) ** -400 else nearer


def text(x):
    if isinstance(x, list):
        return [text(a) for a in x]
    return str(x) if mpmath.isinf(x) else "0" if x == 0 else mpmath.nstr(x, 60, strip_zeros=True)


def both(f, a, b):
    return [both(f, x, y) for x, y in zip(a, b)] if isinstance(a, list) else f(a, b)


out = []
for line in (here / "catalog.txt").read_text().splitlines():
    if line.startswith("#") or not line.strip():
        continue
    name, formula, points, source = [part.strip() for part in line.split(" | ")]
    code = compile(formula.replace("^", "**"), name, "eval")
    rows = []
    for point in (parse(p) for p in points.split(";")):
        mp.dps = 1500
        try:
            value, gradient = value_and_gradient(code, point)
            numbers = [value, *gradient.values()]
            if not all(mpmath.isfinite(x) for number in numbers for x in (number if isinstance(number, list) else [number])):
                raise ValueError(name)
        except (ZeroDivisionError, ValueError):
            mp.dps = 4 * TINY + 1500
            near, nearer = value_and_gradient(code, point, TINY), value_and_gradient(code, point, 2 * TINY)
            value = limit(near[0], nearer[0])
            gradient = {
                k: both(limit, near[1][k], nearer[1][k]) for k in point}
        rows.append({"at": point, "value": text(value), "gradient": {k: text(g) for k, g in gradient.items()}})
    out.append({"name": name, "formula": formula, "source": source, "points": rows})

lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in out)
(here / "catalog.json").write_text(f"[\n{lines}\n]\n")
print(len(out), "formulas")
