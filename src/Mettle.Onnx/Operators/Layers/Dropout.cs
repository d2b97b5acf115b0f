namespace Mettle.Onnx;

/// <summary>
/// ONNX Dropout: does something from version 12 on and only if it is told to train. What it drops is what ONNX's reference drops
/// for the same seed (uniform numbers below the ratio), 0 if there is none, so that results can be reproduced elsewhere.
/// </summary>
internal static class Dropout
{
    public static OnnxValue[] Evaluate(Call c)
    {
        var x = c.Number(0);
        double ratio = c.Opset >= 12 && c.Has(1) ? c.Scalar(1) : 0.5;
        bool trains = c.Opset >= 12 && c.Has(2) && c.Scalar(2) != 0;
        var maskType = c.Opset >= 10 ? ElementType.Bool : c.Type(0);
        if (!trains || ratio == 0)
        {
            return c.Wants(1) ? [c.Value(0), Call.Result(Tensor.Ones(x.Shape, DType.Bool), maskType)] : [c.Value(0)];
        }

        if (ratio is not (> 0 and < 1))
        {
            throw c.Bad($"the ratio must be at least 0 and below 1, not {ratio}.");
        }

        var random = new MersenneTwister((uint)(c.Attribute("seed")?.Int ?? 0));
        bool[] kept = new bool[x.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = random.NextDouble() >= ratio;
        }

        var mask = Tensor.From(kept, x.Shape);
        return [c.Result(x * mask.To(x.DType) / (1 - ratio)), Call.Result(mask, maskType)];
    }
}
