namespace Mettle.Data;

/// <summary>
/// Divides rows that follow one another in time and share values with their neighbours (windows of a series or a text): parts
/// are blocks, and between two parts as many rows are left out as could share a value across the border.
/// </summary>
/// <remarks>Racine, "Consistent cross-validatory model-selection for dependent data: hv-block cross-validation", Journal of Econometrics 99, 2000.</remarks>
public static class OrderedSplit
{
    /// <summary>The first rows for training, later ones for validation, the last for test.</summary>
    /// <param name="rows">Number of rows, in time's order.</param>
    /// <param name="validation">Share of all rows.</param>
    /// <param name="test">Share of all rows.</param>
    /// <param name="gap">Rows left out between two parts.</param>
    /// <exception cref="DataException">A wanted part or training would be empty.</exception>
    public static Split Chronological(int rows, double validation, double test, int gap)
    {
        int tests = (int)Math.Round(test * rows), validations = (int)Math.Round(validation * rows);
        int beforeTest = rows - tests - (tests > 0 ? gap : 0);
        int train = beforeTest - validations - (validations > 0 ? gap : 0);
        if (train < 1 || (validation > 0 && validations == 0) || (test > 0 && tests == 0))
            throw new DataException(
                FormattableString.Invariant($"{rows} rows with gaps of {gap} would be divided into {Math.Max(0, train)} for training, {validations} for validation and {tests} for test."),
                "Give a longer series, a shorter window or other shares.");
        return new Split([.. Enumerable.Range(0, train)], [.. Enumerable.Range(beforeTest - validations, validations)], [.. Enumerable.Range(rows - tests, tests)]);
    }

    /// <summary>Block <paramref name="fold"/> of <paramref name="folds"/> of the rows before the test part as validation, the others but for the gaps beside it as training.</summary>
    /// <exception cref="DataException">A part would be empty.</exception>
    public static Split Block(Split split, int fold, int folds, int gap)
    {
        int rows = 1 + (split.Validation.IsEmpty ? split.Train[^1] : split.Validation[^1]);
        int from = (int)((long)rows * fold / folds), to = (int)((long)rows * (fold + 1) / folds);
        Split block = new([.. Enumerable.Range(0, rows).Where(r => r < from - gap || r >= to + gap)], [.. Enumerable.Range(from, to - from)], split.Test);
        return block.Train.IsEmpty || block.Validation.IsEmpty
            ? throw new DataException(FormattableString.Invariant($"{rows} rows do not make {folds} blocks with gaps of {gap}."), "Give a longer series or a shorter window.")
            : block;
    }

    /// <summary>The last of the training rows as validation, those a gap before as training; the given validation rows are left out.</summary>
    /// <exception cref="DataException">A part would be empty.</exception>
    public static Split Last(Split split, double share, int gap)
    {
        int taken = (int)Math.Round(share * split.Train.Length);
        int from = split.Train.Length - taken;
        int first = taken > 0 ? split.Train[from] : 0;
        Split last = new([.. split.Train.Where(r => r < first - gap)], [.. split.Train.Skip(from)], split.Test);
        return last.Train.IsEmpty || taken == 0
            ? throw new DataException(FormattableString.Invariant($"{split.Train.Length} training rows do not leave {taken} for validation with a gap of {gap}."), "Give a longer series or a shorter window.")
            : last;
    }
}
