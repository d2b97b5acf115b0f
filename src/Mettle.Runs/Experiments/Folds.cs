using System.Collections.Immutable;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>Other divisions of the development rows into training and validation, for paired trials. Test rows stay apart.</summary>
public static class Folds
{
    /// <summary>
    /// Part <paramref name="fold"/> of <paramref name="folds"/> as validation, the rest as training. Parts are disjoint; within
    /// them classes have their shares (rows ranked by class and a keyed hash, dealt out in turn).
    /// </summary>
    public static Split Of(Split split, ReadOnlySpan<int> classes, int fold, int folds, RandomKey key)
    {
        int[] pool = [.. split.Train, .. split.Validation];
        var rank = new (int Class, ulong Hash, int Row)[pool.Length];
        for (int i = 0; i < pool.Length; i++)
        {
            rank[i] = (classes.IsEmpty ? 0 : classes[pool[i]], key.Word((ulong)pool[i]), pool[i]);
        }

        Array.Sort(rank);
        var train = new List<int>();
        var validation = new List<int>();
        for (int i = 0; i < rank.Length; i++)
        {
            (i % folds == fold ? validation : train).Add(rank[i].Row);
        }

        train.Sort();
        validation.Sort();
        return new Split([.. train], [.. validation], split.Test);
    }

    /// <summary>The first <paramref name="limit"/> of the training rows in a keyed order that keeps the classes' shares; 0 keeps all.</summary>
    public static Split Limit(Split split, ReadOnlySpan<int> classes, int limit, RandomKey key)
    {
        if (limit <= 0 || limit >= split.Train.Length)
        {
            return split;
        }

        var byClass = new Dictionary<int, int>();
        var rank = new (double Place, ulong Hash, int Row)[split.Train.Length];
        var order = split.Train.Select(r => (Hash: key.Word((ulong)r), Row: r)).Order().ToArray();
        var totals = new Dictionary<int, int>();
        foreach (var (_, row) in order)
        {
            int c = classes.IsEmpty ? 0 : classes[row];
            totals[c] = totals.GetValueOrDefault(c) + 1;
        }

        for (int i = 0; i < order.Length; i++)
        {
            int c = classes.IsEmpty ? 0 : classes[order[i].Row];
            int seen = byClass[c] = byClass.GetValueOrDefault(c) + 1;

            // The share of its class that has come so far: sorting by it interleaves the classes evenly.
            rank[i] = ((seen - 0.5) / totals[c], order[i].Hash, order[i].Row);
        }

        Array.Sort(rank);
        ImmutableArray<int> train = [.. rank.Take(limit).Select(r => r.Row).Order()];
        return split with { Train = train };
    }
}
