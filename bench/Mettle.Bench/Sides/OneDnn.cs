using System.Runtime.InteropServices;

namespace Mettle.Bench.Sides;

/// <summary>dnnl_sgemm of the system's oneDNN.</summary>
internal static unsafe partial class OneDnn
{
    public static Work? Prepare(Arguments a) => a.Kind == "matmul" ? Products.Prepare(a, Call) : null;

    private static void Call(bool ta, bool tb, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c)
    {
        int status = Sgemm(ta ? (byte)'T' : (byte)'N', tb ? (byte)'T' : (byte)'N', m, n, k, 1, a, lda, b, ldb, 0, c, n);
        if (status != 0)
        {
            throw new InvalidOperationException($"dnnl_sgemm answers {status}.");
        }
    }

    [LibraryImport("libdnnl.so.2", EntryPoint = "dnnl_sgemm")]
    private static partial int Sgemm(
        byte transA, byte transB, long m, long n, long k, float alpha, float* a, long lda, float* b, long ldb, float beta, float* c, long ldc);
}
