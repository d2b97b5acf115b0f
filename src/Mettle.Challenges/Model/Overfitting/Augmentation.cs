using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>Shifts each image by a random pixel or so every time it is seen.</summary>
public sealed class Augmentation : Treatment
{
    /// <inheritdoc/>
    public override string Name => "augmentation";

    /// <inheritdoc/>
    public override string Summary => "Shifts each image by a random pixel or so every time it is seen.";

    /// <inheritdoc/>
    public override string Source => "Simard, Steinkraus and Platt, Best practices for convolutional neural networks applied to visual document analysis, ICDAR 2003";

    /// <inheritdoc/>
    public override bool IsIn(Recipe recipe) => recipe["data.augment"].Words().Count > 0;

    /// <inheritdoc/>
    public override Recipe? Apply(Recipe recipe, out string reason)
    {
        // Shifts keep the meaning of nearly any picture; left and right exchanged turn a 3 into none.
        reason = !Uses.Images(recipe) ? "shifts are for images" : IsIn(recipe) ? "images are augmented already" : "";
        return reason.Length > 0 ? null : recipe.With("data.augment.crop.pad", recipe["data.source"].Text() == "digits" ? 1 : 2);
    }
}
