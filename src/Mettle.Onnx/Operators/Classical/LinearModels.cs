namespace Mettle.Onnx;

/// <summary>Scores that are weighted sums of features (ONNX LinearRegressor, LinearClassifier).</summary>
internal static class LinearModels
{
    public static TensorValue Regressor(Call c)
        => Call.Result(PostTransforms.Apply(c, Scores(c, c.Int("targets", 1)), c.Text("post_transform", "NONE")), ElementType.F32);

    public static OnnxValue[] Classifier(Call c)
    {
        var labels = Labels.Of(c, "classlabels_ints", "classlabels_strings");
        int classes = (int)Moved.Shape(labels).Count;
        var scores = Scores(c, null);
        string transform = c.Text("post_transform", "NONE");
        if (scores.Shape[1] > 1)
        {
            var several = PostTransforms.Apply(c, scores, transform);
            return [Labels.Pick(labels, several.ArgMax()), Call.Result(several, ElementType.F32)];
        }

        if (classes == 2)
        {
            return [Labels.Pick(labels, (scores > 0).To(DType.I64).Flatten()), Call.Result(PostTransforms.ApplyToPair(c, scores, transform), ElementType.F32)];
        }

        var single = PostTransforms.Apply(c, scores, transform);
        var holds = (single >= (transform == "NONE" ? 0 : 0.5)).Flatten();
        return [OneLabel(labels, holds), Call.Result(single, ElementType.F32)];
    }

    /// <summary>A model that knows one class only: its label where the score says so, else 0 or "".</summary>
    public static OnnxValue OneLabel(OnnxValue labels, Tensor holds)
    {
        OnnxValue none = labels is TextValue ? new TextValue([""], [1]) : OnnxValue.From(Tensor.Zeros([1], DType.I64));
        return Moved.Join([none, labels], t => Tensor.Concat(0, t[0], t[1]).IndexSelect(0, holds.To(DType.I64)));
    }

    private static Tensor Scores(Call c, int? targets)
    {
        var x = Features.Rows(c);
        float[] weights = c.Floats("coefficients") ?? throw c.Bad("it has no coefficients.");
        float[]? shifts = c.Floats("intercepts") is { Length: > 0 } given ? given : null;
        int features = x.Shape[1], rows = targets ?? (features == 0 ? 0 : weights.Length / features);
        if (rows < 1 || weights.Length != (long)rows * features || (shifts is not null && shifts.Length != rows))
        {
            throw c.Bad($"{weights.Length} coefficients and {shifts?.Length ?? 0} intercepts do not fit rows {x.Shape}.");
        }

        return x.Affine(Tensor.From(weights, [rows, features]).To(x.DType), shifts is null ? null : Tensor.From(shifts).To(x.DType));
    }
}
