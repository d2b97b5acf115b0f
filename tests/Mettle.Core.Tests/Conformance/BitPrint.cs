using System.Security.Cryptography;
using Mettle.Core.Tests.Graphs;

namespace Mettle.Core.Tests.Conformance;

/// <summary>One SHA-256 per op, sample and type over the bits of results and gradients.</summary>
internal static class BitPrint
{
    /// <summary>A child process of the tests writes <see cref="Lines"/> to the file that this variable names.</summary>
    public const string FileVariable = "METTLE_TEST_BITS";

    public static IEnumerable<string> Lines()
    {
        foreach (var info in OpTable.All)
        {
            foreach (var sample in info.Samples())
            {
                foreach (var type in new[] { DType.F32, DType.F64 })
                {
                    yield return Line(info.Name, sample, type);
                }
            }
        }

        foreach (var (name, sample) in LargeSamples.All)
        {
            yield return Line(name, sample, DType.F32);
        }

        for (int seed = 0; seed < 60; seed++)
        {
            yield return Graph(seed);
        }

        yield return Line("uniform", Tensor.Uniform(RandomKey.FromSeed(1), [40000]));
        yield return Line("normal", Tensor.Normal(RandomKey.FromSeed(1), [40000]));
    }

    private static string Line(string name, OpSample sample, DType type)
    {
        using var scope = MemoryScope.Begin();
        var inputs = Draw.Inputs(name, sample, type);
        var wanted = Table.Differentiable(sample);
        Tensor[] leaves = [.. inputs.Select((x, i) => wanted.Contains(i) ? x.WithGrad() : x)];
        var outputs = sample.Op.ApplyAll(leaves);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var y in outputs)
        {
            hash.AppendData(y.ToBytes());
        }

        for (int k = 0; k < outputs.Length; k++)
        {
            if (!outputs[k].RequiresGrad)
            {
                continue;
            }

            var seed = Draw.Direction(Draw.Key(name, sample).For("seed").At(k), outputs[k]);
            foreach (var g in Autograd.Grad(outputs[k], [.. wanted.Select(i => leaves[i])], seed, retainGraph: true))
            {
                hash.AppendData(g?.ToBytes() ?? []);
            }
        }

        return $"{Convert.ToHexString(hash.GetHashAndReset())} {name}, {sample.Title}, {type.Label()}";
    }

    private static string Graph(int seed)
    {
        using var scope = MemoryScope.Begin();
        var graph = new RandomGraph(seed);
        var leaves = graph.Leaves();
        graph.Build(leaves).Backward();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var leaf in leaves)
        {
            hash.AppendData(leaf.Grad?.ToBytes() ?? []);
        }

        return $"{Convert.ToHexString(hash.GetHashAndReset())} random graph {seed}";
    }

    private static string Line(string name, Tensor t)
    {
        string line = $"{Convert.ToHexString(SHA256.HashData(t.ToBytes()))} {name}";
        t.Release();
        return line;
    }
}
