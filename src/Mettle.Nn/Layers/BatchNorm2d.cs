namespace Mettle.Nn;

/// <summary>Batch normalisation of images [N, C, H, W]; see <see cref="BatchNormLayer"/>.</summary>
public sealed class BatchNorm2d(int features, double epsilon = 1e-5, double momentum = 0.1, bool affine = true)
    : BatchNormLayer(features, epsilon, momentum, affine)
{
    private protected override string Takes => "[N, C, H, W]";

    private protected override bool IsRank(int rank) => rank == 4;
}
