using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>
/// What a recipe's <c>data.source</c> read: rows that are yet to be split and encoded. Development rows are those that may
/// be divided into training, validation and (unless the source brings its own) test.
/// </summary>
public abstract class SourceData
{
    /// <summary>Number of development rows.</summary>
    public abstract int RowCount { get; }

    /// <summary>Class of each development row, for stratified splits; empty for regression.</summary>
    public abstract ReadOnlySpan<int> Classes { get; }

    /// <summary>Whether test rows come from a place of their own.</summary>
    public abstract bool BringsTest { get; }

    /// <summary>
    /// Where rows follow one another and share values with their neighbours (windows of a series or a text): from how many rows
    /// on, less 1, two share none. Such rows are divided into blocks with gaps (<see cref="OrderedSplit"/>). Null: any division will do.
    /// </summary>
    public virtual int? Gap => null;

    /// <summary>SHA-256 of each file read, by file name.</summary>
    public abstract IReadOnlyDictionary<string, string> Hashes { get; }

    /// <summary>What readers of a packaged model should know about the source, by the names of <see cref="ModelNotes"/>.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Names a development row in messages, with file and line where the source knows them.</summary>
    public virtual string RowName(int row) => $"row {row + 1} of the source";

    /// <summary>
    /// The three parts as datasets, with everything that is learned (scales, categories) learned from the training rows.
    /// </summary>
    /// <param name="split">Development rows of each part; the test part is empty where the source brings its own.</param>
    /// <param name="recipe">Normalisation and the like.</param>
    /// <param name="relabel">Changes labels of development rows (label noise), given the labels and their rows; the identity as a rule.</param>
    public abstract EncodedData Encode(Split split, Recipe recipe, Relabel relabel);
}

/// <summary>Labels to use in place of the given ones, for the given development rows.</summary>
public delegate int[] Relabel(int[] labels, ReadOnlySpan<int> rows);

/// <summary>One part of the data.</summary>
/// <param name="Rows">What the training loop reads.</param>
/// <param name="Labels">Class of each row; empty for regression.</param>
/// <param name="Targets">Number to predict for each row; empty for classification.</param>
public sealed record DataPart(IDataset Rows, int[] Labels, float[] Targets)
{
    /// <summary>Number of rows.</summary>
    public int Count => Rows.Count;

    /// <summary>Task of each row, where data come as tasks; else empty.</summary>
    public int[] Tasks { get; init; } = [];

    /// <summary>Some of the rows.</summary>
    public DataPart Take(int[] rows) => new(
        new Subset(Rows, rows),
        Labels.Length > 0 ? [.. rows.Select(r => Labels[r])] : [],
        Targets.Length > 0 ? [.. rows.Select(r => Targets[r])] : [])
    {
        Tasks = Tasks.Length > 0 ? [.. rows.Select(r => Tasks[r])] : [],
    };
}

/// <summary>The three parts of the data, ready for training.</summary>
/// <param name="Train">Rows to learn from, as they are (augmentation is the training loop's).</param>
/// <param name="Validation">Rows to choose by; null if the recipe holds none out.</param>
/// <param name="Test">Rows opened once.</param>
/// <param name="Input">What a model is given.</param>
/// <param name="ClassNames">Names of the classes; empty for regression.</param>
/// <param name="Facts">For the report.</param>
public sealed record EncodedData(
    DataPart Train, DataPart? Validation, DataPart? Test, InputSpec Input, IReadOnlyList<string> ClassNames, IReadOnlyList<DataFact> Facts)
{
    /// <summary>What applies to new rows the same encoding, as JSON; null where the input needs none.</summary>
    public string? Encoder { get; init; }

    /// <summary>Rows of the files that hold a NaN or infinity.</summary>
    public IReadOnlyList<BadRow> BadRows { get; init; } = [];

    /// <summary>The tasks that the data come as, one after another; null where they come at once.</summary>
    public TaskSequence? Sequence { get; init; }

    /// <summary>What belongs into a packaged model besides the trained one.</summary>
    public Packaging Packaging { get; init; } = Packaging.Plain;
}

/// <summary>A row that holds a number which is not finite.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Row">Row of the file, from 1.</param>
/// <param name="What">The first such number with its place: "x[117, 3, 4] is NaN".</param>
/// <param name="Stays">Whether it is used all the same; else it was left out.</param>
public sealed record BadRow(string File, int Row, string What, bool Stays)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}, row {Row}: {What}; {(Stays ? "kept, as the recipe asks" : "the row is left out")}";
}

/// <summary>Reads a source once per run, however many folds and trials use it.</summary>
public sealed class DataCache
{
    private readonly Dictionary<(DataSource Source, string Target, string Task), SourceData> read = [];

    /// <summary>The rows that the recipe's source stands for.</summary>
    public SourceData Get(Recipe recipe)
    {
        var target = recipe["data.target"];
        var key = (recipe.Word<DataSource>("data.source"), target.HasValue ? target.Text() : "", recipe["data.task"].Text());
        if (!read.TryGetValue(key, out var data))
        {
            data = key.Item1.Read(recipe);
            read.Add(key, data);
        }

        return data;
    }
}

/// <summary>
/// What a word of the slot <c>source</c> builds: paths and options, compared by value so that a source is read once.
/// </summary>
public abstract record DataSource
{
    /// <summary>Reads everything; throws <see cref="DataException"/> or <see cref="RecipeException"/> naming the place.</summary>
    public abstract SourceData Read(Recipe recipe);
}
