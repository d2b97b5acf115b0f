namespace Mettle.Graphs;

/// <summary>One thing to do as the trial run found it, with its tensors.</summary>
internal sealed record Found(Step Step, Tensor[] Inputs, Tensor[] Outputs);

/// <summary>Finds runs of elementwise steps that can be one <see cref="Chain"/>.</summary>
internal sealed unsafe class ChainFinder
{
    private const int MostLinks = 24;

    // Shorter runs of a repeated operand cost more to lay out than a pass over memory.
    private const int ShortestRun = 32;

    private readonly Dictionary<Storage, int> readers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Found> done = [];
    private readonly List<(Found Found, KernelNote Note)> open = [];

    private ChainFinder(IReadOnlyList<Found> all, IEnumerable<Storage> kept)
    {
        foreach (var storage in all.SelectMany(f => f.Inputs.Select(t => t.Storage).Distinct()).Concat(kept))
        {
            readers[storage] = readers.GetValueOrDefault(storage) + 1;
        }
    }

    /// <summary>The steps with chains; results in <paramref name="kept"/> are read after the last of them.</summary>
    public static List<Found> Run(IReadOnlyList<Found> all, IEnumerable<Storage> kept)
    {
        var finder = new ChainFinder(all, kept);
        foreach (var found in all)
        {
            finder.Take(found);
        }

        finder.Close();
        return finder.done;
    }

    private void Take(Found found)
    {
        var note = found.Step.Kind == StepKind.Kernel && found.Outputs is [{ IsDense: true, Count: > 0 }] ? KernelNote.Of(found.Step.Node.Op, found.Inputs, found.Outputs[0]) : null;
        if (note is null || !Array.TrueForAll(note.Operands, t => IsReadable(t, found.Outputs[0])))
        {
            Close();
            done.Add(found);
            return;
        }

        if (open.Count == MostLinks || (open.Count > 0 && !Fits(found)))
        {
            Close();
        }

        open.Add((found, note));
    }

    // The same elements at the same places, and of what the chain itself makes nothing but that.
    private bool Fits(Found found)
    {
        var (y, first) = (found.Outputs[0], open[0].Found.Outputs[0]);
        return IsAlike(y, first) && Array.TrueForAll(found.Inputs, t => Maker(t) is not { } made || (t.Offset == made.Offset && IsAlike(t, y)));
    }

    private static bool IsAlike(Tensor a, Tensor b)
        => a.Count == b.Count && ((a.IsContiguous && b.IsContiguous) || (a.Shape == b.Shape && a.Strides.AsSpan().SequenceEqual(b.Strides)));

    private Tensor? Maker(Tensor t) => open.Find(o => ReferenceEquals(o.Found.Outputs[0].Storage, t.Storage)).Found?.Outputs[0];

    private static bool IsReadable(Tensor t, Tensor y)
        => Elementwise.OperandScalar(y, t) >= 0 || (t.Shape == y.Shape && Loop.Plan(y.Shape.Dims, y.Strides, t.Strides, default, default).Inner >= ShortestRun);

    private static ChainPlace Given(Found found, Tensor t)
    {
        var (value, y) = (found.Step.Node.Inputs[Array.FindIndex(found.Inputs, x => ReferenceEquals(x, t))], found.Outputs[0]);
        int single = Elementwise.OperandScalar(y, t);
        return new(value, -1, single > 0, single < 0 ? Loop.Plan(y.Shape.Dims, y.Strides, t.Strides, default, default) : null);
    }

    private void Close()
    {
        if (open.Count < 2)
        {
            done.AddRange(open.Select(o => o.Found));
            open.Clear();
            return;
        }

        var lastUse = new int[open.Count];
        for (int i = 0; i < open.Count; i++)
        {
            foreach (var t in open[i].Found.Inputs)
            {
                int made = Index(t);
                lastUse[made < 0 ? i : made] = i;
            }
        }

        var places = new ChainPlace[open.Count];
        var links = new List<Link>();
        var free = new Stack<int>();
        int slots = 0;
        for (int i = 0; i < open.Count; i++)
        {
            var (found, note) = open[i];
            var node = found.Step.Node;
            ChainPlace[] inputs = [.. note.Operands.Select(t => Index(t) is >= 0 and var made ? places[made] : Given(found, t))];
            places[i] = IsOwn(i) ? new(null, free.TryPop(out int slot) ? slot : slots++) : new(node.Outputs[0]);
            links.Add(new(node, (nint)note.Kernel, inputs, places[i]));
            for (int made = 0; made <= i; made++)
            {
                if (lastUse[made] == i && places[made].Value is null && (made < i || !IsRead(made)))
                {
                    free.Push(places[made].Slot);
                }
            }
        }

        var last = open[^1].Found;
        Tensor[] read = [.. open.SelectMany(o => o.Found.Inputs).Where(t => Index(t) < 0)];
        Tensor[] written = [.. open.Where((_, i) => places[i].Value is not null).Select(o => o.Found.Outputs[0])];
        done.Add(new(new(StepKind.Chain, last.Step.Node, new(links, slots, last.Outputs[0].Count)), read, written));
        open.Clear();

        int Index(Tensor t) => open.FindIndex(o => ReferenceEquals(o.Found.Outputs[0].Storage, t.Storage));

        // Read by links alone.
        bool IsOwn(int i)
        {
            var storage = open[i].Found.Outputs[0].Storage;
            return readers.GetValueOrDefault(storage) == open.Count(o => o.Found.Inputs.Any(t => ReferenceEquals(t.Storage, storage)));
        }

        bool IsRead(int i) => open.Exists(o => o.Found.Inputs.Any(t => ReferenceEquals(t.Storage, open[i].Found.Outputs[0].Storage)));
    }
}
