using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Words of the slot <c>sharpness</c>, which build a <see cref="SharpnessAware"/>.</summary>
internal static class SharpnessWords
{
    public static void AddTo(Vocabulary v)
    {
        v.Add(
            "sharpness", "sam", "Sharpness-aware minimisation (Foret et al. 2021); doubles the time of a step.",
            [Field.Float("rho", 0.05, "How far to look, in L2 distance.", min: 1e-6, max: 1e6)],
            w => new SharpnessAware(w["rho"].Double()));
        v.Add(
            "sharpness", "asam", "The same with distances relative to the weights (Kwon et al. 2021).",
            [
                Field.Float("rho", 0.5, "How far to look, relative to the weights.", min: 1e-6, max: 1e6),
                Field.Float("eta", 0.01, "Added to the size of each weight.", min: 0, max: 1e6),
            ],
            w => new SharpnessAware(w["rho"].Double(), Adaptive: true, w["eta"].Double()));
    }
}
