"""Whole processes of PyTorch: the first training step, the peak of a training's memory, and the time to 90 % on Fashion-MNIST."""
import gzip
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from torch_side import LAST, cnn_block, prepare

STEPS = 936


def first_step():
    prepare("step model=mlp-small batch=32")()
    print("done", flush=True)


def peak(line):
    run = prepare(line)
    for _ in range(30):
        run()
    with open("/proc/self/status") as f:
        print(next(int(l.split()[1]) * 1024 for l in f if l.startswith("VmHWM:")), flush=True)


def load(folder, part):
    def read(name, skip):
        with gzip.open(f"{folder}/{part}-{name}.gz") as f:
            return np.frombuffer(f.read(), np.uint8, offset=skip)

    x = torch.from_numpy(read("images-idx3-ubyte", 16).reshape(-1, 1, 28, 28).astype(np.float32))
    y = torch.from_numpy(read("labels-idx1-ubyte", 8).astype(np.int64))
    return ((x / 255 - 0.286) / 0.353).to(memory_format=LAST), y


def fashion(data, seed):
    torch.manual_seed(seed)
    folder = f"{data}/images/fashion-mnist"
    x, y = load(folder, "train")
    tx, ty = load(folder, "t10k")
    model = nn.Sequential(*cnn_block(1, 16), *cnn_block(16, 32), *cnn_block(32, 64),
                          nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    model = model.to(memory_format=LAST)
    update = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, foreach=True)
    per_epoch, accuracy = len(y) // 128, 0.0
    for step in range(STEPS):
        i = step % per_epoch
        if i == 0:
            order = torch.randperm(len(y))
        rows = order[i * 128:(i + 1) * 128]
        update.param_groups[0]["lr"] = 0.1 * (1 - step / STEPS)
        update.zero_grad(set_to_none=True)
        F.cross_entropy(model(x[rows].to(memory_format=LAST)), y[rows]).backward()
        update.step()
        if (step + 1) % 117 == 0:
            model.eval()
            with torch.no_grad():
                right = sum(int((model(tx[j:j + 125]).argmax(1) == ty[j:j + 125]).sum()) for j in range(0, len(ty), 125))
            model.train()
            accuracy = right / len(ty)
            if accuracy >= 0.9:
                print("done", flush=True)
                return
    print(f"{STEPS} steps gave {accuracy:.4f} only.", flush=True)


if __name__ == "__main__":
    {"first-step": first_step, "peak": peak, "fashion": lambda d, s: fashion(d, int(s))}[sys.argv[1]](*sys.argv[2:])
