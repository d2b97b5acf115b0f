"""Continual learning in PyTorch: the peer of `mettle prove forgetting`.

The protocol of the DER paper (Buzzega et al., NeurIPS 2020) on Fashion-MNIST: five tasks of two classes in the order of
their labels, all ten outputs judged (class-incremental), an MLP of 784-100-100-10 rectifiers with PyTorch's first weights,
pixels from 0 to 1, plain SGD, batches of 10, each row seen once. Prints accuracies on the test set and writes them as JSON.

    /usr/bin/python3 bench/continual/continual.py DATA_FOLDER [--seeds 5] [--methods sequential,ewc] [--out results.json]

DATA_FOLDER holds the four IDX files of Fashion-MNIST. Every method is written here from its paper, apart from our library.
"""
import argparse
import gzip
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

TASKS, PER_TASK, CLASSES, BATCH = 5, 2, 10, 10

# The settings of each row; tests/Mettle.Challenges.Tests holds ours equal to them.
SETTINGS = {
    "sequential": dict(method="sequential", rate=0.03),
    "ewc": dict(method="ewc", rate=0.03, strength=20.0, samples=200),
    "si": dict(method="si", rate=0.03, strength=1.0, damping=0.9),
    "lwf": dict(method="lwf", rate=0.03, strength=1.0, temperature=2.0),
    "a-gem-200": dict(method="a-gem", rate=0.03, buffer=200, draw=128),
    "icarl-200": dict(method="icarl", rate=0.03, buffer=200),
    "replay-200": dict(method="replay", rate=0.03, buffer=200, draw=10),
    "der-200": dict(method="der", rate=0.03, buffer=200, draw=10, alpha=0.2),
    "der-plus-plus-200": dict(method="der-plus-plus", rate=0.03, buffer=200, draw=10, alpha=0.2, beta=1.0),
    "der-plus-plus-500": dict(method="der-plus-plus", rate=0.03, buffer=500, draw=10, alpha=0.2, beta=1.0),
    "joint": dict(method="joint", rate=0.03),
}


def idx(path, offset):
    with gzip.open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def load(folder, part):
    x = idx(os.path.join(folder, f"{part}-images-idx3-ubyte.gz"), 16).reshape(-1, 784)
    y = idx(os.path.join(folder, f"{part}-labels-idx1-ubyte.gz"), 8)
    return torch.from_numpy(x.astype(np.float32) / 255), torch.from_numpy(y.astype(np.int64))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = torch.nn.Linear(784, 100), torch.nn.Linear(100, 100), torch.nn.Linear(100, CLASSES)

    def features(self, x):
        return torch.relu(self.b(torch.relu(self.a(x))))

    def forward(self, x):
        return self.c(self.features(x))


class Naive:
    def __init__(self, net, rng, s):
        self.net, self.rng, self.s = net, rng, s

    def begin(self, task, x, y):
        return x, y

    def loss(self, x, y):
        return F.cross_entropy(self.net(x), y)

    def gradients(self):
        pass

    def updated(self):
        pass

    def end(self, task, x, y):
        pass

    def predict(self, x):
        return self.net(x).argmax(1)


def fisher(net, x):
    """Mean over rows of the expected squared gradient of log p(c | x), classes drawn by the model: squares of outer
    products, layer by layer, row by row."""
    with torch.no_grad():
        h0 = x
        z1 = net.a(h0)
        h1 = torch.relu(z1)
        z2 = net.b(h1)
        h2 = torch.relu(z2)
        p = torch.softmax(net.c(h2), 1)
        sums = [torch.zeros_like(q) for q in net.parameters()]
        for c in range(CLASSES):
            d3 = F.one_hot(torch.full((len(x),), c), CLASSES) - p
            d2 = d3 @ net.c.weight * (z2 > 0)
            d1 = d2 @ net.b.weight * (z1 > 0)
            w = p[:, c:c + 1]
            for i, (d, h) in enumerate([(d1, h0), (d2, h1), (d3, h2)]):
                sums[2 * i] += (w * d * d).T @ (h * h)
                sums[2 * i + 1] += (w * d * d).sum(0)
        return [q / len(x) for q in sums]


class Quadratic(Naive):
    """strength / 2 * sum of importance * (weight - anchor)^2, one such sum for each task before."""

    def __init__(self, net, rng, s):
        super().__init__(net, rng, s)
        self.terms = []

    def gradients(self):
        with torch.no_grad():
            for importance, anchor in self.terms:
                for p, i, a in zip(self.net.parameters(), importance, anchor):
                    p.grad += self.s["strength"] * i * (p - a)

    def anchor(self):
        return [p.detach().clone() for p in self.net.parameters()]


class Ewc(Quadratic):
    def end(self, task, x, y):
        rows = self.rng.choice(len(x), min(len(x), self.s["samples"]), replace=False)
        self.terms.append((fisher(self.net, x[rows]), self.anchor()))


class Si(Quadratic):
    def begin(self, task, x, y):
        self.start, self.path = self.anchor(), [torch.zeros_like(p) for p in self.net.parameters()]
        return x, y

    def gradients(self):
        self.plain = [p.grad.detach().clone() for p in self.net.parameters()]
        self.before = self.anchor()
        if self.terms:
            with torch.no_grad():
                total, anchor = self.terms
                for p, i, a in zip(self.net.parameters(), total, anchor):
                    p.grad += 2 * self.s["strength"] * i * (p - a)

    def updated(self):
        for path, g, p, b in zip(self.path, self.plain, self.net.parameters(), self.before):
            path -= g * (p.detach() - b)

    def end(self, task, x, y):
        now = self.anchor()
        fresh = [torch.clamp(w, min=0) / ((n - s) ** 2 + self.s["damping"]) for w, n, s in zip(self.path, now, self.start)]
        self.terms = ([a + b for a, b in zip(self.terms[0], fresh)] if self.terms else fresh, now)


class Lwf(Naive):
    def begin(self, task, x, y):
        self.old, self.seen = None, task * PER_TASK
        if task > 0:
            self.old = Net()
            self.old.load_state_dict(self.net.state_dict())
        return x, y

    def loss(self, x, y):
        z = self.net(x)
        loss = F.cross_entropy(z, y)
        if self.old is not None:
            t = self.s["temperature"]
            with torch.no_grad():
                target = torch.softmax(self.old(x)[:, :self.seen] / t, 1)
            loss = loss - self.s["strength"] * (target * torch.log_softmax(z[:, :self.seen] / t, 1)).sum(1).mean()
        return loss


class Reservoir(Naive):
    def __init__(self, net, rng, s):
        super().__init__(net, rng, s)
        self.x, self.y, self.z = torch.zeros(s["buffer"], 784), torch.zeros(s["buffer"], dtype=torch.int64), torch.zeros(s["buffer"], CLASSES)
        self.seen = 0

    def draw(self):
        n = min(self.seen, self.s["buffer"])
        rows = torch.from_numpy(self.rng.choice(n, min(n, self.s["draw"]), replace=False))
        return self.x[rows], self.y[rows], self.z[rows]

    def add(self, x, y, z):
        for i in range(len(x)):
            place = self.seen if self.seen < self.s["buffer"] else int(self.rng.integers(self.seen + 1))
            if place < self.s["buffer"]:
                self.x[place], self.y[place], self.z[place] = x[i], y[i], z[i]
            self.seen += 1


class Replay(Reservoir):
    def loss(self, x, y):
        both, labels = x, y
        if self.seen:
            bx, by, _ = self.draw()
            both, labels = torch.cat([x, bx]), torch.cat([y, by])
        z = self.net(both)
        self.add(x, y, z.detach())
        return F.cross_entropy(z, labels)


class Der(Reservoir):
    def loss(self, x, y):
        z = self.net(x)
        loss = F.cross_entropy(z, y)
        if self.seen:
            bx, _, bz = self.draw()
            loss = loss + self.s["alpha"] * F.mse_loss(self.net(bx), bz)
            if "beta" in self.s:
                bx, by, _ = self.draw()
                loss = loss + self.s["beta"] * F.cross_entropy(self.net(bx), by)
        self.add(x, y, z.detach())
        return loss


class Agem(Naive):
    def __init__(self, net, rng, s):
        super().__init__(net, rng, s)
        self.x, self.y = torch.zeros(0, 784), torch.zeros(0, dtype=torch.int64)

    def gradients(self):
        if len(self.x) == 0:
            return
        flat = torch.cat([p.grad.flatten() for p in self.net.parameters()])
        rows = torch.from_numpy(self.rng.choice(len(self.x), min(len(self.x), self.s["draw"]), replace=False))
        g = torch.autograd.grad(F.cross_entropy(self.net(self.x[rows]), self.y[rows]), list(self.net.parameters()))
        ref = torch.cat([p.flatten() for p in g])
        dot = flat @ ref
        if dot < 0:
            flat -= dot / (ref @ ref) * ref
            at = 0
            for p in self.net.parameters():
                p.grad = flat[at:at + p.numel()].view_as(p)
                at += p.numel()

    def end(self, task, x, y):
        share = self.s["buffer"] // TASKS
        rows = self.rng.choice(len(x), share, replace=False)
        self.x, self.y = torch.cat([self.x, x[rows]]), torch.cat([self.y, y[rows]])


class Icarl(Naive):
    def __init__(self, net, rng, s):
        super().__init__(net, rng, s)
        self.kept = {}
        self.means = None

    def unit(self, x):
        with torch.no_grad():
            return F.normalize(self.net.features(x))

    def begin(self, task, x, y):
        self.before, self.seen, self.old = task * PER_TASK, (task + 1) * PER_TASK, None
        if task > 0:
            self.old = Net()
            self.old.load_state_dict(self.net.state_dict())
        xs, ys = [x] + [v for v in self.kept.values()], [y] + [torch.full((len(v),), c) for c, v in self.kept.items()]
        return torch.cat(xs), torch.cat(ys)

    def loss(self, x, y):
        target = F.one_hot(y, CLASSES)[:, :self.seen].float()
        if self.old is not None:
            with torch.no_grad():
                target[:, :self.before] = torch.sigmoid(self.old(x)[:, :self.before])
        return F.binary_cross_entropy_with_logits(self.net(x)[:, :self.seen], target, reduction="sum") / len(x)

    def end(self, task, x, y):
        m = self.s["buffer"] // self.seen
        self.kept = {c: v[:m] for c, v in self.kept.items()}
        for c in range(self.before, self.seen):
            rows = x[y == c]
            f = self.unit(rows)
            mean, total, chosen, free = f.mean(0), torch.zeros(f.shape[1]), [], torch.ones(len(f), dtype=torch.bool)
            for k in range(1, m + 1):
                away = (((total + f) / k - mean) ** 2).sum(1)
                away[~free] = np.inf
                best = int(away.argmin())
                free[best] = False
                chosen.append(best)
                total = total + f[best]
            self.kept[c] = rows[chosen]
        self.means = torch.stack([F.normalize(self.unit(self.kept[c]).mean(0), dim=0) for c in range(self.seen)])

    def predict(self, x):
        return (self.unit(x) @ self.means.T).argmax(1)


METHODS = {"sequential": Naive, "joint": Naive, "ewc": Ewc, "si": Si, "lwf": Lwf, "a-gem": Agem, "icarl": Icarl, "replay": Replay, "der": Der, "der-plus-plus": Der}


def run(s, seed, train, test):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net()
    method = METHODS[s["method"]](net, rng, s)
    optimizer = torch.optim.SGD(net.parameters(), lr=s["rate"])
    of = lambda y, t: (y // PER_TASK) == t
    tasks = [slice(None)] if s["method"] == "joint" else [of(train[1], t) for t in range(TASKS)]
    matrix = []
    for t, rows in enumerate(tasks):
        x, y = train[0][rows], train[1][rows]
        tx, ty = method.begin(t, x, y)
        order = rng.permutation(len(tx))
        for at in range(0, len(tx), BATCH):
            batch = order[at:at + BATCH]
            optimizer.zero_grad()
            method.loss(tx[batch], ty[batch]).backward()
            method.gradients()
            optimizer.step()
            method.updated()
        method.end(t, x, y)
        with torch.no_grad():
            right = method.predict(test[0]) == test[1]
        matrix.append([right[of(test[1], j)].float().mean().item() for j in range(TASKS)])
    last = matrix[-1]
    lost = [max(matrix[l][j] for l in range(j, TASKS - 1)) - last[j] for j in range(TASKS - 1)] if len(matrix) == TASKS else []
    return dict(accuracy=sum(last) / TASKS, forgetting=sum(lost) / len(lost) if lost else 0.0, last=last)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--methods", default=",".join(SETTINGS))
    parser.add_argument("--out")
    parser.add_argument("--set", nargs="*", default=[])
    args = parser.parse_args()
    torch.set_num_threads(1)
    train, test = load(args.data, "train"), load(args.data, "t10k")
    results = {}
    for name in args.methods.split(","):
        s = dict(SETTINGS[name])
        s.update({k: float(v) if "." in v else int(v) for k, v in (i.split("=") for i in args.set)})
        start = time.time()
        runs = [run(s, seed, train, test) for seed in range(1, args.seeds + 1)]
        a = [r["accuracy"] for r in runs]
        error = np.std(a, ddof=1) / len(a) ** 0.5 if len(a) > 1 else float("nan")
        print(f"{name:20} {100 * np.mean(a):6.2f} +- {100 * error:.2f}  forgetting {100 * np.mean([r['forgetting'] for r in runs]):6.2f}  {(time.time() - start) / args.seeds:.1f} s a seed", flush=True)
        results[name] = dict(settings=s, accuracy=[round(r["accuracy"], 6) for r in runs], forgetting=[round(r["forgetting"], 6) for r in runs])
    if args.out:
        with open(args.out + ".new", "w") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
        os.replace(args.out + ".new", args.out)


main()
