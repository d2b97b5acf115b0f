using Mettle.Runs;

namespace Mettle.Challenges.Model;

/// <summary>First weights of recurrent layers that neither shrink nor grow what passes through time.</summary>
public sealed class RecurrentInit : InitTreatment
{
    /// <inheritdoc/>
    public override string Name => "recurrent-init";

    /// <inheritdoc/>
    public override string Summary => "Recurrent layers begin orthogonal on the state, gate by gate, with Glorot's weights on the input and an LSTM's forget gate open.";

    /// <inheritdoc/>
    public override string Source => "Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, ICLR 2014; Jozefowicz, Zaremba and Sutskever, An empirical exploration of recurrent network architectures, ICML 2015";

    /// <inheritdoc/>
    protected override string Word => "recurrent";

    /// <inheritdoc/>
    protected override string? Unfit(Recipe recipe) => IsRecurrent(recipe) ? null : "the model is not recurrent";
}
