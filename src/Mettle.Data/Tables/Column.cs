using System.Collections.Immutable;

namespace Mettle.Data;

/// <summary>One named, typed, immutable column of a <see cref="Table"/>.</summary>
public abstract class Column
{
    private protected Column(string name) => Name = name;

    /// <summary>The column's name, unique in its table.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public abstract int Length { get; }

    /// <summary>Number of rows without a value.</summary>
    public abstract int MissingCount { get; }

    /// <summary>Whether the row has no value.</summary>
    public abstract bool IsMissing(int row);

    /// <summary>The chosen rows, in the order given; a row may be taken more than once.</summary>
    public abstract Column Take(ReadOnlySpan<int> rows);
}

/// <summary>Numbers; NaN marks a missing value, every other value is finite.</summary>
public sealed class NumericColumn : Column
{
    /// <summary>Wraps the values without a copy.</summary>
    /// <exception cref="ArgumentException">A value is infinite.</exception>
    public NumericColumn(string name, ImmutableArray<double> values)
        : base(name)
    {
        foreach (double value in values)
        {
            if (double.IsInfinity(value))
                throw new ArgumentException($"Column '{name}' holds an infinite value.", nameof(values));
        }
        Values = values;
        MissingCount = values.AsSpan().Count(double.NaN);
    }

    /// <summary>One number per row.</summary>
    public ImmutableArray<double> Values { get; }

    /// <inheritdoc/>
    public override int Length => Values.Length;

    /// <inheritdoc/>
    public override int MissingCount { get; }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => double.IsNaN(Values[row]);

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = ImmutableArray.CreateBuilder<double>(rows.Length);
        foreach (int row in rows)
            taken.Add(Values[row]);
        return new NumericColumn(Name, taken.MoveToImmutable());
    }
}

/// <summary>Names out of a finite set; code -1 marks a missing value, other codes index <see cref="Levels"/>.</summary>
public sealed class CategoricalColumn : Column
{
    /// <summary>Wraps codes and levels without a copy.</summary>
    /// <exception cref="ArgumentException">A code is outside -1..levels-1.</exception>
    public CategoricalColumn(string name, ImmutableArray<int> codes, ImmutableArray<string> levels)
        : base(name)
    {
        foreach (int code in codes)
        {
            if (code < -1 || code >= levels.Length)
                throw new ArgumentException($"Column '{name}' holds code {code} but has {levels.Length} levels.", nameof(codes));
        }
        Codes = codes;
        Levels = levels;
        MissingCount = codes.AsSpan().Count(-1);
    }

    /// <summary>One code per row.</summary>
    public ImmutableArray<int> Codes { get; }

    /// <summary>The names, each once; a table read from a file has them in ordinal order.</summary>
    public ImmutableArray<string> Levels { get; }

    /// <inheritdoc/>
    public override int Length => Codes.Length;

    /// <inheritdoc/>
    public override int MissingCount { get; }

    /// <inheritdoc/>
    public override bool IsMissing(int row) => Codes[row] < 0;

    /// <inheritdoc/>
    public override Column Take(ReadOnlySpan<int> rows)
    {
        var taken = ImmutableArray.CreateBuilder<int>(rows.Length);
        foreach (int row in rows)
            taken.Add(Codes[row]);
        return new CategoricalColumn(Name, taken.MoveToImmutable(), Levels);
    }
}
