namespace Mettle.Runs;

/// <summary>A word that a slot of a recipe may hold, e.g. <c>adamw</c> in the slot <c>optimizer</c>.</summary>
/// <param name="Slot">Name of the slot.</param>
/// <param name="Name">Kebab-case name.</param>
/// <param name="Doc">One sentence.</param>
/// <param name="Fields">The word's own fields.</param>
public abstract record Word(string Slot, string Name, string Doc, IReadOnlyList<Field> Fields)
{
    /// <summary>Makes what the word stands for.</summary>
    internal abstract object BuildObject(WordValue value);
}

/// <summary>A word and the function that makes what it stands for.</summary>
/// <param name="Slot">Name of the slot.</param>
/// <param name="Name">Kebab-case name.</param>
/// <param name="Doc">One sentence.</param>
/// <param name="Fields">The word's own fields.</param>
/// <param name="Build">Reads the fields' values and makes the object; may raise <see cref="RecipeValue.Problem"/>.</param>
public sealed record Word<T>(string Slot, string Name, string Doc, IReadOnlyList<Field> Fields, Func<WordValue, T> Build)
    : Word(Slot, Name, Doc, Fields)
    where T : notnull
{
    internal override object BuildObject(WordValue value) => Build(value);
}
