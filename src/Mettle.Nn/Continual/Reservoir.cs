namespace Mettle.Nn;

/// <summary>
/// A fixed number of rows out of a stream of unknown length, each of those seen equally likely to be among them (Vitter,
/// "Random sampling with a reservoir", 1985, algorithm R), optionally with the outputs they had when they came.
/// </summary>
public sealed class Reservoir
{
    private readonly RandomKey key;
    private readonly int[] rows;
    private float[] outputs = [];
    private int width;

    /// <summary>An empty reservoir.</summary>
    /// <param name="capacity">Most rows kept, at least 1.</param>
    /// <param name="key">Its random numbers.</param>
    public Reservoir(int capacity, RandomKey key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        rows = new int[capacity];
        this.key = key;
    }

    /// <summary>Rows of the stream so far.</summary>
    public long Seen { get; private set; }

    /// <summary>Rows kept.</summary>
    public int Count => (int)Math.Min(Seen, rows.Length);

    /// <summary>The rows kept.</summary>
    public ReadOnlySpan<int> Rows => rows.AsSpan(0, Count);

    /// <summary>Offers rows of the stream.</summary>
    /// <param name="stream">Their positions in the dataset.</param>
    /// <param name="answers">Outputs of each, row-major; empty to keep none.</param>
    public void Offer(ReadOnlySpan<int> stream, ReadOnlySpan<float> answers = default)
    {
        if (outputs.Length == 0 && !answers.IsEmpty)
        {
            width = answers.Length / stream.Length;
            outputs = new float[rows.Length * width];
        }

        for (int i = 0; i < stream.Length; i++)
        {
            int place = Seen < rows.Length ? (int)Seen : key.Below(checked((int)(Seen + 1)), (ulong)Seen);
            if (place < rows.Length)
            {
                rows[place] = stream[i];
                answers[(i * width)..((i + 1) * width)].CopyTo(outputs.AsSpan(place * width));
            }

            Seen++;
        }
    }

    /// <summary>Places of <paramref name="count"/> different rows kept (fewer where there are fewer).</summary>
    public int[] Choose(int count, RandomKey draw) => Draw.Distinct(Count, Math.Min(count, Count), draw);

    /// <summary>The row at a place.</summary>
    public int RowAt(int place) => rows[place];

    /// <summary>Outputs kept at <paramref name="places"/>, [places, outputs].</summary>
    public Tensor OutputsAt(ReadOnlySpan<int> places)
    {
        var t = Tensor.Zeros([places.Length, width]);
        var to = t.MutableSpan<float>();
        for (int i = 0; i < places.Length; i++)
        {
            outputs.AsSpan(places[i] * width, width).CopyTo(to[(i * width)..]);
        }

        return t;
    }

    /// <summary>Rows, outputs and length of the stream so far.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal)
        {
            ["rows"] = Tensor.From(Array.ConvertAll(rows, r => (long)r)),
            ["seen"] = Tensor.Scalar(Seen, DType.I64),
        };
        if (width > 0)
        {
            state["outputs"] = Tensor.From(outputs, [rows.Length, width]);
        }

        return state;
    }

    /// <summary>Takes over a saved reservoir; throws <see cref="InvalidDataException"/> if it is of another size.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.TryGetValue("rows", out var saved) || saved.Count != rows.Length || !state.TryGetValue("seen", out var seen))
        {
            throw new InvalidDataException($"The saved buffer is not one of {rows.Length} rows.");
        }

        Array.ConvertAll(saved.ToArray<long>(), r => checked((int)r)).CopyTo(rows, 0);
        Seen = (long)seen.Item();
        outputs = state.TryGetValue("outputs", out var kept) ? kept.ToArray<float>() : [];
        width = kept?.Shape[1] ?? 0;
    }
}
