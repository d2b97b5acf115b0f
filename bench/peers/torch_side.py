"""PyTorch's side of the benchmark: the same lines in, the same answers out as Server.cs."""
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
LAST = torch.channels_last


def fill(shape, salt):
    i = np.arange(math.prod(shape), dtype=np.int64)
    v = ((i * 73 + salt * 31) % 211 - 105).astype(np.float32) / np.float32(128)
    return torch.from_numpy(v.reshape(shape))


def image(n, c, h, w, salt):
    """Filled in memory order NHWC, seen as NCHW, channels-last."""
    return fill((n, h, w, c), salt).permute(0, 3, 1, 2)


def gradient(y, leaf, g):
    return lambda: torch.autograd.grad(y, leaf, g, retain_graph=True)[0]


def matmul(a):
    m, k, n, b = a["m"], a["k"], a["n"], a.get("b", 1)
    lead = (b,) if b > 1 else ()
    x = fill(lead + ((k, m) if a.get("ta") else (m, k)), 1)
    y = fill(lead + ((n, k) if a.get("tb") else (k, n)), 2)
    x = x.transpose(-1, -2) if a.get("ta") else x
    y = y.transpose(-1, -2) if a.get("tb") else y
    return lambda: torch.matmul(x, y)


def conv(a):
    n, c, h, k = a["n"], a["c"], a["h"], a["k"]
    w, r, groups = a.get("w", h), a.get("r", 3), a.get("groups", 1)
    args = dict(stride=a.get("stride", 1), padding=a.get("pad", r // 2), groups=groups)
    x = image(n, c, h, w, 1)
    weight = image(k, c // groups, r, r, 2)
    of = a.get("of", "forward")
    if of in ("forward", "winograd"):
        return lambda: F.conv2d(x, weight, **args)
    leaf = x if of == "input" else weight
    leaf.requires_grad_()
    with torch.enable_grad():
        y = F.conv2d(x, weight, **args)
    return gradient(y, leaf, image(*y.shape, 3))


def int8(a):
    torch.backends.quantized.engine = "onednn"
    m, k, n = a["m"], a["k"], a["n"]
    return quantized(fill((m, k), 1), fill((n, k), 2), k, torch.ops.quantized.linear_prepack, (), torch.ops.quantized.linear)


def int8_conv(a):
    torch.backends.quantized.engine = "onednn"
    n, c, h, k, r = a["n"], a["c"], a["h"], a["k"], a["r"]
    rest = ([1, 1], [r // 2] * 2, [1, 1], 1)
    x, w = image(n, c, h, h, 1), fill((k, r, r, c), 2).permute(0, 3, 1, 2)
    return quantized(x, w, c * r * r, torch.ops.quantized.conv2d_prepack, rest, torch.ops.quantized.conv2d)


def quantized(x, w, depth, prepack, rest, run):
    n = w.shape[0]
    w = torch.quantize_per_channel(w, torch.full((n,), 1 / 128), torch.zeros(n, dtype=torch.long), 0, torch.qint8)
    packed = prepack(w, None, *rest)
    x = torch.quantize_per_tensor(x, 1 / 128, 105, torch.quint8)
    scale = math.sqrt(depth) / 64
    return lambda: run(x, packed, scale, 105)


def op(a):
    shape = tuple(int(d) for d in str(a["shape"]).split("x"))
    x = fill(shape, 1)
    name = a["name"]
    is_image = name in ("batch_norm", "group_norm", "max_pool", "avg_pool", "global_pool")
    if is_image:
        x = image(*shape, 1)
    if name == "log":
        x = x.abs() + 0.1
    b, row2, row3 = fill(shape, 2), fill(shape[-1:], 2), fill(shape[-1:], 3)
    channels = shape[1:2] if len(shape) > 1 else (1,)
    cw, cb = fill(channels, 2), fill(channels, 3)
    condition = fill(shape, 5) > 0
    labels = torch.arange(shape[0]) * 7 % shape[1] if name == "cross_entropy" else None
    run = {
        "relu": torch.relu, "exp": torch.exp, "log": torch.log, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
        "gelu": F.gelu, "gelu_tanh": lambda t: F.gelu(t, approximate="tanh"),
        "add": lambda t: t + b, "mul": lambda t: t * b, "add_row": lambda t: t + row2,
        "where": lambda t: torch.where(condition, t, b),
        "sum": torch.sum, "sum_rows": lambda t: t.sum(1), "sum_columns": lambda t: t.sum(0),
        "argmax": lambda t: t.argmax(1), "topk": lambda t: t.topk(5).values,
        "concat": lambda t: torch.cat((t, b), 1),
        "transpose": lambda t: t.t().contiguous(), "to_channels_last": lambda t: t.permute(0, 2, 3, 1).contiguous(),
        "uniform": torch.rand_like, "normal": torch.randn_like,
        "softmax": lambda t: t.softmax(-1), "log_softmax": lambda t: t.log_softmax(-1),
        "cross_entropy": lambda t: F.cross_entropy(t, labels),
        "layer_norm": lambda t: F.layer_norm(t, shape[-1:], row2, row3),
        "batch_norm": lambda t: F.batch_norm(t, None, None, cw, cb, training=True),
        "group_norm": lambda t: F.group_norm(t, 8, cw, cb),
        "max_pool": lambda t: F.max_pool2d(t, 2), "avg_pool": lambda t: F.avg_pool2d(t, 2),
        "global_pool": lambda t: F.adaptive_avg_pool2d(t, 1),
    }[name]
    if a.get("of", "forward") == "forward":
        return lambda: run(x)
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        y = run(x)
    return gradient(y, x, image(*y.shape, 3) if is_image else fill(tuple(y.shape), 3))


def attention(a):
    shape = (a["b"], a["h"], a["t"], a["d"])
    q, k, v = (fill(shape, s) for s in (1, 2, 3))
    scale = 1 / math.sqrt(a["d"])
    mask = torch.full((a["t"], a["t"]), -math.inf).triu(1) if a.get("causal") else None

    def forward(q, k, v):
        s = torch.matmul(q * scale, k.transpose(-1, -2))
        if mask is not None:
            s = s + mask
        return torch.matmul(s.softmax(-1), v)

    if a.get("of", "forward") == "forward":
        return lambda: forward(q, k, v)
    g = fill(shape, 4)
    for t in (q, k, v):
        t.requires_grad_()

    def both():
        with torch.enable_grad():
            y = forward(q, k, v)
        return torch.autograd.grad(y, (q, k, v), g)[0]

    return both


class Readout(nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        return self.output(self.rnn(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 6)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        return self.output(self.encoder(x).mean(1))


class Residual(nn.Module):
    def __init__(self, a, b, stride):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
            nn.Conv2d(b, b, 3, 1, 1, bias=False), nn.BatchNorm2d(b))
        self.shortcut = None if stride == 1 else nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b))

    def forward(self, x):
        return F.relu(self.branch(x) + (x if self.shortcut is None else self.shortcut(x)), inplace=True)


def cnn_block(a, b):
    return [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True),
            nn.Conv2d(b, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True), nn.MaxPool2d(2)]


def build(model, batch):
    mlp = lambda i, h: nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, 10))
    if model == "mlp-small":
        return mlp(64, 128), (batch, 64), lambda p: torch.optim.SGD(p, 0.05, foreach=True)
    if model == "mlp-large":
        return mlp(784, 512), (batch, 784), lambda p: torch.optim.SGD(p, 0.05, foreach=True)
    if model == "lstm":
        return Readout(nn.LSTM(32, 128, batch_first=True)), (batch, 64, 32), lambda p: torch.optim.SGD(p, 0.05, foreach=True)
    if model == "gru":
        return Readout(nn.GRU(32, 128, batch_first=True)), (batch, 64, 32), lambda p: torch.optim.SGD(p, 0.05, foreach=True)
    momentum = lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, foreach=True)
    if model == "simple-cnn":
        net = nn.Sequential(*cnn_block(1, 16), *cnn_block(16, 32), *cnn_block(32, 64),
                            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
        return net, (batch, 1, 28, 28), momentum
    if model == "resnet8":
        net = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
                            Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
                            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
        return net, (batch, 3, 32, 32), momentum
    if model == "transformer":
        return Transformer(), (batch, 256, 128), lambda p: torch.optim.Adam(p, 1e-4, foreach=True)
    raise ValueError(f"no model {model}")


def prepared(a):
    model, shape, optimizer = build(a["model"], a["batch"])
    with torch.no_grad():
        for salt, (name, p) in enumerate(model.named_parameters(), 11):
            if p.dim() > 1:
                p.copy_(fill(tuple(p.shape), salt) * math.sqrt(p.shape[0] / p.numel()))
            else:
                p.fill_(1 if name.endswith("weight") else 0)
    x = fill(shape, 1)
    if len(shape) == 4:
        model = model.to(memory_format=LAST)
        x = x.to(memory_format=LAST)
    return model, x, optimizer


def infer(a):
    model, x, _ = prepared(a)
    model.eval()
    return lambda: model(x).abs().mean()


def step(a):
    model, x, optimizer = prepared(a)
    labels = torch.arange(len(x)) * 7 % 10
    update = optimizer(model.parameters())

    def run():
        with torch.enable_grad():
            update.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x), labels)
            loss.backward()
            update.step()
        return loss

    return run


KINDS = {"matmul": matmul, "conv": conv, "op": op, "attention": attention, "step": step, "infer": infer,
         "int8": int8, "int8-conv": int8_conv}


def mean_abs(y):
    y = y.dequantize() if y.is_quantized else y.detach()
    return float(y.double().abs().mean())


def parse(words):
    pairs = (w.split("=", 1) for w in words)
    return {k: int(v) if v.lstrip("-").isdigit() else v for k, v in pairs}


def batch(run, times):
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


def warm(run):
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < 0.15 or calls < 3:
        run()
        calls += 1
    return batch(run, max(1, calls // 8))


def prepare(line):
    kind, *words = line.split()
    return KINDS[kind](parse(words)) if kind in KINDS else None


def main():
    run, estimate = None, 1.0
    with torch.no_grad():
        for line in sys.stdin:
            command, _, rest = line.strip().partition(" ")
            if command == "quit":
                break
            if command == "case":
                try:
                    run = prepare(rest)
                    answer = "none" if run is None else f"ready {mean_abs(run())!r}"
                    estimate = warm(run) if run else 1.0
                except Exception as e:  # the parent says which case failed
                    answer = f"error {type(e).__name__}: {str(e).splitlines()[0]}"
            else:
                calls = max(1, int(float(rest) / estimate))
                batch(run, 1 + calls // 8)
                answer = repr(batch(run, calls))
            print(answer, flush=True)


if __name__ == "__main__":
    main()
