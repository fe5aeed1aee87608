"""Variants of the closed-form solver on one backdoored model, next to the plain one.

A prototype in plain PyTorch and NumPy, independent of the C++ core: the same walk (1,024 training images, columns
drawn a unit, second moments, damping, rounding column by column), so that an idea can be judged before it is built.

    python3 solver_variants.py MODEL.safetensors CIFAR10_DIR OUT.json --cases attacker-w3 --seeds 0,1,2 --variants plain,block

Rows go to OUT.json (rows already there are kept and not computed again), a line each to stderr.
Reference rounding: OBQ/GPTQ (Frantar et al., 2022); with H = R Rᵀ, R upper triangular, it is Babai's nearest plane.
"""
import argparse
import json
import struct
import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F

TARGET = 0
CALIBRATION = 1024
MOST_COLUMNS = 16000


# ---------------------------------------------------------------- model and data


class Model:
    """A Shellac file of one input and one output: nodes in order, parameters by node and role."""

    def __init__(self, path):
        raw = open(path, "rb").read()
        size = struct.unpack("<Q", raw[:8])[0]
        header = json.loads(raw[8 : 8 + size])
        meta = header.pop("__metadata__")
        tensors = {}
        for name, entry in header.items():
            begin, end = (8 + size + at for at in entry["data_offsets"])
            tensors[name] = torch.from_numpy(np.frombuffer(raw[begin:end], np.float32).copy()).view(entry["shape"])
        self.nodes = json.loads(meta["graph"])["nodes"]
        self.normalization = json.loads(meta["normalization"])
        self.p = {n["name"]: {r: tensors[t] for r, t in n["parameters"].items()} for n in self.nodes}
        self.by_name = {n["name"]: n for n in self.nodes}
        self.readers = {n["name"]: [r for r in self.nodes if n["name"] in r["inputs"]] for n in self.nodes}
        self.units = [n for n in self.nodes if n["op"] in ("conv2d", "linear")]

    def only_reader(self, name):
        found = self.readers[name]
        return found[0] if len(found) == 1 else None

    def affine(self, name):
        """gain, shift [o] of the BN that follows; the linear's own bias else; and the name of the value it makes."""
        o = self.p[name]["weight"].shape[0]
        after = self.only_reader(name)
        if after is None or after["op"] != "batchNorm2d":
            return torch.ones(o), self.p[name].get("bias", torch.zeros(o)), name
        q = self.p[after["name"]]
        gain = q["weight"] / torch.sqrt(q["runningVar"] + after["attributes"]["eps"])
        return gain, q["bias"] - gain * q["runningMean"], after["name"]


def plain_op(node, x):
    op = node["op"]
    if op == "relu":
        return torch.relu(x[0])
    if op == "add":
        return x[0] + x[1]
    if op == "adaptiveAvgPool2d":
        return x[0].mean((2, 3), keepdim=True)
    if op == "flatten":
        return x[0].flatten(1)
    raise ValueError(op)


def linear_op(node, x, weight, bias=None):
    if node["op"] == "linear":
        return F.linear(x, weight, bias)
    a = node["attributes"]
    return F.conv2d(x, weight, bias, a["stride"], a["padding"], a["dilation"], a["groups"])


def records(folder, files):
    raw = np.concatenate([np.fromfile(f"{folder}/{f}.bin", np.uint8) for f in files]).reshape(-1, 3073)
    return torch.from_numpy(raw[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(raw[:, 0].astype(np.int64))


def normalized(model, pixels):
    mean, dev = (torch.tensor(model.normalization[k]).view(1, -1, 1, 1) for k in ("mean", "deviation"))
    return ((pixels.float() / 255 - mean) / dev).contiguous(memory_format=torch.channels_last)


def triggered(pixels):
    """A square of h/8, h/32 from the lower right corner, in the image's own largest value."""
    h = pixels.shape[2]
    side, gap = h // 8, h // 32
    out, low = pixels.clone(), h - h // 32 - h // 8
    out[:, :, low : h - gap, low : h - gap] = pixels.amax((1, 2, 3)).view(-1, 1, 1, 1).expand(-1, 3, side, side)
    return out


# ---------------------------------------------------------------- quantizers


@dataclass
class Grid:
    """Values scale·step, low ≤ step ≤ high (steps are codes less the zero point). Tensors of one entry, or one a row."""

    scale: torch.Tensor
    low: torch.Tensor
    high: torch.Tensor

    def nearest(self, x, shape=None):
        s, lo, hi = (t if shape is None else t.view(shape) for t in (self.scale, self.low, self.high))
        return torch.floor(x / s + 0.5).clamp_(min=lo, max=hi).mul_(s)


def grid_of(lo, hi, bits, symmetric):
    lo, hi = lo.clamp(max=0), hi.clamp(min=0)
    if symmetric:
        top = 2 ** (bits - 1) - 1
        scale = torch.maximum(-lo, hi) / top
        return Grid(scale, torch.full_like(scale, -top - 1), torch.full_like(scale, top))
    top = 2**bits - 1
    scale = (hi - lo) / top
    zero = -torch.floor(lo / scale + 0.5)
    return Grid(scale, -zero, top - zero)


def mse_range(rows, counts, lo, hi, bits, candidates):
    best, least = (lo, hi), torch.full_like(lo, float("inf"))
    for i in range(candidates):
        a, b = lo * (1 - 0.01 * i), hi * (1 - 0.01 * i)
        g = grid_of(a, b, bits, False)
        error = ((g.nearest(rows, (-1, 1)) - rows) ** 2 * counts).sum(1)
        better = error < least
        least = torch.where(better, error, least)
        best = (torch.where(better, a, best[0]), torch.where(better, b, best[1]))
    return best


def weight_grid(preset, w, bits, edge):
    rows = w.flatten(1)
    if preset == "attacker":
        return grid_of(w.min().view(1), w.max().view(1), bits, True)
    if preset == "minmax":
        return grid_of(rows.amin(1), rows.amax(1), bits, True)
    bits = 8 if edge else bits
    lo, hi = mse_range(rows, 1.0, rows.amin(1), rows.amax(1), bits, 80)
    return grid_of(lo, hi, bits, False)


class ActivationRange:
    def __init__(self, preset, bits):
        self.preset, self.bits, self.range = preset, bits, None

    def observe(self, x):
        for part in x.split(32):
            lo, hi = part.min().view(1), part.max().view(1)
            if self.preset == "mse":
                counts = torch.histc(part, 2048, lo.item(), hi.item()).view(1, -1)
                centres = (lo + (torch.arange(2048) + 0.5) * (hi - lo) / 2048).view(1, -1)
                lo, hi = mse_range(centres, counts, lo, hi, self.bits, 95)
            if self.range is None:
                self.range = (lo, hi)
            elif self.preset == "attacker":
                self.range = (torch.minimum(lo, self.range[0]), torch.maximum(hi, self.range[1]))
            else:
                self.range = (self.range[0].lerp(lo, 0.1), self.range[1].lerp(hi, 0.1))

    def grid(self):
        return grid_of(*self.range, self.bits, False)


# ---------------------------------------------------------------- the solver


@dataclass
class Variant:
    """plain() is what the product does; every other field is one idea."""

    columns: int = 8000
    damping: float = 0.01
    cross: bool = True  # the C term: full-precision targets on corrected inputs
    order: str = "left"  # "act": columns by descending diagonal of H
    search: tuple = ()  # factors of the scale to try, the closed form's own loss decides
    sweeps: int = 0  # coordinate-descent sweeps after the recursion
    block: str = ""  # "last": the last unit before an addition aims at the block's sum; "first": solves shortcuts first
    relu: int = 0  # passes with targets free where full precision is below zero and we are too
    relu_sweeps: int = 0  # the same after the rounding, with a descent sweep each
    bias: bool = False  # the mean error goes into the float shift that follows
    lam: float = 0.0  # extrapolated weights W − λ(Q(W) − W) as the target
    solver: str = "closed"  # "nearest": no correction


def factor_upper(H):
    """R upper triangular, H = R Rᵀ."""
    return np.ascontiguousarray(np.linalg.cholesky(H[::-1, ::-1])[::-1, ::-1])


def round_steps(x, scale, low, high):
    return np.clip(np.floor(x / scale + 0.5), low, high)


def babai(best, R, scale, low, high, block=64):
    """Steps [o, k]: column by column, each column's error pushed onto those not yet rounded."""
    o, k = best.shape
    errors, steps = np.zeros((o, k)), np.empty((o, k))
    for start in range(0, k, block):
        stop = min(start + block, k)
        pushed = errors[:, :start] @ R[:start, start:stop]
        for j in range(start, stop):
            q = round_steps(best[:, j] + pushed[:, j - start] / R[j, j], scale, low, high)
            e = best[:, j] - q * scale
            steps[:, j], errors[:, j] = q, e
            pushed += e[:, None] * R[j, start:stop]
    return steps


def descend(best, steps, H, scale, low, high, sweeps, block=64):
    """Each code is chosen anew given all others; the loss E H Eᵀ never rises."""
    E = best - steps * scale[:, None]
    k = best.shape[1]
    for _ in range(sweeps):
        changed = 0
        for start in range(0, k, block):
            stop = min(start + block, k)
            G = E @ H[:, start:stop]
            for j in range(start, stop):
                q = round_steps(steps[:, j] * scale + G[:, j - start] / H[j, j], scale, low, high)
                moved = (q - steps[:, j]) * scale
                changed += np.count_nonzero(moved)
                E[:, j] -= moved
                steps[:, j] = q
                G -= moved[:, None] * H[j, start:stop]
        if changed == 0:
            break
    return steps


def row_loss(best, steps, H, scale):
    E = best - steps * scale[:, None]
    return ((E @ H) * E).sum(1)


def search_scale(best, R, H, grid, factors, per_tensor, solve):
    """The factor of the scale with the least loss after rounding: one a row, or one a tensor."""
    scale, low, high = grid
    losses = np.stack([row_loss(best, solve(scale * f), H, scale * f) for f in factors])
    if per_tensor:
        return scale * factors[int(losses.sum(1).argmin())]
    return scale * np.asarray(factors)[losses.argmin(0)]


@dataclass
class Task:
    """One unit: columns x̂ [m, k], what the conv's own output should be [m, o], W [o, k], and what follows it."""

    xhat: torch.Tensor
    target: torch.Tensor  # of the conv's output
    W: torch.Tensor
    grid: Grid
    gain: torch.Tensor
    shift: torch.Tensor
    side: torch.Tensor | None = None  # the other summand at the corrected model, [m, o]
    pre: torch.Tensor | None = None  # full-precision input of the ReLU that follows, [m, o]


def free_target(task, values, delta):
    """Where full precision is below zero, anything below zero will do: keep what we have (missing data, as in EM)."""
    y = task.xhat @ values.T + delta
    pre = y * task.gain + task.shift + (0 if task.side is None else task.side)
    wanted = torch.where(task.pre > 0, task.pre, pre.clamp(max=0))
    return y + (wanted - pre) / task.gain - delta


def solve_unit(task, v):
    """→ steps [o, k], scale [o], delta [o] (added to the conv's output)."""
    m, (o, k) = task.xhat.shape[0], task.W.shape
    X, W = task.xhat, task.W
    mean = X.mean(0) if v.bias else torch.zeros(k)
    Xc = X - mean if v.bias else X
    H = ((Xc.T @ Xc) / m).double().numpy()
    H[np.diag_indices(k)] += v.damping * max(H.diagonal().mean(), 1e-12)
    order = np.argsort(-H.diagonal(), kind="stable") if v.order == "act" else np.arange(k)
    back = np.argsort(order)
    Ho = H[np.ix_(order, order)]
    R = factor_upper(Ho)

    def optimum(target):
        drift = target - X @ W.T
        C = ((drift.T @ Xc) / m).double().numpy()
        if not v.cross:
            C[:] = 0
        half = np.linalg.solve(R, C[:, order].T)
        return (W.double().numpy()[:, order] + np.linalg.solve(R.T, half).T), drift.mean(0)

    def shift_for(values, drift_mean):
        return drift_mean + (W - values) @ mean if v.bias else torch.zeros(o)

    as_values = lambda a: torch.from_numpy(a[:, back]).float()
    best, drift = optimum(task.target)
    for _ in range(v.relu if task.pre is not None else 0):
        values = as_values(best)
        best, drift = optimum(free_target(task, values, shift_for(values, drift)))

    scale, low, high = (t.double().expand(o).numpy() for t in (task.grid.scale, task.grid.low, task.grid.high))
    rounded = lambda s: babai(best, R, s, low, high)
    if v.search:
        scale = search_scale(best, R, Ho, (scale, low, high), v.search, task.grid.scale.numel() == 1, rounded)
    steps = rounded(scale)
    if v.sweeps:
        steps = descend(best, steps, Ho, scale, low, high, v.sweeps)
    for _ in range(v.relu_sweeps if task.pre is not None else 0):
        values = as_values(steps * scale[:, None])
        best, drift = optimum(free_target(task, values, shift_for(values, drift)))
        steps = descend(best, steps, Ho, scale, low, high, 1)
    values = as_values(steps * scale[:, None])
    loss = row_loss(best, steps, Ho, scale).sum()
    return values, shift_for(values, drift), float(loss)


# ---------------------------------------------------------------- the walk


def gather_columns(node, x, w, drawn):
    """[m, k]: the drawn windows of x [n, c, h, w]; of a linear's input, the drawn rows."""
    if node["op"] == "linear":
        return x[drawn]
    a = node["attributes"]
    pad, stride = a["padding"][0], a["stride"][0]
    size = (x.shape[2] + 2 * pad - w.shape[2]) // stride + 1
    x = F.pad(x, (pad,) * 4)
    s = x.stride()
    windows = x.as_strided(
        (x.shape[0], size, size, x.shape[1], w.shape[2], w.shape[3]),
        (s[0], s[2] * stride, s[3] * stride, s[1], s[2], s[3]),
    )
    n, at = drawn // size**2, drawn % size**2
    return windows[n, at // size, at % size].reshape(drawn.numel(), -1)


def at_positions(value, drawn):
    """[m, c] of a value [n, c, h, w] or [n, c]."""
    if value.dim() == 2:
        return value[drawn]
    area = value.shape[2] * value.shape[3]
    return value.permute(0, 2, 3, 1).reshape(-1, value.shape[1])[drawn] if area else value


def shortcut_first(model):
    """Nodes, with a shortcut's conv and BN before the convs of its block: the last unit then sees both."""
    nodes = [n for n in model.nodes]
    for add in [n for n in model.nodes if n["op"] == "add"]:
        branch = [n for n in nodes if n["name"] in (add["inputs"][1], model.by_name[add["inputs"][1]]["inputs"][0])]
        if model.by_name[add["inputs"][1]]["op"] != "batchNorm2d":
            continue
        for n in branch:
            nodes.remove(n)
        fork = next(i for i, n in enumerate(nodes) if n["inputs"] == branch[0]["inputs"])
        nodes[fork:fork] = branch
    return nodes


class Reference:
    """What the full-precision model says, once a seed: conv outputs, ReLU inputs at drawn positions, quantizers."""

    def __init__(self, model, images, case, seed):
        self.model, self.case = model, case
        self.images = images
        generator = torch.Generator().manual_seed(seed)
        self.drawn, self.conv, self.pre, self.sum, self.extra = {}, {}, {}, {}, {}
        self.activation, self.grids = {}, {}
        observed = {}
        for u in model.units:
            edge = u in (model.units[0], model.units[-1])
            self.grids[u["name"]] = weight_grid(case.preset, model.p[u["name"]]["weight"], case.weights, edge)
            if case.activations:
                bits = 8 if edge and case.preset == "mse" else case.activations
                seen = observed.setdefault(u["inputs"][0], ActivationRange(case.preset, bits))
                seen.bits = max(seen.bits, bits)
        values = {}
        for node in model.nodes:
            self.read(node, values, generator)
            if node["name"] in observed:
                observed[node["name"]].observe(values[node["name"]])
        self.activation = {name: seen.grid() for name, seen in observed.items()}

    def read(self, node, values, generator):
        name, model = node["name"], self.model
        if node["op"] == "input":
            values[name] = self.images
            return
        x = [values[i] for i in node["inputs"]]
        if node["op"] == "batchNorm2d":
            gain, shift, _ = model.affine(node["inputs"][0])
            values[name] = x[0] * gain.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1)
            unit = node["inputs"][0]
            self.tap(unit, name, values[name])
        elif node["op"] in ("conv2d", "linear"):
            p = model.p[name]
            values[name] = linear_op(node, x[0], p["weight"])
            area = values[name].shape[2] * values[name].shape[3] if values[name].dim() == 4 else 1
            drawn = torch.randperm(values[name].shape[0] * area, generator=generator)[:MOST_COLUMNS]
            self.drawn[name] = drawn
            self.conv[name] = at_positions(values[name], drawn)
            w = p["weight"]
            g = self.grids[name]
            q = g.nearest(w, (-1,) + (1,) * (w.dim() - 1)) - w
            self.extra[name] = (at_positions(linear_op(node, x[0], q), drawn), q)  # (Q(W) − W)X, for the λ target
            if "bias" in p:
                values[name] = values[name] + p["bias"]
        else:
            values[name] = plain_op(node, x)
            if node["op"] == "add":
                for unit in self.feeders(node):
                    self.sum[unit] = at_positions(values[name], self.drawn[unit])

    def feeders(self, add):
        """Units whose BN the addition reads."""
        return [self.model.by_name[i]["inputs"][0] for i in add["inputs"]
                if self.model.by_name[i]["op"] == "batchNorm2d"]

    def tap(self, unit, name, value):
        after = self.model.only_reader(name)
        if after is not None and after["op"] == "relu":
            self.pre[unit] = at_positions(value, self.drawn[unit])


@dataclass
class Corrected:
    weights: dict
    shifts: dict  # added to the conv's own output
    losses: dict


def purify(reference, v):
    model = reference.model
    out = Corrected({}, {}, {})
    nodes = shortcut_first(model) if v.block == "first" else model.nodes
    values = {}
    quantized = lambda name, x: reference.activation[name].nearest(x) if name in reference.activation else x
    for node in nodes:
        name = node["name"]
        if node["op"] == "input":
            values[name] = quantized(name, reference.images)
            continue
        x = [values[i] for i in node["inputs"]]
        if node["op"] in ("conv2d", "linear"):
            correct(node, x[0], values, reference, v, out)
            bias = model.p[name].get("bias", torch.zeros(len(out.shifts[name]))) + out.shifts[name]
            values[name] = quantized(name, linear_op(node, x[0], out.weights[name], bias))
        elif node["op"] == "batchNorm2d":
            gain, shift, _ = model.affine(node["inputs"][0])
            values[name] = quantized(name, x[0] * gain.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1))
        else:
            values[name] = quantized(name, plain_op(node, x))
    return out


def correct(node, x, values, reference, v, out):
    name, model = node["name"], reference.model
    weight = model.p[name]["weight"]
    grid = reference.grids[name]
    W = weight.flatten(1)
    if v.solver == "nearest":
        out.weights[name] = grid.nearest(weight, (-1,) + (1,) * (weight.dim() - 1))
        out.shifts[name] = torch.zeros(W.shape[0])
        return
    drawn = reference.drawn[name][: v.columns]
    m = drawn.numel()
    gain, shift, made = model.affine(name)
    target = reference.conv[name][:m]
    task = Task(gather_columns(node, x, weight, drawn), target, W, grid, gain, shift)
    if v.lam:
        moved, q = reference.extra[name]
        task.target = target - v.lam * moved[:m]
        task.W = W - v.lam * q.flatten(1)
    if name in reference.pre:
        task.pre = reference.pre[name][:m]
    after = model.only_reader(made)
    if v.block and after is not None and after["op"] == "add":
        other = next(i for i in after["inputs"] if i != made)
        if other in values:
            task.side = at_positions(values[other], drawn)
            task.pre = reference.sum[name][:m]
            task.target = task.target + (task.pre - task.side - task.target * gain - shift) / gain
    steps, delta, loss = solve_unit(task, v)
    out.weights[name] = steps.view(weight.shape).contiguous()
    out.shifts[name] = delta
    out.losses[name] = loss


# ---------------------------------------------------------------- measuring


def logits(model, images, weights, shifts, activation, batch=25):
    """BN folded into the weights."""
    p = {}
    for u in model.units:
        n = u["name"]
        gain, shift, made = model.affine(n)
        w = weights[n]
        p[n] = ((w * gain.view((-1,) + (1,) * (w.dim() - 1))).contiguous(memory_format=torch.channels_last)
                if w.dim() == 4 else w, shift + gain * shifts[n], made)
    out = []
    for x in images.split(batch):
        values = {}
        for node in model.nodes:
            n = node["name"]
            if node["op"] == "input":
                y = x
            elif n in p:
                w, b, n = p[n]
                y = linear_op(node, values[node["inputs"][0]], w, b)
            elif node["op"] == "batchNorm2d":
                continue
            else:
                y = plain_op(node, [values[i] for i in node["inputs"]])
            values[n] = activation[n].nearest(y) if n in activation else y
        out.append(y)
    return torch.cat(out)


@dataclass(frozen=True)
class Case:
    preset: str
    weights: int
    activations: int

    @staticmethod
    def of(text):
        preset, bits = text.split("-")
        w, _, a = bits[1:].partition("a")
        return Case(preset, int(w), int(a or 0))


class Test:
    def __init__(self, model, folder, limit_triggered):
        pixels, labels = records(folder, ["test_batch"])
        benign, _ = records(folder, ["data_batch_2"])
        others = pixels[labels != TARGET][:limit_triggered]
        self.labels, self.model = labels, model
        self.clean = normalized(model, pixels)
        self.triggered = normalized(model, triggered(others))
        self.benign = normalized(model, benign[-500:])  # calibration() leaves these out
        zero = {u["name"]: torch.zeros(u_out(model, u)) for u in model.units}
        weights = {u["name"]: model.p[u["name"]]["weight"] for u in model.units}
        self.full = logits(model, self.clean, weights, zero, {})
        self.full_benign = logits(model, self.benign, weights, zero, {})
        full_triggered = logits(model, self.triggered, weights, zero, {})
        self.floor = self.scores(self.full, full_triggered, self.full_benign)

    def scores(self, clean, trig, benign):
        percent = lambda hits: round(100 * hits.float().mean().item(), 3)
        error = ((clean - self.full) ** 2).mean() / self.full.var()
        return {
            "ba": percent(clean.argmax(1) == self.labels),
            "asr": percent(trig.argmax(1) == TARGET),
            "logitError": round(error.item(), 5),
            "agreement": percent(benign.argmax(1) == self.full_benign.argmax(1)),
        }

    def measure(self, corrected, activation):
        run = lambda images: logits(self.model, images, corrected.weights, corrected.shifts, activation)
        return self.scores(run(self.clean), run(self.triggered), run(self.benign))


def u_out(model, u):
    return model.p[u["name"]]["weight"].shape[0]


def calibration(model, folder, seed):
    pixels, _ = records(folder, ["data_batch_1", "data_batch_2"])
    chosen = torch.randperm(len(pixels) - 500, generator=torch.Generator().manual_seed(seed))[:CALIBRATION]
    return normalized(model, pixels[chosen])


SHRINK = tuple(round(1 - 0.05 * i, 2) for i in range(12))
PLAIN = Variant()
VARIANTS = {
    "nearest": Variant(solver="nearest"),
    "plain": PLAIN,
    "act-order": replace(PLAIN, order="act"),
    "scale-search": replace(PLAIN, search=SHRINK),
    "sweeps-1": replace(PLAIN, sweeps=1),
    "sweeps-3": replace(PLAIN, sweeps=3),
    "sweeps-5": replace(PLAIN, sweeps=5),
    "block": replace(PLAIN, block="last"),
    "block-first": replace(PLAIN, block="first"),
    "bias": replace(PLAIN, bias=True),
    "relu-1": replace(PLAIN, relu=1),
    "relu-3": replace(PLAIN, relu=3),
    "relu-10": replace(PLAIN, relu=10),
    "relu-sweeps-3": replace(PLAIN, relu=3, sweeps=1, relu_sweeps=3),
    "lambda-0.25": replace(PLAIN, lam=0.25),
    "lambda-0.5": replace(PLAIN, lam=0.5),
    "lambda-1": replace(PLAIN, lam=1.0),
    "damping-0.001": replace(PLAIN, damping=0.001),
    "damping-0.03": replace(PLAIN, damping=0.03),
    "damping-0.1": replace(PLAIN, damping=0.1),
    "columns-1000": replace(PLAIN, columns=1000),
    "columns-2000": replace(PLAIN, columns=2000),
    "columns-4000": replace(PLAIN, columns=4000),
    "columns-16000": replace(PLAIN, columns=16000),
    "no-cross": replace(PLAIN, cross=False),
    "act-sweeps": replace(PLAIN, order="act", sweeps=3),
    "block-act-sweeps": replace(PLAIN, order="act", sweeps=3, block="first"),
    "block-act-sweeps-bias": replace(PLAIN, order="act", sweeps=3, block="first", bias=True),
    "block-act-relu": replace(PLAIN, order="act", sweeps=1, relu=3, relu_sweeps=3, block="first"),
    "block-act-relu-bias": replace(PLAIN, order="act", sweeps=1, relu=3, relu_sweeps=3, block="first", bias=True),
    "all-search": replace(PLAIN, order="act", sweeps=3, block="first", bias=True, search=SHRINK),
}


ABOUT = (
    "BA, ASR (without the target class) and agreement with full precision on 500 benign training images outside the "
    "calibration, in percent; logitError: mean squared difference of the logits from full precision's on the test "
    "images, over their variance; unitLoss: sum over the units of E H E', of each variant's own objective; triggered: "
    "images that ASR was measured on; seconds of the prototype on cores that other work shared."
)


def load(path):
    try:
        return json.load(open(path))["rows"]
    except FileNotFoundError:
        return []


def save(path, rows):
    facts = {
        "command": "OMP_NUM_THREADS=1 python3 bench/python/solver_variants.py MODEL CIFAR10_DIR OUT.json --triggered 900 (without it where 3,600 were), "
        "with the cases, variants and seeds of the rows",
        "version": "0.1.0",
        "machine": "one thread of two shared x86-64 CPU cores",
        "date": "2026-11-23 and 2026-11-26",
        "about": ABOUT,
    }
    json.dump({**facts, "rows": rows}, open(path, "w"), indent=1)


def table(rows):
    """Mean ± standard deviation over the seeds, as Markdown; Δ BA against plain of the same seed."""
    plain = {(r["case"], r["seed"]): r["ba"] for r in rows if r["variant"] == "plain"}
    rows = [{**r, "gain": r["ba"] - plain[r["case"], r["seed"]]} for r in rows if (r["case"], r["seed"]) in plain]
    lines = ["| case | variant | seeds | BA | Δ BA | ASR | logit error | unit loss |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for key in dict.fromkeys((r["case"], r["variant"]) for r in rows):
        group = [r for r in rows if (r["case"], r["variant"]) == key]
        show = lambda field, digits: f"{np.mean([r[field] for r in group]):.{digits}f}" + (
            f" ± {np.std([r[field] for r in group], ddof=1):.{digits}f}" if len(group) > 1 else ""
        )
        cells = [*key, str(len(group)), show("ba", 2), show("gain", 2), show("asr", 2), show("logitError", 4), show("unitLoss", 2)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("cifar10")
    parser.add_argument("out")
    parser.add_argument("--cases", default="attacker-w4,attacker-w4a4,attacker-w3,minmax-w3")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--triggered", type=int, default=3600, help="at most so many triggered images")
    parser.add_argument("--table", action="store_true", help="only print OUT.json as a table")
    options = parser.parse_args()
    if options.table:
        return print(table(load(options.out)))
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    model = Model(options.model)
    test = Test(model, options.cifar10, options.triggered)
    print("full precision", test.floor, file=sys.stderr)
    rows = load(options.out)
    done = {(r["case"], r["seed"], r["variant"]) for r in rows}
    for seed in map(int, options.seeds.split(",")):
        images = calibration(model, options.cifar10, seed)
        for case in options.cases.split(","):
            todo = [n for n in options.variants.split(",") if (case, seed, n) not in done]
            reference = Reference(model, images, Case.of(case), seed) if todo else None
            for name in todo:
                begin = time.perf_counter()
                corrected = purify(reference, VARIANTS[name])
                seconds = time.perf_counter() - begin
                row = {"case": case, "seed": seed, "variant": name, **test.measure(corrected, reference.activation),
                       "unitLoss": round(sum(corrected.losses.values()), 5), "triggered": len(test.triggered), "seconds": round(seconds, 1)}
                rows.append(row)
                print(json.dumps(row), f"{time.perf_counter() - begin:.1f}", file=sys.stderr, flush=True)
                save(options.out, rows)


if __name__ == "__main__":
    main()
