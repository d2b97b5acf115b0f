#!/usr/bin/env python3
"""Writes the arrays of these samples: the handwritten digits of ../digits as floats, once as they are, once with a NaN in one row."""

import gzip
import pathlib

import numpy as np

here = pathlib.Path(__file__).resolve().parent
with gzip.open(here.parent / "digits" / "digits.csv.gz", "rt") as file:
    table = np.loadtxt(file, delimiter=",", dtype=np.float32)
x, y = table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.uint8)
np.savez_compressed(here / "digits.npz", x=x, strokes=x.reshape(-1, 16, 4), y=y)
x = x.copy()
x[117, 3, 4] = np.nan
np.savez_compressed(here / "digits-with-nan.npz", x=x, y=y)
