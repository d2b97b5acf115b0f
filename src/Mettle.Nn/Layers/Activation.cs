namespace Mettle.Nn;

/// <summary>An element-by-element nonlinearity without parameters, as a layer.</summary>
public sealed class Activation : Module
{
    private readonly Func<Tensor, Tensor> function;

    private Activation(string word, Func<Tensor, Tensor> function)
    {
        Word = word;
        this.function = function;
        IsRectifier = word == "relu";
    }

    /// <summary>The words that <see cref="Of"/> takes.</summary>
    public static IReadOnlyList<string> Words { get; } = ["relu", "leaky_relu", "elu", "gelu", "gelu_tanh", "silu", "tanh", "sigmoid", "softplus", "identity"];

    /// <summary>The name recipes use.</summary>
    public string Word { get; }

    /// <summary>The activation named by <paramref name="word"/>; throws <see cref="ArgumentException"/> listing all for another.</summary>
    public static Activation Of(string word) => word switch
    {
        "relu" => new(word, x => x.Relu()),
        "leaky_relu" => new(word, x => Activations.LeakyRelu(x)),
        "elu" => new(word, x => Activations.Elu(x)),
        "gelu" => new(word, x => x.Gelu()),
        "gelu_tanh" => new(word, x => x.GeluTanh()),
        "silu" => new(word, x => x.Silu()),
        "tanh" => new(word, x => x.Tanh()),
        "sigmoid" => new(word, x => x.Sigmoid()),
        "softplus" => new(word, x => x.Softplus()),
        "identity" => new(word, x => x),
        _ => throw new ArgumentException($"'{word}' is no activation; there are {string.Join(", ", Words)}."),
    };

    /// <summary>A rectifier with slope <paramref name="slope"/> below 0.</summary>
    public static Activation LeakyRelu(double slope) => new("leaky_relu", x => Activations.LeakyRelu(x, slope));

    /// <summary>Whether it is max(x, 0).</summary>
    internal bool IsRectifier { get; }

    internal override bool HoldsNothing => true;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(function(x));
}
