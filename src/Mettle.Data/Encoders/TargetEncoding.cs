using System.Globalization;

namespace Mettle.Data;

/// <summary>How the target becomes a class index or a standardised number.</summary>
/// <param name="Name">The column.</param>
/// <param name="Task">Settled on fitting; never <see cref="TargetTask.Auto"/>.</param>
/// <param name="Classes">For classification the training rows' classes: by value if all are numbers, else in ordinal order.</param>
/// <param name="Mean">For regression, the training mean in the target's unit.</param>
/// <param name="Scale">For regression, the training standard deviation (divided by n), 1 where that is 0.</param>
public sealed record TargetEncoding(string Name, TargetTask Task, string[] Classes, double Mean, double Scale)
{
    internal static TargetEncoding Fit(Column column, Table training, TargetTask task)
    {
        for (int row = 0; row < training.RowCount; row++)
            RequireKnown(column, training, row);
        if (task == TargetTask.Auto)
            task = column is NumericColumn ? TargetTask.Regression : TargetTask.Classification;
        if (task == TargetTask.Classification)
            return new TargetEncoding(column.Name, task, Ordered(ClassesOf(column)), 0, 1);
        if (column is not NumericColumn numeric)
            throw new DataException(
                "The target of a regression holds names.",
                "Set the task to classification, or declare the column numeric.", training.Source, column: column.Name);
        (double mean, double deviation) = NumericEncoding.Moments(numeric.Values.AsSpan());
        return new TargetEncoding(column.Name, task, [], mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>Given rows, a scan of the target in their order.</summary>
    internal Func<int[], ITargetScan> Scan(Column column, Table training)
    {
        if (Task == TargetTask.Classification)
        {
            int[] labels = Labels(column, training);
            return rows => new ClassScan([.. rows.Select(row => labels[row])], Classes.Length);
        }
        float[] targets = Targets(column, training);
        return rows => new MeanScan([.. rows.Select(row => targets[row])]);
    }

    /// <summary>Class index of every row.</summary>
    /// <exception cref="DataException">A label is missing or was not seen in training.</exception>
    internal int[] Labels(Column column, Table table)
    {
        Dictionary<string, int> index = new(StringComparer.Ordinal);
        for (int i = 0; i < Classes.Length; i++)
            index.Add(Classes[i], i);
        int[] labels = new int[table.RowCount];
        for (int row = 0; row < labels.Length; row++)
        {
            RequireKnown(column, table, row);
            string label = NameAt(column, row);
            if (!index.TryGetValue(label, out labels[row]))
                throw new DataException(
                    $"The class {DataException.Quote(label)} {Where(table, row)}does not occur in the training rows, which have {string.Join(", ", Classes.Take(20).Select(DataException.Quote))}.",
                    "Correct the label, or put rows of this class into training.", table.Source, table.LineOf(row), column.Name);
        }
        return labels;
    }

    /// <summary>Standardised target of every row.</summary>
    /// <exception cref="DataException">A target is missing or the column holds names.</exception>
    internal float[] Targets(Column column, Table table)
    {
        if (column is not NumericColumn numeric)
            throw TableEncoder.WrongKind(column, table, "numeric");
        float[] targets = new float[table.RowCount];
        for (int row = 0; row < targets.Length; row++)
        {
            RequireKnown(column, table, row);
            targets[row] = (float)Math.Clamp(numeric.Values[row] / Scale - Mean / Scale, -float.MaxValue, float.MaxValue);
        }
        return targets;
    }

    private static HashSet<string> ClassesOf(Column column)
    {
        HashSet<string> classes = new(StringComparer.Ordinal);
        for (int row = 0; row < column.Length; row++)
            classes.Add(NameAt(column, row));
        return classes;
    }

    private static string[] Ordered(HashSet<string> classes)
    {
        string[] names = [.. classes];
        Array.Sort(names, StringComparer.Ordinal);
        double[] values = new double[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!double.TryParse(names[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || double.IsNaN(values[i]))
                return names;
        }
        return [.. names.Select((name, i) => (name, value: values[i])).OrderBy(pair => pair.value).Select(pair => pair.name)];
    }

    private static string NameAt(Column column, int row) => column is CategoricalColumn categorical
        ? categorical.Levels[categorical.Codes[row]]
        : ((NumericColumn)column).Values[row].ToString("R", CultureInfo.InvariantCulture);

    private static void RequireKnown(Column column, Table table, int row)
    {
        if (column.IsMissing(row))
            throw new DataException(
                $"The target {Where(table, row)}is missing.",
                "Fill it in or take the row out.", table.Source, table.LineOf(row), column.Name);
    }

    private static string Where(Table table, int row) =>
        table.LineOf(row) is null ? string.Create(CultureInfo.InvariantCulture, $"of row {row + 1} ") : "";
}
