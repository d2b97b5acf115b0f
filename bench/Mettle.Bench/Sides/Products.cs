using System.Runtime.InteropServices;

namespace Mettle.Bench.Sides;

/// <summary>Matrix products through a plain sgemm, 64-byte-aligned operands.</summary>
internal static unsafe class Products
{
    public delegate void Sgemm(bool ta, bool tb, int m, int n, int k, float* a, int lda, float* b, int ldb, float* c);

    public static Work Prepare(Arguments args, Sgemm sgemm)
    {
        int m = args.Int("m"), k = args.Int("k"), n = args.Int("n"), batch = args.Int("b", 1);
        bool ta = args.Int("ta") == 1, tb = args.Int("tb") == 1;
        float* a = Filled((long)batch * m * k, 1), b = Filled((long)batch * k * n, 2), c = Filled((long)batch * m * n, 3);
        return new Work(Call, Check);

        void Call()
        {
            for (int i = 0; i < batch; i++)
            {
                sgemm(ta, tb, m, n, k, a + ((long)i * m * k), ta ? m : k, b + ((long)i * k * n), tb ? k : n, c + ((long)i * m * n));
            }
        }

        double Check()
        {
            Call();
            return Fill.MeanAbs(new ReadOnlySpan<float>(c, batch * m * n));
        }
    }

    // Lives as long as the process: a side prepares few cases.
    public static float* Filled(long count, int salt)
    {
        var p = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        Fill.Array(count, salt).CopyTo(new Span<float>(p, checked((int)count)));
        return p;
    }
}
