"""Checks ONNX files with onnx.checker, shapes and types inferred in full: one line for each that fails."""

import sys

import onnx


def fault(path):
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        return " ".join(str(error).split())
    return None


def main(paths):
    failed = 0
    for path in paths:
        problem = fault(path)
        if problem is not None:
            failed += 1
            print(f"{path}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.read().split("\n")[:-1]))
