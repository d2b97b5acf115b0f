#!/usr/bin/env python3
"""Writes real inputs of the models in METTLE_DATA/onnx/models for calibration: rows.py FOLDER.

MODEL.npy holds the rows, MODEL.labels.npy their classes where there are any. Needs numpy, scipy and Pillow.
"""

import gzip
import io
import os
import pathlib
import sys
import tarfile

import numpy as np
from PIL import Image
from scipy.io import wavfile

DATA = pathlib.Path(os.environ["METTLE_DATA"])
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def idx(name, header):
    with gzip.open(DATA / "images/mnist-sample" / name) as file:
        return np.frombuffer(file.read()[header:], np.uint8)


def mnist():
    images = idx("t1k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).astype(np.float32)
    return images, idx("t1k-labels-idx1-ubyte.gz", 8).astype(np.int64)


def cifar(count):
    """Test images, classes in the order of their names, shuffled."""
    with tarfile.open(DATA / "images/cifar10/cifar10-jpeg.tar.gz") as archive:
        found = [(m.name.split("/")[1], archive.extractfile(m).read()) for m in archive if m.name.startswith("test/") and m.isfile()]
    classes = sorted({c for c, _ in found})
    order = np.random.RandomState(1).permutation(len(found))[:count]
    images = np.stack([np.asarray(Image.open(io.BytesIO(found[i][1])).convert("RGB")) for i in order])
    return images.transpose(0, 3, 1, 2).astype(np.float32), np.array([classes.index(found[i][0]) for i in order])


def photos(width, height, count):
    """Parts of two photographs in several sizes, RGB [count, 3, height, width]."""
    sources = [Image.open(p).convert("RGB") for p in sorted((DATA / "onnx/sample-inputs").glob("*.jpg"))]
    random = np.random.RandomState(2)
    rows = []
    for i in range(count):
        image = sources[i % len(sources)]
        scale = random.uniform(0.3, 1) * min(image.width / width, image.height / height)
        w, h = int(width * scale), int(height * scale)
        x, y = random.randint(image.width - w + 1), random.randint(image.height - h + 1)
        rows.append(np.asarray(image.crop((x, y, x + w, y + h)).resize((width, height), Image.BILINEAR)))
    return np.stack(rows).transpose(0, 3, 1, 2).astype(np.float32)


def speech(count):
    """Nine seconds of speech as 900 frames of 120 mel bands in dB, as DNSMOS takes them."""
    with gzip.open(DATA / "audio/silero-vad-test.wav.gz") as file:
        rate, wave = wavfile.read(io.BytesIO(file.read()))
    wave = wave.astype(np.float64) / 32768
    size, hop, bands = 321, rate // 100, 120

    def mel(f):
        return 2595 * np.log10(1 + f / 700)

    edges = 700 * (10 ** (np.linspace(0, mel(rate / 2), bands + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(size, 1 / rate)
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    filters = np.maximum(0, np.minimum(up, down)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    rows = []
    for i in range(count):
        start = i * (len(wave) - 900 * hop - size) // max(1, count - 1)
        frames = np.stack([wave[start + t * hop:start + t * hop + size] for t in range(900)]) * np.hanning(size)
        power = np.abs(np.fft.rfft(frames)) ** 2 @ filters.T
        level = 10 * np.log10(np.maximum(power, 1e-10))
        rows.append((np.maximum(level - level.max(), -80) + 40) / 40)
    return np.stack(rows).astype(np.float32)


def files(count):
    """The first and last 1024 bytes of this repository's files, 256 where there are none, as Magika takes them."""
    paths = sorted(p for p in REPOSITORY.rglob("*") if p.is_file() and not any(x in p.parts for x in (".git", "obj", "bin", ".cache")))
    rows = []
    for i in np.random.RandomState(3).permutation(len(paths)):
        data = np.frombuffer(paths[i].read_bytes(), np.uint8).astype(np.int32)
        if len(data) < 64:
            continue
        row = np.full(2048, 256, np.int32)
        row[:min(1024, len(data))] = data[:1024]
        row[2048 - min(1024, len(data)):] = data[-1024:]
        rows.append(row)
        if len(rows) == count:
            break
    return np.stack(rows)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)

    def save(model, rows, labels=None):
        np.save(folder / f"{model}.npy", rows)
        if labels is not None:
            np.save(folder / f"{model}.labels.npy", labels)

    digits, classes = mnist()
    save("mnist-8", digits, classes)
    save("burn_mnist", (digits / 255 - 0.1307) / 0.3081, classes)
    images, classes = cifar(5000)
    save("cifar10_ImageClassifier", images / 127.5 - 1, classes)
    mean, deviation = np.array([0.485, 0.456, 0.406], np.float32), np.float32(0.225)
    save("cifar_deep_kw", (images / 255 - mean[:, None, None]) / deviation, classes)
    save("SqueezeNet_fp16", photos(224, 224, 40)[:, ::-1] - np.array([104, 117, 123], np.float32)[:, None, None])
    red, green, blue = photos(224, 224, 40).transpose(1, 0, 2, 3)
    save("super_resolution_10", ((0.299 * red + 0.587 * green + 0.114 * blue) / 255)[:, None])
    save("ultraface-RFB-320", (photos(320, 240, 40) - 127) / 128)
    save("yunet_n_320_320", photos(320, 320, 40)[:, ::-1])
    save("dnsmos_model_v8", speech(40))
    save("magika_standard_v3_3", files(200))


main(pathlib.Path(sys.argv[1]))
