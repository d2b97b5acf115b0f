namespace Mettle.Challenges;

/// <summary>Where a problem is, as far as it is known; counted as a reader counts, from 1.</summary>
public sealed record Place
{
    /// <summary>Layer or parameter by its path in the model, with what it is: "hidden.1.1 (relu)".</summary>
    public string? Layer { get; init; }

    /// <summary>Step of a sequence.</summary>
    public int? TimeStep { get; init; }

    /// <summary>Task of a training in tasks.</summary>
    public int? Task { get; init; }

    /// <summary>Epoch of the training, counted through all tasks.</summary>
    public int? Epoch { get; init; }

    /// <summary>Step in that epoch.</summary>
    public int? Step { get; init; }

    /// <summary>Operation that made the first NaN or infinity.</summary>
    public string? Op { get; init; }

    /// <summary>Line of a file, "recipe.yaml:6": of the recipe, the data or the code.</summary>
    public string? Line { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        string?[] parts =
        [
            Task is { } k ? $"task {k}" : null,
            Epoch is { } e ? $"epoch {e}{(Step is { } s ? $", step {s}" : "")}" : null,
            Layer is null ? null : $"layer {Layer}",
            TimeStep is { } t ? $"time step {t}" : null,
            Op is null ? null : $"op {Op}",
            Line,
        ];
        return string.Join(", ", parts.Where(p => p is not null));
    }
}
