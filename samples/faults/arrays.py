#!/usr/bin/env python3
"""Writes the arrays of these samples: the handwritten digits of ../digits as floats, once as they are, once with a NaN in three rows.

x holds the images, strokes the same numbers as 16 steps of 4. Needs numpy.
"""

import gzip
import pathlib

import numpy as np

here = pathlib.Path(__file__).resolve().parent
with gzip.open(here.parent / "digits" / "digits.csv.gz", "rt") as file:
    table = np.loadtxt(file, delimiter=",", dtype=np.float32)
x, y = table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.uint8)
np.savez_compressed(here / "digits.npz", x=x, strokes=x.reshape(-1, 16, 4), y=y)
x = x.copy()
for row, line, column in [(117, 3, 4), (522, 0, 7), (1201, 6, 2)]:
    x[row, line, column] = np.nan
np.savez_compressed(here / "digits-with-nan.npz", x=x, y=y)
