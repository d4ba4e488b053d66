"""Values and gradients of ops on tensors and of losses, by another implementation: PyTorch in float64.

Run when the list changes:  python3 test/references/tensors.py && npm run format   (needs PyTorch, in Debian python3-torch)
Writes tensors.json beside this file. A name begins with that of the function; what it means in the library stands in the function's
record, in test/oracles/records/. Numbers are drawn by the name, so that a new case changes no other.
"""
import json
import os
import zlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

cases = {}


def generator_of(name):
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def rounded(x):
    # Three decimals, so that the file is short and the input exact in both.
    return x.mul(1000).round().div(1000)


def draw(shape, low=-2.0, high=2.0):
    """Numbers that are drawn when the case is known."""
    return lambda generator: rounded(torch.rand(shape, generator=generator) * (high - low) + low)


def case(name, f, *inputs):
    generator = generator_of(name)
    inputs = [x if torch.is_tensor(x) else x(generator) for x in inputs]
    leaves = [x.clone().requires_grad_(True) for x in inputs]
    output = f(*leaves)
    cotangent = draw(output.shape)(generator)
    gradients = torch.autograd.grad(output, leaves, cotangent, allow_unused=True)
    cases[name] = {
        "inputs": [x.tolist() for x in inputs],
        "value": output.tolist(),
        "cotangent": cotangent.tolist(),
        "gradients": [(torch.zeros_like(x) if g is None else g).tolist() for x, g in zip(inputs, gradients)],
    }


two = (draw([2, 3]), draw([3]))
positive = (draw([2, 3], 0.5, 2), draw([3], 0.5, 2))
case("add", torch.add, *two)
case("sub", torch.sub, *two)
case("mul", torch.mul, *two)
case("div", torch.div, *positive)
case("pow", torch.pow, *positive)
case("pow of a negative base", lambda x: x**3, draw([4], -2, -0.5))
case("maximum", torch.maximum, *two)
case("maximum with ties", torch.maximum, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
case("minimum", torch.minimum, *two)
case("where", lambda x, y: torch.where(x > 0, x * y, y), draw([2, 3]), draw([2, 3]))
case("clamp", lambda x: torch.clamp(x, -1, 0.5), torch.tensor([-2.0, -1.0, 0.1, 0.5, 3.0]))
x = draw([2, 3, 4])
case("sum", lambda x: x.sum((0, 2)), x)
case("mean", lambda x: x.mean(1, keepdim=True), x)
case("max", lambda x: x.amax((1, 2)), x)
case("max with ties", lambda x: x.amax(), torch.tensor([1.0, 3.0, 3.0]))
case("min", lambda x: x.amin(-1), x)
case("prod", lambda x: x.prod(1), x)
case("prod with zeros", lambda x: x.prod(1), torch.tensor([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, 2.0, 3.0]]))
case("logSumExp", lambda x: x.logsumexp((0, 1)), x)
case("variance", lambda x: x.var(1, unbiased=True), x)
case("variance of the population", lambda x: x.var((0, 2), unbiased=False), x)
case("cumsum", lambda x: x.cumsum(1), x)
case("softmax", lambda x: x.softmax(-1), x)
case("softmax along axis 0", lambda x: x.softmax(0), x)
case("logSoftmax", lambda x: x.log_softmax(1), x)
case("matmul", torch.matmul, draw([5, 4]), draw([4, 6]))
case("matmul of a matrix and a vector", torch.matmul, draw([5, 4]), draw([4]))
case("matmul of a vector and a matrix", torch.matmul, draw([4]), draw([4, 3]))
case("matmul of vectors", torch.matmul, draw([4]), draw([4]))
case("matmul of batches", torch.matmul, draw([2, 1, 3, 4]), draw([5, 4, 2]))
case("matmul of a batch and a vector", torch.matmul, draw([2, 3, 4]), draw([4]))
case("transpose", lambda x: x.permute(2, 0, 1), x)
case("reshape", lambda x: x.reshape(4, -1), x)
case("broadcastTo", lambda x: x.expand(4, 2, 3), draw([2, 1]))
case("sumTo", lambda x: x.sum_to_size(3, 1), x)
case("squeeze", lambda x: x.squeeze(), draw([1, 3, 1]))
case("expandDims", lambda x: x.unsqueeze(-1), draw([3]))
case("slice", lambda x: x[1, :, 1:4:2], x)
case("slice backwards", lambda x: x.flip(0)[::2], draw([5]))
case("take", lambda x: x[:, [2, 0, 2]], x)
case("take in the shape of the indices", lambda x: x[torch.tensor([[1, 0], [0, -1]])], x)
case("concat", lambda x, y: torch.cat([x, y, x], 1), draw([2, 3]), draw([2, 1]))
case("stack", lambda x, y: torch.stack([x, y], -1), draw([2, 3]), draw([2, 3]))
case("split", lambda x: torch.split(x, [1, 2], 1)[1] ** 2, draw([2, 3]))
case("pad", lambda x: F.pad(x, (0, 2, 1, 0), value=7.0), draw([2, 3]))

for name in ("equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"):
    f = {"equal": torch.eq, "notEqual": torch.ne, "less": torch.lt, "lessEqual": torch.le, "greater": torch.gt, "greaterEqual": torch.ge}[name]
    case(name, lambda x, y, f=f: f(x, y).to(torch.float64) + 0 * (x + y).sum(), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 2.0, 2.0]))
case("argmax", lambda x: x.argmax(1).to(torch.float64) + 0 * x.sum(), draw([3, 4]))
case("oneHot", lambda x: F.one_hot(x.detach().long(), 4).to(torch.float64) + 0 * x.sum(), torch.tensor([[2.0, 0.0], [3.0, 3.0]]))
case("stopGradient", lambda x: x.detach() * 2 + x * x.detach(), draw([3]))

for name, f in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc}.items():
    case(name, lambda x, f=f: f(x) + 0 * x, torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.2, -1.7]))
case("atan2", torch.atan2, *two)
case("hypot", torch.hypot, *two)
case("logAddExp", torch.logaddexp, *two)
case("xlogy", torch.xlogy, draw([2, 3]), draw([3], 0.2, 2))
case("xlogy at 0", torch.xlogy, torch.tensor([0.0, 0.0]), torch.tensor([0.5, 2.0]))
case("mod", torch.remainder, draw([2, 3], -5, 5), torch.tensor([1.5, -2.0, 0.7]))
case("norm", lambda x: torch.linalg.vector_norm(x, dim=(0, 2)), x)
case("norm of zeros", lambda x: torch.linalg.vector_norm(x), torch.zeros(3))
case("std", lambda x: x.std(1, unbiased=True), x)
case("std of the population", lambda x: x.std((0, 2), unbiased=False, keepdim=True), x)
case("cumprod", lambda x: x.cumprod(1), x)
case("cumprod with zeros", lambda x: x.cumprod(0), torch.tensor([2.0, 0.0, 3.0, 0.0, 4.0]))
case("argmin", lambda x: x.argmin(1).to(torch.float64) + 0 * x.sum(), draw([3, 4]))
case("sort", lambda x: x.sort(0)[0], draw([4, 3]))
case("argsort", lambda x: x.argsort(-1).to(torch.float64) + 0 * x, draw([3, 4]))
case("topK", lambda x: x.topk(2, 1)[0], draw([3, 4]))
case("quantile", lambda x: torch.quantile(x, torch.tensor([0.2, 0.9]), dim=1), draw([3, 4]))
case("median", lambda x: torch.quantile(x, 0.5, dim=1), draw([3, 4]))
case("segmentSum", lambda x: torch.zeros(3, 2).index_add(0, torch.tensor([2, 0, 2, 2]), x), draw([4, 2]))
square = draw([3, 3])
definite = lambda a: a @ a.transpose(-1, -2) + torch.eye(a.shape[-1])
case("solve", torch.linalg.solve, draw([2, 3, 3]), draw([2, 3, 2]))
case("solve for a vector", torch.linalg.solve, square, draw([3]))
case("solveTriangular", lambda l, b: torch.linalg.solve_triangular(l.tril() + 3 * torch.eye(3), b, upper=False), square, draw([3, 2]))
case("cholesky", lambda a: torch.linalg.cholesky(definite(a)), draw([2, 3, 3]))
case("inv", torch.linalg.inv, draw([2, 3, 3]))
case("det", torch.linalg.det, draw([2, 3, 3]))
case("slogdet", lambda a: torch.linalg.slogdet(a)[1], draw([2, 3, 3]))
case("eigh", lambda a: torch.linalg.eigh((a + a.transpose(-1, -2)) / 2)[0], draw([2, 3, 3]))
case("eigh with squared vectors", lambda a: torch.linalg.eigh((a + a.transpose(-1, -2)) / 2)[1] ** 2, square)
case("trace", lambda a: a.diagonal(dim1=-2, dim2=-1).sum(-1), draw([2, 3, 3]))
case("diag", torch.diag, draw([3]))
case("diag of a matrix", torch.diag, draw([3, 4]))
case("tril", lambda a: a.tril(-1), draw([2, 3, 3]))
case("triu", lambda a: a.triu(1), draw([3, 4]))
case("outer", torch.outer, draw([3]), draw([2]))
case("einsum", lambda a, b: torch.einsum("bij,jk->bk", a, b), draw([2, 3, 4]), draw([4, 2]))
case("einsum of diagonals", lambda a: torch.einsum("iij->j", a), draw([3, 3, 2]))

p, y = draw([3, 2], 0.1, 0.9), draw([3, 2], 0, 1)(generator_of("targets"))
z = draw([3, 2], -4, 4)

case("binaryCrossEntropy", lambda p, y: F.binary_cross_entropy(p, y), p, y)
case("binaryCrossEntropy weighted", lambda p: F.binary_cross_entropy(p, y, weight=torch.tensor([2.0, 3.0]), reduction="sum"), p)
cases["binaryCrossEntropy weighted"]["target"] = y.tolist()
case("binaryCrossEntropyWithLogits", lambda z, y: F.binary_cross_entropy_with_logits(z, y), z, y)
case(
    "binaryCrossEntropyWithLogits with all weights",
    lambda z: F.binary_cross_entropy_with_logits(z, y, weight=torch.tensor([2.0, 3.0]), pos_weight=torch.tensor([0.5, 4.0]), reduction="none"),
    z,
)
cases["binaryCrossEntropyWithLogits with all weights"]["target"] = y.tolist()
logits = draw([4, 3])
indices = torch.tensor([2, 0, 1, 1])
weights = torch.tensor([1.0, 2.0, 5.0])
case("crossEntropy", lambda z: F.cross_entropy(z, indices), logits)
case("crossEntropy weighted", lambda z: F.cross_entropy(z, indices, weight=weights), logits)
case("crossEntropy smoothed", lambda z: F.cross_entropy(z, indices, label_smoothing=0.2), logits)
case("crossEntropy weighted and smoothed", lambda z: F.cross_entropy(z, indices, weight=weights, label_smoothing=0.2), logits)
distributions = lambda generator: rounded(draw([4, 3], 0, 1)(generator).softmax(1))
case("crossEntropy of probabilities", lambda z, y: F.cross_entropy(z, y), logits, distributions)
case("crossEntropy of probabilities, all options", lambda z: F.cross_entropy(z, torch.eye(3)[[0, 2, 1, 1]], weight=weights, label_smoothing=0.1, reduction="sum"), logits)
case("meanSquaredError", F.mse_loss, *(draw([2, 3]), draw([2, 3])))
case("huber", lambda p, y: F.huber_loss(p, y, delta=0.7), draw([2, 3]), draw([2, 3]))
case("poissonNll", lambda r, k: F.poisson_nll_loss(r, k), draw([2, 3]), draw([2, 3], 0, 5))

with open(os.path.join(os.path.dirname(__file__), "tensors.json"), "w") as out:
    json.dump(cases, out)
    out.write("\n")
print(len(cases), "cases")
