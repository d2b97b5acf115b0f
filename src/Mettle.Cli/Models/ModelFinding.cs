using Mettle.Challenges;

namespace Mettle.Cli.Models;

/// <summary>Something about a model that its user should know.</summary>
/// <param name="Check">What was looked for.</param>
/// <param name="Severity">A problem makes results wrong; a notice costs time, memory or trouble.</param>
/// <param name="Title">What was found, in one line.</param>
/// <param name="Places">Where: names of tensors, nodes or values.</param>
/// <param name="Mend">What to do.</param>
internal sealed record ModelFinding(string Check, Severity Severity, string Title, IReadOnlyList<string> Places, string Mend);
