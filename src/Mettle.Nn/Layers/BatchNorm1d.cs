namespace Mettle.Nn;

/// <summary>Batch normalisation of rows [N, C] or sequences [N, C, L]; see <see cref="BatchNormLayer"/>.</summary>
public sealed class BatchNorm1d(int features, double epsilon = 1e-5, double momentum = 0.1, bool affine = true)
    : BatchNormLayer(features, epsilon, momentum, affine)
{
    private protected override string Takes => "[N, C] or [N, C, L]";

    private protected override bool IsRank(int rank) => rank is 2 or 3;
}
