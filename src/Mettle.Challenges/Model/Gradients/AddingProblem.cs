using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>
/// The adding problem of Hochreiter and Schmidhuber, "Long short-term memory" (1997), section 5.4, as Le, Jaitly and Hinton
/// set it (2015): each step is a value uniform in [0, 1) and a mark; one step of the first half and one of the second are
/// marked, and the sum of their values is to be told at the end. Always answering 1 has squared error 1/6.
/// </summary>
/// <param name="Length">Steps of a sequence, at least 2.</param>
/// <param name="Rows">Number of sequences. Row i is the same whatever their number.</param>
public sealed record AddingProblem(int Length, int Rows) : DataSource
{
    /// <summary>Squared error of always answering the mean: the variance of the sum of two uniform numbers.</summary>
    public const double Baseline = 1.0 / 6;

    /// <summary>Adds the source word.</summary>
    public static void AddTo(Vocabulary vocabulary) => vocabulary.Add<DataSource>(
        "source",
        "adding-problem",
        "Sequences of numbers, two of which are marked and to be added (Hochreiter and Schmidhuber 1997).",
        [Field.Int("length", 100, "Steps of a sequence.", min: 2, max: 100_000), Field.Int("rows", 10_000, "Number of sequences.", min: 10, max: 1_000_000)],
        w => new AddingProblem(w["length"].Int(), w["rows"].Int()));

    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        if ((long)Length * Rows > int.MaxValue / 2)
        {
            throw recipe["data.source"].Problem($"has {Rows} rows of {Length} steps: more than fit in memory; lower rows");
        }

        var root = RandomKey.FromSeed(0).For("adding-problem").At(Length);
        var values = new float[Length * Rows * 2];
        var targets = new float[Rows];
        int half = Length / 2;
        for (int i = 0; i < Rows; i++)
        {
            var key = root.At(i);
            var row = values.AsSpan(i * Length * 2, Length * 2);
            for (int t = 0; t < Length; t++)
            {
                row[2 * t] = (float)key.Uniform((ulong)t);
            }

            int first = key.For("mark").Below(half, 0);
            int second = half + key.For("mark").Below(Length - half, 1);
            row[(2 * first) + 1] = row[(2 * second) + 1] = 1;
            targets[i] = row[2 * first] + row[2 * second];
        }

        return new SequenceRows(values, Length, 2, targets, "adding problem");
    }
}
