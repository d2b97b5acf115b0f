using System.Globalization;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Rows of a CSV file, optionally with test rows in a file of their own.</summary>
/// <param name="Path">Training rows.</param>
/// <param name="TestPath">Test rows; "" if they are split off.</param>
/// <param name="Options">How the files are written.</param>
/// <param name="Ignore">Columns that are no features, joined by line breaks.</param>
public sealed record CsvSource(string Path, string TestPath, CsvLayout Options, string Ignore) : DataSource
{
    /// <inheritdoc/>
    public override SourceData Read(Recipe recipe)
    {
        var target = recipe["data.target"];
        string column = target.HasValue ? target.Text() : throw target.Problem("is needed for a table: the column to predict");
        var options = Options.ToOptions(column);
        var table = CsvReader.Read(Path, options);
        var test = TestPath.Length > 0 ? CsvReader.ReadLike(table, TestPath, options) : null;
        var hashes = FileHash.ByName(test is null ? [Path] : [Path, TestPath]);

        var notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ModelNotes.Target] = column,
            [ModelNotes.Csv] = new CsvForm([.. table.Names], Options.Delimiter, options.Missing, Options.TrimTarget).ToJson(),
        };
        if (Options.ImageHeight > 0)
        {
            var images = Image(table, column);
            var testImages = test is null ? null : Image(test, column);
            return testImages is null || testImages.ClassNames.SequenceEqual(images.ClassNames)
                ? new ImageRows(images, testImages, hashes) { Notes = notes }
                : throw new DataException($"The classes are {string.Join(", ", testImages.ClassNames)}, in {Path} they are {string.Join(", ", images.ClassNames)}.", "Give test rows of the same classes.", TestPath);
        }

        return new TableRows(table, test, column, recipe["data.task"].Text(), Ignore.Split('\n', StringSplitOptions.RemoveEmptyEntries), hashes) { Notes = notes };
    }

    private LabelledImages Image(Table table, string column)
        => LabelledImages.FromTable(table, column, Options.ImageHeight, Options.ImageWidth, Options.MaxPixel);
}

/// <summary>How a CSV file is written; lists are joined by line breaks so that layouts compare by value.</summary>
public sealed record CsvLayout(
    bool Header, string Names, string Delimiter, string Missing, string Numeric, string Categorical, string TrimTarget, int ImageHeight, int ImageWidth, int MaxPixel)
{
    /// <summary>The reader's options.</summary>
    public CsvOptions ToOptions(string target) => new()
    {
        Header = Header,
        Names = Names.Length > 0 ? Names.Split('\n') : null,
        Delimiter = Delimiter[0],
        Missing = Missing.Length > 0 ? Missing.Split('\n') : CsvOptions.DefaultMissing,
        Numeric = Numeric.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        Categorical = Categorical.Split('\n', StringSplitOptions.RemoveEmptyEntries),
        Target = target,
        TrimTarget = TrimTarget,
    };
}

/// <summary>Development and test rows of tables.</summary>
public sealed class TableRows : SourceData
{
    private readonly Table table;
    private readonly Table? test;
    private readonly EncoderOptions options;
    private readonly int[] classes;

    /// <summary>Reads the classes for stratified splits.</summary>
    public TableRows(Table table, Table? test, string target, string task, IReadOnlyList<string> ignore, IReadOnlyDictionary<string, string> hashes)
    {
        this.table = table;
        this.test = test;
        Hashes = hashes;
        options = new EncoderOptions
        {
            Target = target,
            Ignore = ignore,
            Task = task switch
            {
                "classification" => TargetTask.Classification,
                "regression" => TargetTask.Regression,
                _ => TargetTask.Auto,
            },
        };
        int[] all = [.. Enumerable.Range(0, table.RowCount)];
        var fitted = TableEncoder.Fit(table, all, options with { Transform = NumericTransform.Standard });
        classes = fitted.Target.Task == TargetTask.Classification ? fitted.Encode(table).Labels : [];
    }

    /// <inheritdoc/>
    public override int RowCount => table.RowCount;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Classes => classes;

    /// <inheritdoc/>
    public override bool BringsTest => test is not null;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Hashes { get; }

    /// <inheritdoc/>
    public override string RowName(int row) => table.LineOf(row) is { } line ? $"line {line} of {table.Source}" : base.RowName(row);

    /// <inheritdoc/>
    public override EncodedData Encode(Split split, Recipe recipe, Relabel relabel)
    {
        var encoder = TableEncoder.Fit(table, split.Train.AsSpan(), options with { Transform = TransformOf(recipe) });
        var train = encoder.Encode(table.Take(split.Train.AsSpan()));
        var testTable = test ?? table.Take(split.Test.AsSpan());
        int features = encoder.Numeric.Count == 0 ? 0 : train.Numeric.Length / train.RowCount;
        var task = encoder.Target.Task == TargetTask.Classification ? LearningTask.Classification : LearningTask.Regression;
        var input = new InputSpec([features], [.. train.Cardinalities], task, task == LearningTask.Classification ? train.ClassNames.Length : 1);
        int missing = table.Columns.Sum(c => c.MissingCount);
        List<DataFact> facts =
        [
            new("rows", Count(table.RowCount + (test?.RowCount ?? 0))),
            new("columns", $"{table.Columns.Length - 1}: {encoder.Numeric.Count} numeric, {encoder.Categorical.Count} categorical"),
            new("missing values", $"{Count(missing)} in {table.Columns.Count(c => c.MissingCount > 0)} columns"),
            new("target", task == LearningTask.Classification ? $"{options.Target}: {string.Join(", ", train.ClassNames.Take(12))}" : $"{options.Target} (a number)"),
        ];
        return new EncodedData(
            Rows(train, features, l => relabel(l, split.Train.AsSpan())),
            split.Validation.IsEmpty ? null : Rows(encoder.Encode(table.Take(split.Validation.AsSpan())), features, l => relabel(l, split.Validation.AsSpan())),
            testTable.RowCount == 0 ? null : Rows(encoder.Encode(testTable), features), input, [.. train.ClassNames], facts)
        {
            Encoder = encoder.ToJson(),
            Packaging = Package(encoder, train),
        };
    }

    private Packaging Package(TableEncoder encoder, EncodedTable rows)
    {
        var (scale, mean) = (encoder.Target.Scale, encoder.Target.Mean);
        return new()
        {
            Restore = y => (y * scale) + mean,
            Notes = new Dictionary<string, string>(Notes, StringComparer.Ordinal)
            {
                [ModelNotes.Features] = ModelExport.List(rows.NumericNames),
                [ModelNotes.Codes] = ModelExport.List(rows.CategoricalNames),
                [ModelNotes.Encoder] = encoder.ToJson(),
                [ModelNotes.Input] =
                    $"Rows of a table, encoded as '{ModelNotes.Encoder}' says: numbers in 'features' (columns in '{ModelNotes.Features}'), indices of categories in 'codes' (columns in '{ModelNotes.Codes}'; 0 is missing or new).",
            },
        };
    }

    private static NumericTransform TransformOf(Recipe recipe) => recipe["data.normalize"].Text() switch
    {
        "auto" => NumericTransform.Auto,
        "standard" => NumericTransform.Standard,
        var other => throw recipe["data.normalize"].Problem($"is '{other}', which is for images; a table's columns take auto or standard"),
    };

    private static string Count(int n) => n.ToString("N0", CultureInfo.InvariantCulture);

    private static DataPart Rows(EncodedTable t, int features, Func<int[], int[]>? relabel = null)
    {
        int[]? codes = t.Cardinalities.Length > 0 ? t.Categorical : null;
        int[] labels = relabel is null || t.Labels.Length == 0 ? t.Labels : relabel(t.Labels);
        var rows = labels.Length > 0
            ? ArrayDataset.Classification(t.Numeric, [features], labels, codes)
            : ArrayDataset.Regression(t.Numeric, [features], t.RowCount, t.Targets, codes);
        return new DataPart(rows, labels, t.Targets);
    }
}
