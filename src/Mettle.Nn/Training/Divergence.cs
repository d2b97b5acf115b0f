namespace Mettle.Nn;

/// <summary>Training came to a loss or gradient that is not finite. Weights and running statistics are those before the failing step.</summary>
/// <param name="Epoch">Epoch from 0.</param>
/// <param name="Step">Step in the epoch from 0.</param>
/// <param name="Quantity">"loss" or "gradient".</param>
/// <param name="Cause">What was found on replaying the step: a bad sample, a bad parameter or the op that made the first NaN or infinity.</param>
/// <param name="Birth">The op, where one was found.</param>
public sealed record Divergence(int Epoch, int Step, string Quantity, string Cause, NanBirth? Birth)
{
    /// <summary>One sentence.</summary>
    public string Message => $"Training diverged in epoch {Epoch + 1}, step {Step + 1}: the {Quantity} is not finite. {Cause}";
}
