namespace Mettle.Bench.Cases;

/// <summary>Matrix products.</summary>
internal static class MatrixCases
{
    public static IEnumerable<Case> List()
    {
        foreach (int n in (int[])[64, 128, 256, 512])
        {
            yield return Product(1.0, n, n, n);
        }

        yield return Product(0.95, 1024, 1024, 1024);
        yield return Product(0.95, 2048, 2048, 2048);
        yield return Product(1.0, 128, 784, 512);
        yield return Product(1.0, 8192, 64, 64);
        yield return Product(1.0, 784, 128, 512, ta: 1);
        yield return Product(1.0, 128, 512, 784, tb: 1);
        yield return Product(0.95, 1024, 1024, 1024, ta: 1);
        yield return Product(0.95, 1024, 1024, 1024, tb: 1);
        yield return Product(0.9, 127, 131, 129);
        yield return Product(0.9, 33, 100, 10);
        yield return Product(0.9, 32, 4096, 4096);
        yield return Product(0.9, 32, 4096, 4096, tb: 1);
        yield return Product(0.9, 8, 1024, 1024);
        yield return Product(0.9, 1, 1024, 4096);
        yield return Product(1.0, 32, 4096, 4096, packed: 1);
        yield return Product(1.0, 8, 1024, 1024, packed: 1);
        yield return Product(1.0, 256, 32, 256, tb: 1, batch: 32);
    }

    private static Case Product(double goal, int m, int k, int n, int ta = 0, int tb = 0, int batch = 1, int packed = 0)
    {
        string name = $"{(batch > 1 ? $"{batch} of " : "")}{m} x {k} {(ta == 1 ? "(transposed) " : "")}by {k} x {n}{(tb == 1 ? " (transposed)" : "")}{(packed == 1 ? ", prepacked weights" : "")}";
        // One row, or few: the matrix streams by, and memory is the limit.
        bool streams = m <= 8;
        return new(
            "matrix product", name, $"matmul m={m} k={k} n={n} ta={ta} tb={tb} b={batch} packed={packed}", goal,
            streams ? 0 : 2.0 * batch * m * k * n, streams ? 4.0 * k * n : 0);
    }
}
