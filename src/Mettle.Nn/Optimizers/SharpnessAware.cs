namespace Mettle.Nn;

/// <summary>
/// Sharpness-aware minimisation: each step takes its gradient at the point nearby where the loss is highest to first order,
/// which leads to flat minima. It costs a second forward and backward pass. Foret, Kleiner, Mobahi and Neyshabur (ICLR 2021),
/// eq. 2 with p = 2; adaptive: Kwon, Kim, Park and Choi (ICML 2021), eq. 10.
/// </summary>
/// <param name="Rho">Radius of "nearby": an L2 distance or, adaptive, one relative to the weights.</param>
/// <param name="Adaptive">Distances in units of |w| + <paramref name="Eta"/> (biases: 1), which rescaled weights do not change.</param>
/// <param name="Eta">Keeps the unit of weights at 0 from vanishing; adaptive only.</param>
public sealed record SharpnessAware(double Rho = 0.05, bool Adaptive = false, double Eta = 0.01)
{
    /// <summary>Throws <see cref="ArgumentException"/> naming the setting that cannot work.</summary>
    internal void Check()
    {
        if (!(Rho > 0 && double.IsFinite(Rho)))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SharpnessAware.Rho is {Rho}; it must be above 0."));
        }

        if (!(Eta >= 0 && double.IsFinite(Eta)))
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SharpnessAware.Eta is {Eta}; it must be at least 0."));
        }
    }
}
