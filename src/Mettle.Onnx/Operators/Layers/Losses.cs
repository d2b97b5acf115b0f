namespace Mettle.Onnx;

/// <summary>Losses, dropout and optimisation steps.</summary>
internal static class Losses
{
    public static IEnumerable<Operator> All =>
    [
        Operator.Of("NegativeLogLikelihoodLoss", c => c.Result(NegativeLogLikelihood(c, Scores(c)))),
        Operator.Of("SoftmaxCrossEntropyLoss", SoftmaxCrossEntropy),
        Operator.Of("Dropout", Dropout.Evaluate),
        .. OptimizerSteps.All,
        new Operator(OptimizerSteps.Domain, "Gradient", c => c.Gradients()),
    ];

    private static Tensor Scores(Call c)
    {
        var x = c.Number(0);
        return x.Rank >= 2 && c.Tensor(1).Shape == x.Shape.Remove(1)
            ? x
            : throw c.Bad($"it needs scores [N, C, ...] and classes [N, ...], not {x.Shape} and {c.Tensor(1).Shape}.");
    }

    // With the logarithms of softmax wanted too they are made once; else one fused op does all.
    private static OnnxValue[] SoftmaxCrossEntropy(Call c)
    {
        var x = Scores(c);
        if (c.Wants(1))
        {
            var log = x.LogSoftmax(1);
            return [c.Result(NegativeLogLikelihood(c, log)), c.Result(log)];
        }

        var op = new CrossEntropy(ignoreIndex: c.Attribute("ignore_index")?.Int ?? long.MinValue);
        var classes = c.Tensor(1).To(DType.I64);
        var results = c.Has(2) ? op.ApplyAll(x, classes, c.Number(2).To(x.DType)) : op.ApplyAll(x, classes);
        return [c.Result(Reduced(c, results[0], results[1].Detach()))];
    }

    private static Tensor NegativeLogLikelihood(Call c, Tensor logs)
    {
        var classes = c.Tensor(1).To(DType.I64);
        var ignored = c.Attribute("ignore_index")?.Int is { } index ? classes.EqualTo(Tensor.From([index], new Shape())) : null;
        var safe = ignored is null ? classes : Tensor.Where(ignored, 0, classes);
        var picked = -logs.Gather(1, safe.Unsqueeze(1)).Squeeze(1);
        var weight = c.Has(2) ? c.Number(2).To(logs.DType).IndexSelect(0, safe) : Tensor.Ones(classes.Shape, logs.DType);
        var loss = c.Has(2) ? picked * weight : picked;
        return ignored is null
            ? Reduced(c, loss, weight)
            : Reduced(c, Tensor.Where(ignored, 0, loss), Tensor.Where(ignored, 0, weight));
    }

    private static Tensor Reduced(Call c, Tensor loss, Tensor weight) => c.Text("reduction", "mean") switch
    {
        "mean" => loss.Sum() / weight.Sum(),
        "sum" => loss.Sum(),
        "none" => loss,
        var other => throw c.Bad($"reduction must be mean, sum or none, not {OnnxException.Quote(other)}."),
    };
}
