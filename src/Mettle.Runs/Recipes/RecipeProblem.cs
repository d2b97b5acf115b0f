namespace Mettle.Runs;

/// <summary>One thing wrong with a recipe.</summary>
/// <param name="File">Name of the recipe's file.</param>
/// <param name="Line">1-based line; 0 where the value came from code.</param>
/// <param name="Column">1-based column; 0 where the value came from code.</param>
/// <param name="Path">Dotted path of the field, "" for the whole file.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
public sealed record RecipeProblem(string File, int Line, int Column, string Path, string Message)
{
    /// <summary><c>recipe.yaml:12:5: message</c>.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}: {Message}" : $"{File}: {Message}";
}
