using System.Numerics;

namespace Mettle;

/// <summary>A comparison as the kernel reads it: at most <paramref name="split"/>, in the type of the rows.</summary>
internal readonly struct TreeNode<T>(DecisionNode node, T split)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Nothing lies below minus infinity, and the number before it is itself: a comparison with NaN never holds.
    public readonly T Split = node.Below && T.IsNegativeInfinity(T.CreateTruncating(node.Split)) ? T.NaN : split;
    public readonly int Feature = node.Feature;
    public readonly int Yes = node.Yes;
    public readonly int No = node.No;
    public readonly int Missing = node.MissingIsYes ? node.Yes : node.No;
}

/// <summary>Rows through trees, from the root down to a leaf each.</summary>
internal static unsafe class TreeWalk
{
    private const long ComparisonsPerPart = 4096;

    public static void Run<T>(Tensor x, TreeNode<T>[] nodes, int[] roots, Tensor y, long depth)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (y.Count == 0)
        {
            return;
        }

        int rows = x.Shape[0], rowsPerPart = (int)Math.Max(1, ComparisonsPerPart / (depth + roots.Length));
        fixed (TreeNode<T>* n = nodes)
        {
            fixed (int* r = roots)
            {
                Scheduler.For((rows + rowsPerPart - 1) / rowsPerPart, new Job<T>
                {
                    X = (T*)x.Pointer,
                    Nodes = n,
                    Roots = r,
                    Y = (long*)y.Pointer,
                    Columns = x.Shape[1],
                    Trees = roots.Length,
                    Rows = rows,
                    RowsPerPart = rowsPerPart,
                });
            }
        }
    }

    private struct Job<T> : IJob
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* X;
        public TreeNode<T>* Nodes;
        public int* Roots;
        public long* Y;
        public long Columns;
        public long Trees;
        public long Rows;
        public long RowsPerPart;

        public readonly void Run(int index)
        {
            long end = Math.Min(Rows, (index + 1) * RowsPerPart);
            for (long row = index * RowsPerPart; row < end; row++)
            {
                T* x = X + (row * Columns);
                long* y = Y + (row * Trees);
                for (long tree = 0; tree < Trees; tree++)
                {
                    int at = Roots[tree];
                    while (at >= 0)
                    {
                        TreeNode<T>* node = Nodes + at;
                        T value = x[node->Feature];
                        at = value <= node->Split ? node->Yes : T.IsNaN(value) ? node->Missing : node->No;
                    }

                    y[tree] = ~at;
                }
            }
        }
    }
}
