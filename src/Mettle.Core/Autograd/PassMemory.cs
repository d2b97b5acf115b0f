namespace Mettle;

/// <summary>Lists that a backward pass fills, kept by the thread so that a pass makes none anew.</summary>
internal sealed class PassMemory
{
    private const int MostRows = 64;
    private readonly Tensor?[][] rows = new Tensor?[MostRows][];
    private Node[] nodes = new Node[64];
    private long[] keys = new long[64];
    private Tensor[] leaves = new Tensor[32];
    private Tensor?[] results = new Tensor?[32];
    private int nodeCount, leafCount, rowCount;

    /// <summary>Nodes found so far; sorted by <see cref="Sort"/>.</summary>
    public ReadOnlySpan<Node> Nodes => nodes.AsSpan(0, nodeCount);

    /// <summary>Leaves found so far.</summary>
    public ReadOnlySpan<Tensor> Leaves => leaves.AsSpan(0, leafCount);

    /// <summary>Gradients by leaf. More leaves may make another array of it.</summary>
    public Tensor?[] Results => results;

    public void Add(Node node)
    {
        if (nodeCount == nodes.Length)
        {
            Array.Resize(ref nodes, 2 * nodeCount);
            Array.Resize(ref keys, 2 * nodeCount);
        }

        keys[nodeCount] = -node.Sequence;
        nodes[nodeCount++] = node;
    }

    public void Add(Tensor leaf)
    {
        if (leafCount == leaves.Length)
        {
            Array.Resize(ref leaves, 2 * leafCount);
            Array.Resize(ref results, 2 * leafCount);
        }

        leaves[leafCount++] = leaf;
    }

    /// <summary>Puts the nodes in the order of a backward pass, latest first.</summary>
    public void Sort()
    {
        for (int i = 1; i < nodeCount; i++)
        {
            if (keys[i] < keys[i - 1])
            {
                Array.Sort(keys, nodes, 0, nodeCount);
                return;
            }
        }
    }

    /// <summary>An empty row of <paramref name="length"/> gradients.</summary>
    public Tensor?[] TakeRow(int length) => length == 1 && rowCount > 0 ? rows[--rowCount] : new Tensor?[length];

    /// <summary>Keeps a row for reuse.</summary>
    public void Give(Tensor?[] row)
    {
        if (row.Length == 1 && rowCount < MostRows)
        {
            row[0] = null;
            rows[rowCount++] = row;
        }
    }

    /// <summary>Holds on to nothing of the pass.</summary>
    public void Clear()
    {
        Array.Clear(nodes, 0, nodeCount);
        Array.Clear(leaves, 0, leafCount);
        Array.Clear(results, 0, leafCount);
        nodeCount = 0;
        leafCount = 0;
    }
}
