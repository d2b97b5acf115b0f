namespace Mettle.Nn;

/// <summary>
/// A running average of a model's weights and floating-point buffers, kept beside the model. <see cref="SwapIn"/> puts it into
/// the model for evaluation.
/// </summary>
public abstract class Averaging
{
    private readonly (string Name, Func<Tensor> Live)[] members;
    private readonly UpdateBatch<float, MixRule<float>> singles = new();
    private readonly UpdateBatch<double, MixRule<double>> doubles = new();
    private Tensor[]? average;
    private bool swapped;

    /// <summary>Binds the average to its model.</summary>
    protected Averaging(Module model)
    {
        members =
        [
            .. model.NamedParameters().Select(p => (p.Name, (Func<Tensor>)(() => p.Parameter.Value))),
            .. model.NamedBuffers().Where(b => b.Buffer.Value.DType.IsFloat()).Select(b => (b.Name, (Func<Tensor>)(() => b.Buffer.Value))),
        ];
    }

    /// <summary>Whether there is an average yet.</summary>
    public bool IsReady => average is not null;

    /// <summary>How many times weights were taken in.</summary>
    public long Updates { get; private set; }

    /// <summary>Called after every optimiser step.</summary>
    public virtual void OnStep()
    {
    }

    /// <summary>Called after the last step of every epoch.</summary>
    /// <param name="epoch">Epoch from 0.</param>
    public virtual void OnEpoch(int epoch)
    {
    }

    /// <summary>Exchanges the model's weights with the average until the result is disposed. Does nothing before <see cref="IsReady"/>.</summary>
    public SwappedIn SwapIn()
    {
        if (swapped)
        {
            throw new InvalidOperationException("The averaged weights are in the model already.");
        }

        if (average is not null)
        {
            Swap();
            swapped = true;
        }

        return new SwappedIn(this);
    }

    /// <summary>Overwrites the model's weights with the average; does nothing before <see cref="IsReady"/>.</summary>
    public void CopyToModel()
    {
        for (int i = 0; average is not null && i < members.Length; i++)
        {
            if (average[i].DType == DType.F32)
            {
                average[i].AsSpan<float>().CopyTo(members[i].Live().MutableSpan<float>());
            }
            else
            {
                average[i].AsSpan<double>().CopyTo(members[i].Live().MutableSpan<double>());
            }
        }
    }

    /// <summary>The average by the model's keys, live, and "updates" (i64 scalar); empty before <see cref="IsReady"/>.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; average is not null && i < members.Length; i++)
        {
            state[members[i].Name] = average[i];
        }

        if (average is not null)
        {
            state["updates"] = Tensor.Scalar(Updates, DType.I64);
        }

        return state;
    }

    /// <summary>Takes over a saved average; throws <see cref="InvalidDataException"/> if it is not of this model.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        Forget();
        if (state.Count == 0)
        {
            return;
        }

        average = new Tensor[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            var live = members[i].Live();
            average[i] = state.TryGetValue(members[i].Name, out var t) && t.Spec == live.Spec
                ? Tensor.FromBytes(t.ToBytes(), t.Shape, t.DType).Persist()
                : throw new InvalidDataException($"The saved average of '{members[i].Name}' is {(t is null ? "missing" : t.Spec)}, the model's is {live.Spec}.");
        }

        Updates = (long)state["updates"].Item();
    }

    /// <summary>average += share * (weights - average); the first call copies the weights.</summary>
    protected void Include(double share)
    {
        Updates++;
        if (average is null)
        {
            average = [.. members.Select(m => Tensor.FromBytes(m.Live().ToBytes(), m.Live().Shape, m.Live().DType).Persist())];
            return;
        }

        for (int i = 0; i < average.Length; i++)
        {
            var live = members[i].Live();
            if (live.DType == DType.F32)
            {
                singles.Add(average[i], live, null, null, new MixRule<float>(share));
            }
            else
            {
                doubles.Add(average[i], live, null, null, new MixRule<double>(share));
            }
        }

        singles.Run();
        doubles.Run();
    }

    private void Forget()
    {
        foreach (var t in average ?? [])
        {
            t.Release();
        }

        average = null;
        Updates = 0;
    }

    private void Swap()
    {
        for (int i = 0; i < average!.Length; i++)
        {
            if (average[i].DType == DType.F32)
            {
                Exchange(average[i].MutableSpan<float>(), members[i].Live().MutableSpan<float>());
            }
            else
            {
                Exchange(average[i].MutableSpan<double>(), members[i].Live().MutableSpan<double>());
            }
        }
    }

    private static void Exchange<T>(Span<T> a, Span<T> b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            (a[i], b[i]) = (b[i], a[i]);
        }
    }

    /// <summary>Puts the model's own weights back when disposed.</summary>
    public readonly ref struct SwappedIn
    {
        private readonly Averaging? owner;

        internal SwappedIn(Averaging owner) => this.owner = owner;

        /// <summary>Exchanges back.</summary>
        public void Dispose()
        {
            if (owner is { swapped: true })
            {
                owner.Swap();
                owner.swapped = false;
            }
        }
    }
}
