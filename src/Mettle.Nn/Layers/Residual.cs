namespace Mettle.Nn;

/// <summary>
/// x + branch(x), or shortcut(x) + branch(x) where the branch changes the shape. Keys: "branch.*", "shortcut.*".
/// He, Zhang, Ren and Sun, "Deep residual learning" (2016), equations 1 and 2.
/// </summary>
public sealed class Residual : Module
{
    /// <summary>A residual block.</summary>
    public Residual(Module branch, Module? shortcut = null)
    {
        Branch = Register("branch", branch);
        Shortcut = shortcut is null ? null : Register("shortcut", shortcut);
    }

    /// <summary>What is added.</summary>
    public Module Branch { get; }

    /// <summary>The way around; null: the input itself.</summary>
    public Module? Shortcut { get; }

    internal override bool HoldsNothing => Branch.HoldsNothing && Shortcut is not { HoldsNothing: false };

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(ForwardThen(x, pass, null, rectified: false));

    internal override Tensor ForwardThen(Tensor x, Pass pass, Tensor? shortcut, bool rectified)
    {
        var around = Shortcut?.Forward(x, pass) ?? x;
        if (shortcut is not null || ActivationWatch.IsActive)
        {
            return Then(around + Branch.Forward(x, pass), shortcut, rectified);
        }

        var y = Branch.ForwardThen(x, pass, around, rectified);
        if (HoldsNothing)
        {
            around.ReleaseStep(x, y);
        }

        return y;
    }
}
