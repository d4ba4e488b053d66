"""Taylor arithmetic: numbers with all their partial derivatives, in as many digits as mpmath is told to keep.

A jet is a polynomial in the displacements of its m inputs, cut off above a total degree. Sums and products are those of polynomials; a
function of one number is its own Taylor series at the jet's constant term, with the rest of the jet put in. No rule of the library
appears here: what a jet holds is the definition of a derivative.

    python3 test/references/jets.py

compares it with mpmath's own differences of the same functions.
"""
import math
from functools import lru_cache
from itertools import combinations_with_replacement

from mpmath import mp, mpf

ORDER = 3


@lru_cache(maxsize=None)
def monomials(inputs):
    """The multi-indices of up to ORDER inputs, as sorted tuples: (), (0,), (1,), (0, 0), (0, 1), …"""
    return [index for order in range(ORDER + 1) for index in combinations_with_replacement(range(inputs), order)]


@lru_cache(maxsize=None)
def products(inputs):
    """The triples (i, j, k) of places in monomials with monomial i times monomial j = monomial k."""
    place = {index: k for k, index in enumerate(monomials(inputs))}
    return [(i, j, place[tuple(sorted(a + b))]) for i, a in enumerate(monomials(inputs)) for j, b in enumerate(monomials(inputs))
            if len(a) + len(b) <= ORDER]


class Jet:

    def __init__(self, inputs, coefficients):
        self.inputs = inputs
        self.coefficients = coefficients

    @property
    def value(self):
        return self.coefficients[0]

    def partials(self):
        """Multi-index → partial derivative: the coefficient times the factorials of how often each input occurs."""
        result = {}
        for index, coefficient in zip(monomials(self.inputs), self.coefficients):
            factor = 1
            for i in set(index):
                factor *= math.factorial(index.count(i))
            result[index] = coefficient * factor
        return result

    def like(self, other):
        if isinstance(other, Jet):
            return other
        return Jet(self.inputs, [mpf(other)] + [mpf(0)] * (len(self.coefficients) - 1))

    def __add__(self, other):
        return Jet(self.inputs, [a + b for a, b in zip(self.coefficients, self.like(other).coefficients)])

    def __neg__(self):
        return Jet(self.inputs, [-a for a in self.coefficients])

    def __sub__(self, other):
        return self + (-self.like(other))

    def __rsub__(self, other):
        return self.like(other) - self

    def __mul__(self, other):
        if not isinstance(other, Jet):
            return Jet(self.inputs, [a * other for a in self.coefficients])
        result = [mpf(0)] * len(self.coefficients)
        for i, j, k in products(self.inputs):
            if self.coefficients[i] and other.coefficients[j]:
                result[k] += self.coefficients[i] * other.coefficients[j]
        return Jet(self.inputs, result)

    def __truediv__(self, other):
        return self * reciprocal(self.like(other))

    def __rtruediv__(self, other):
        return self.like(other) / self

    __radd__ = __add__
    __rmul__ = __mul__


def variable(inputs, place, value):
    coefficients = [mpf(0)] * len(monomials(inputs))
    coefficients[0] = mpf(value)
    coefficients[1 + place] = mpf(1)
    return Jet(inputs, coefficients)


def series(x, taylor):
    """taylor[0] + taylor[1]·d + taylor[2]·d² + … with d = x less its constant term."""
    rest = Jet(x.inputs, [mpf(0)] + x.coefficients[1:])
    result = x.like(taylor[ORDER])
    for coefficient in reversed(taylor[:ORDER]):
        result = result * rest + coefficient
    return result


def exp(x):
    power = mp.exp(x.value)
    return series(x, [power / math.factorial(k) for k in range(ORDER + 1)])


def log(x):
    return series(x, [mp.log(x.value)] + [-((-1 / x.value)**k) / k for k in range(1, ORDER + 1)])


def power(x, exponent):
    """x^a with a constant a: the binomial series. At x = 0, for whole a ≥ 0 only."""
    taylor = []
    binomial = mpf(1)
    for k in range(ORDER + 1):
        # A coefficient of 0 ends the series of a whole exponent, whatever x^(a − k) is.
        taylor.append(binomial * x.value**(exponent - k) if binomial else mpf(0))
        binomial = binomial * (exponent - k) / (k + 1)
    return series(x, taylor)


def reciprocal(x):
    return series(x, [(-1)**k / x.value**(k + 1) for k in range(ORDER + 1)])


def sin(x):
    s, c = mp.sin(x.value), mp.cos(x.value)
    return series(x, [[s, c, -s, -c][k % 4] / math.factorial(k) for k in range(ORDER + 1)])


def cos(x):
    s, c = mp.sin(x.value), mp.cos(x.value)
    return series(x, [[c, -s, -c, s][k % 4] / math.factorial(k) for k in range(ORDER + 1)])


def nearest_double(x):
    """The double nearest to x, ties to even, gradual underflow and overflow included."""
    if mp.isnan(x):
        return math.nan
    if mp.isinf(x):
        return math.inf if x > 0 else -math.inf
    negative, man, exponent, bits = mpf(x)._mpf_
    if man == 0:
        return 0.0
    top = exponent + bits
    if top > 1030:
        result = math.inf
    elif top < -1080:
        result = 0.0
    else:
        lowest = max(top - 53, -1074)
        shift = lowest - exponent
        if shift <= 0:
            whole = man << -shift
        else:
            whole = man >> shift
            rest = man - (whole << shift)
            half = 1 << (shift - 1)
            if rest > half or (rest == half and whole & 1):
                whole += 1
        try:
            result = math.ldexp(whole, lowest)
        except OverflowError:
            result = math.inf
    return -result if negative else result


def largest_difference():
    """Jets against mpmath's numerical derivatives, which know nothing of them, at points where neither is in trouble."""
    mp.dps = 100
    functions = [
        (lambda f, x: f.exp(x) / (1 + f.exp(x)), 1),
        (lambda f, x: x * f.log(1 + f.exp(x)), 1),
        (lambda f, x: f.sin(x * x) - f.cos(x) / x, 1),
        (lambda f, x, y: f.exp(y * f.log(x)), 2),
        (lambda f, x, y: x / (y * y + x), 2),
        (lambda f, x, y: f.power(x, mpf(2.5)) * f.sin(y), 2),
        (lambda f, x, y, z: f.log(f.exp(x) + f.exp(y) + f.exp(z)) * (x - y * z), 3),
    ]
    jets = type(
        "Jets",
        (),
        {
            "exp": staticmethod(exp),
            "log": staticmethod(log),
            "sin": staticmethod(sin),
            "cos": staticmethod(cos),
            "power": staticmethod(power),
        },
    )
    point = [mpf(0.7), mpf(1.3), mpf(-0.4)]
    worst = mpf(0)
    for f, inputs in functions:
        found = f(jets, *[variable(inputs, i, x) for i, x in enumerate(point[:inputs])]).partials()
        for index, value in found.items():
            orders = tuple(index.count(i) for i in range(inputs))
            expected = mp.diff(lambda *xs, f=f: f(mp, *xs), tuple(point[:inputs]), orders) if index else f(mp, *point[:inputs])
            worst = max(worst, abs(value - expected))
    return worst


if __name__ == "__main__":
    print("largest difference", mp.nstr(largest_difference(), 3))
