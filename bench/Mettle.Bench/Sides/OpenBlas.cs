using System.Runtime.InteropServices;

namespace Mettle.Bench.Sides;

/// <summary>cblas_sgemm of the system's OpenBLAS, kernels chosen for this processor by itself.</summary>
internal static unsafe partial class OpenBlas
{
    private const int RowMajor = 101, Plain = 111, Transposed = 112;

    public static Work? Prepare(Arguments a) => a.Kind == "matmul" ? Products.Prepare(a, Call) : null;

    private static void Call(bool ta, bool tb, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c)
        => Sgemm(RowMajor, ta ? Transposed : Plain, tb ? Transposed : Plain, m, n, k, 1, a, lda, b, ldb, 0, c, n);

    [LibraryImport("libopenblas.so.0", EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transA, int transB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);
}
