"""The coefficients and zeros in src/kernels/error-function.ts and src/kernels/gamma.ts, from arithmetic with 60 digits.

Run to see them:  python3 test/references/coefficients.py   (needs mpmath, in Debian python3-mpmath)
"""
from mpmath import cos, erf, erfc, euler, exp, findroot, gamma, log, loggamma, mp, mpf, pi, psi, sqrt

mp.dps = 60
NODES = 80


def chebyshev(name, f, count=60):
    """The Chebyshev coefficients of f on [-1, 1] down to 2e-18 of the largest."""
    angles = [pi * (k + mpf(1) / 2) / NODES for k in range(NODES)]
    values = [f(cos(angle)) for angle in angles]
    coefficients = [2 / mpf(NODES) * sum(v * cos(j * angle) for v, angle in zip(values, angles)) for j in range(count)]
    coefficients[0] /= 2
    largest = max(abs(c) for c in coefficients)
    while abs(coefficients[-1]) < mpf("2e-18") * largest:
        coefficients.pop()
    print(name, [float(c) for c in coefficients])


def scaled_erfc(u):
    x = mpf("3.75") * (1 + u) / (1 - u)
    if x < 200:
        return (1 + 2 * x) * exp(x * x) * erfc(x)
    series = 1 - 1 / (2 * x**2) + 3 / (4 * x**4) - 15 / (8 * x**6) + 105 / (16 * x**8) - 945 / (32 * x**10)
    return (1 + 2 * x) / (x * sqrt(pi)) * series


def erf_over_x(u):
    x = sqrt((u + 1) / 2)
    return erf(x) / x


zero = findroot(lambda x: psi(0, x), mpf("1.46"))
chebyshev("NEAR", erf_over_x)
chebyshev("SCALED", scaled_erfc)
chebyshev("AROUND_TWO", lambda u: loggamma(2 + u / 2) / (u / 2) if u != 0 else 1 - euler)
chebyshev("ONE_TO_TWO", lambda u: psi(0, (u + 3) / 2) / ((u + 3) / 2 - zero))


def show(name, zeros):
    print(name, [(float(z), float(z - mpf(float(z)))) for z in zeros])


size = lambda x: log(abs(gamma(x)))
show("ZERO", [zero])
extremes = {n: findroot(lambda x: psi(0, x), -n - mpf("0.62")) for n in range(0, 11)}
show("digammaZeros", extremes.values())
zeros = []
for n in range(2, 11):
    for pole in (-n - mpf(10) ** -20, -n - 1 + mpf(10) ** -20):
        zeros.append(findroot(size, (pole, extremes[n]), solver="illinois", tol=mpf(10) ** -90, maxsteps=2000))
show("lgammaZeros", zeros)
