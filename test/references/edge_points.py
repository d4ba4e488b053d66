"""Where the references are taken: tiny to huge, and both sides of each number at which a kernel changes its formula."""
import math
import random

inf = math.inf
nan = math.nan


def neighbors(x):
    return [math.nextafter(x, -inf), x, math.nextafter(x, inf)]


def both_signs(points):
    return [s * x for x in points for s in (1.0, -1.0)]


generator = random.Random(15)


def draw(low, high):
    # Three decimals, so that the file is short.
    return round(generator.uniform(low, high), 3)


tiny = [5e-324, 1e-320, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-200, 1e-160, 1e-155, 1e-110, 1e-100, 1e-50, 1e-20, 1e-17]
small = [2.0**-54, 2.0**-53, 2.0**-52, 1e-12, 1e-8, 2.0**-26, 1e-5, 1e-3, 0.01, 0.1]
# Where the kernels, those of JavaScript engines included, change from one formula to another: tables and halves of ln 2, 5/8, ¾, 1, √½, √2,
# 20, 22, ln 2^53, 56 ln 2 and ±700 … 746, where e^x leaves the normal numbers, then the doubles.
seams = [
    math.log(2) / 256,
    0.25,
    math.log(2) / 2,
    0.5,
    math.log(3) / 2,
    *neighbors(0.625),
    *neighbors(math.log(2)),
    math.sqrt(0.5),
    0.75,
    1.0,
    1.5 * math.log(2),
    math.sqrt(2),
    2.0,
    3.25,
    5.0,
    8.0,
    10.0,
    15.0,
    18.0,
    19.06,
    *neighbors(20.0),
    *neighbors(22.0),
    30.0,
    36.0,
    36.7,
    math.log(2.0**53),
    36.8,
    37.0,
    37.43,
    38.0,
    56 * math.log(2),
    40.0,
    90.0,
    354.9,
    372.5,
    500.0,
]
exponents = [*neighbors(700.0), 707.9, *neighbors(708.0), 708.4, *neighbors(709.0), 709.7]
beyond = [
    709.8, 710.0, 710.5, 740.0, *neighbors(744.0), 744.5, *neighbors(745.0), 745.14, *neighbors(746.0), 750.0, *neighbors(800.0), 1000.0
]
large = [1e4, *neighbors(1e5), 823549.6, 1e10, 2.0**52, 2.0**53, 1e16, 1e22]
huge = [1e50, 1e100, 1.3e154, 1e155, 1e200, 1e300, 8e307, 1.7e308]
moderate = sorted(draw(0, 4) for _ in range(16)) + sorted(draw(4, 40) for _ in range(8))

zeros = [0.0, -0.0]
everywhere = zeros + both_signs(tiny + small + seams + exponents + beyond + large + huge + moderate + [inf]) + [nan]
positive = tiny + small + seams + exponents + beyond + large + huge + moderate
near_one = [x for e in (2.0**-53, 1e-12, 1e-8, 1e-4, 0.05)
            for x in (1 - e, 1 + 2 * e)] + neighbors(math.sqrt(0.5)) + neighbors(math.sqrt(2))
plain = zeros + both_signs(
    [5e-324, 1e-310, 1e-200, 1e-160, 1e-100, 1e-20, 1e-8, 0.1, 1.0, 3.25, 1e5, 1e100, 1e155, 1e200, 1e300, 1.7e308, inf]) + [nan]
