namespace Mettle.Nn;

/// <summary>Parameters that share settings.</summary>
/// <param name="Parameters">The members; a parameter belongs to one group only.</param>
/// <param name="RateScale">Factor on the learning rate.</param>
/// <param name="WeightDecay">Replaces the optimiser's weight decay; null keeps it.</param>
public sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double RateScale = 1, double? WeightDecay = null)
{
    /// <summary>
    /// Two groups: parameters marked <see cref="Parameter.Decay"/> as they are, the others (biases, norms) without weight decay.
    /// </summary>
    public static IReadOnlyList<ParameterGroup> SparingBiasesAndNorms(IEnumerable<Parameter> parameters)
    {
        var all = parameters.ToArray();
        return
        [
            new ParameterGroup([.. all.Where(p => p.Decay)]),
            new ParameterGroup([.. all.Where(p => !p.Decay)], WeightDecay: 0),
        ];
    }
}
