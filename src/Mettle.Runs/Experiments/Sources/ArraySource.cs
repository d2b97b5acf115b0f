using System.Globalization;
using Mettle.Data;

namespace Mettle.Runs;

/// <summary>Rows of NumPy arrays in an .npz file: numbers of one shape and what is to be predicted, optionally with test rows in a file of their own.</summary>
/// <param name="Path">Training rows.</param>
/// <param name="TestPath">Test rows; "" if they are split off.</param>
/// <param name="Inputs">Name of the array of numbers, [n, ...].</param>
/// <param name="Targets">Name of the array of classes (whole numbers) or values, [n].</param>
/// <param name="ClassNames">Name of each class from 0, joined by line breaks; "" takes the numbers.</param>
/// <param name="KeepsNonFinite">Whether rows that hold NaN or infinity stay, for experiments; else they are left out and named.</param>
public sealed record ArraySource(string Path, string TestPath, string Inputs, string Targets, string ClassNames, bool KeepsNonFinite) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        string task = recipe["data.task"].Text();
        string[]? names = ClassNames.Length > 0 ? ClassNames.Split('\n') : null;
        var rows = Open(Path, task, names);
        names ??= rows.Names;
        var test = TestPath.Length > 0 ? Open(TestPath, task, names) : null;
        if (test is not null && test.Sample != rows.Sample)
        {
            throw new DataException($"A row of '{Inputs}' is {test.Sample}, in {Path} it is {rows.Sample}.", "Give test rows of the same shape.", TestPath);
        }

        return new ArrayRows(rows, test, names ?? [], FileHash.ByName(test is null ? [Path] : [Path, TestPath]));
    }

    private LabelledArrays Open(string path, string task, string[]? names)
    {
        using var scope = MemoryScope.Begin("arrays");
        var arrays = NpzFile.Read(path);
        Tensor x = Array(arrays, Inputs, path), y = Array(arrays, Targets, path);
        if (x.Rank is < 2 or > 4 || x.Shape.Count == 0)
        {
            throw new DataException($"'{Inputs}' is {x.Spec}.", "Give rows of [features], [steps, features] or [channels, height, width]: two to four axes, rows first.", path);
        }

        if (y.Rank != 1 || y.Shape[0] != x.Shape[0])
        {
            throw new DataException($"'{Targets}' is {y.Spec}, '{Inputs}' {x.Spec}.", "Give one target for each row.", path);
        }

        bool classes = task == "classification" || (task == "auto" && !y.DType.IsFloat());
        float[] values = x.To(DType.F32).ToArray<float>();
        double[] targets = y.To(DType.F64).ToArray<double>();
        var bad = new List<BadRow>();
        var kept = new List<int>();
        int size = values.Length / targets.Length;
        for (int i = 0; i < targets.Length; i++)
        {
            int at = System.Array.FindIndex(values, i * size, size, v => !float.IsFinite(v));
            string? what = !double.IsFinite(targets[i]) ? Element(Targets, targets[i], [i])
                : at >= 0 ? Element(Inputs, values[at], [i, .. Place(at % size, x.Shape)])
                : null;
            bool stays = what is null || (KeepsNonFinite && double.IsFinite(targets[i]));
            if (what is not null)
            {
                bad.Add(new BadRow(System.IO.Path.GetFileName(path), i + 1, what, stays));
            }

            if (stays)
            {
                kept.Add(i);
            }
        }

        return kept.Count == 0
            ? throw new DataException($"All {targets.Length} rows hold a NaN or infinity; the first is {bad[0].What}.", "Clean the data or impute it.", path)
            : LabelledArrays.Of(path, values, targets, kept, new Shape(x.Shape.Dims[1..]), classes, names, Targets) with { Bad = bad };
    }

    private static Tensor Array(IReadOnlyDictionary<string, Tensor> arrays, string name, string path)
        => arrays.GetValueOrDefault(name)
            ?? throw new DataException($"There is no array '{name}'; there are {string.Join(", ", arrays.Keys.Select(k => $"'{k}'"))}.", "Name one of them in the recipe, or save it with numpy.savez.", path);

    private static string Element(string array, double value, IReadOnlyList<int> place)
        => string.Create(CultureInfo.InvariantCulture, $"{array}[{string.Join(", ", place)}] is {(double.IsNaN(value) ? "NaN" : "infinite")}");

    private static int[] Place(int at, Shape shape)
    {
        var place = new int[shape.Rank - 1];
        for (int axis = shape.Rank - 1; axis >= 1; axis--)
        {
            place[axis - 1] = at % shape[axis];
            at /= shape[axis];
        }

        return place;
    }
}

/// <summary>Rows as they were read.</summary>
/// <param name="Sample">Shape of one row.</param>
/// <param name="Values">Numbers of all rows.</param>
/// <param name="Labels">Class of each; empty where values are predicted.</param>
/// <param name="Targets">Value of each; empty where classes are predicted.</param>
/// <param name="Names">Names of the classes; null where values are predicted.</param>
internal sealed record LabelledArrays(Shape Sample, float[] Values, int[] Labels, double[] Targets, string[]? Names)
{
    /// <summary>Rows of the file that hold a number which is not finite.</summary>
    public IReadOnlyList<BadRow> Bad { get; init; } = [];

    /// <summary>Row of the file, from 1, of each row here.</summary>
    public required IReadOnlyList<int> FileRows { get; init; }

    /// <summary>Name of the file.</summary>
    public required string File { get; init; }

    public int Count => FileRows.Count;

    public static LabelledArrays Of(string path, float[] values, double[] targets, IReadOnlyList<int> rows, Shape sample, bool classes, string[]? names, string array)
    {
        int size = (int)sample.Count;
        var x = new float[rows.Count * size];
        var y = new double[rows.Count];
        for (int i = 0; i < rows.Count; i++)
        {
            values.AsSpan(rows[i] * size, size).CopyTo(x.AsSpan(i * size));
            y[i] = targets[rows[i]];
        }

        int[] places = [.. rows.Select(r => r + 1)];
        if (!classes)
        {
            return new LabelledArrays(sample, x, [], y, null) { FileRows = places, File = Path.GetFileName(path) };
        }

        // Without names the classes are the numbers that occur.
        string[] known = names ?? [.. y.Distinct().Order().Select(v => v.ToString("R", CultureInfo.InvariantCulture))];
        var codes = names is not null
            ? Enumerable.Range(0, names.Length).ToDictionary(c => (double)c)
            : y.Distinct().Order().Select((v, c) => (v, c)).ToDictionary(p => p.v, p => p.c);
        int wrong = Array.FindIndex(y, v => !codes.ContainsKey(v));
        return wrong < 0
            ? new LabelledArrays(sample, x, [.. y.Select(v => codes[v])], [], known) { FileRows = places, File = Path.GetFileName(path) }
            : throw new DataException(
                string.Create(CultureInfo.InvariantCulture, $"{array}[{places[wrong] - 1}] is {y[wrong]}, which is none of the classes 0 to {known.Length - 1} ({string.Join(", ", known.Take(12))})."), "Correct it, or the names of the classes.", path);
    }
}
