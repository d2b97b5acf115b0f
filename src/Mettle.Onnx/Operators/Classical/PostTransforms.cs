namespace Mettle.Onnx;

/// <summary>What a model of the domain ai.onnx.ml does with its scores [N, classes] in the end.</summary>
internal static class PostTransforms
{
    /// <summary>Names by the numbers that newer operators use.</summary>
    public static IReadOnlyList<string> Names { get; } = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

    public static Tensor Apply(Call c, Tensor scores, string name) => name switch
    {
        "NONE" => scores,
        "LOGISTIC" => scores.Sigmoid(),
        "SOFTMAX" => scores.Softmax(),
        "SOFTMAX_ZERO" => SoftmaxOfNonZero(scores),
        "PROBIT" => Probit(scores),
        _ => throw c.Bad($"there is no transform {OnnxException.Quote(name)}; there are {string.Join(", ", Names)}."),
    };

    /// <summary>The one score [N, 1] of two classes as two, transformed: s against -s.</summary>
    public static Tensor ApplyToPair(Call c, Tensor score, string name)
        => name == "PROBIT" ? Probit(score) : Apply(c, Tensor.Concat(1, -score, score), name);

    // Scores of 0 stay about 0; where all are, each class has a half.
    private static Tensor SoftmaxOfNonZero(Tensor x)
    {
        const double Zero = 1e-7;
        var top = x.Max(-1).Unsqueeze(-1);
        var e = Tensor.Where(x.Abs() > Zero, (x - top).Exp(), x * (-top).Exp());
        var sum = e.Sum(-1).Unsqueeze(-1);
        return Tensor.Where(sum.EqualTo(0), 0.5, e / sum);
    }

    // The inverse of the normal distribution function by Winitzki's approximation of the inverse error function (2008), as ONNX Runtime has it.
    private static Tensor Probit(Tensor p)
    {
        const double A = 0.147;
        var x = (p * 2) - 1;
        var log = ((1 - x) * (1 + x)).Log();
        var half = (log * 0.5) + (2 / (Math.PI * A));
        return x.Sign() * (((half.Square() - (log / A)).Sqrt() - half).Sqrt() * Math.Sqrt(2));
    }
}
