namespace Mettle;

/// <summary>Neighbouring steps of a product: where the first lies, as offsets into A and B, and how many they are.</summary>
internal readonly record struct Strip(int A, int B, int Length);
