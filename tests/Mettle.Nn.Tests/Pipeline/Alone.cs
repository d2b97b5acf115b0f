namespace Mettle.Nn.Tests;

/// <summary>Tests that read process-wide counters or set the number of threads: nothing runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
