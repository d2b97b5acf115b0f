namespace Mettle.Core.Tests.Ops;

public sealed class AffineTests
{
    [Fact]
    public void Affine_AxesTurnedAroundOneOfLengthOne_EqualsPlainRows()
    {
        // Turned, this is contiguous, but the stride of the axis of length 1 is that of the old rows.
        var key = RandomKey.FromSeed(1);
        var turned = Tensor.Normal(key.At(0), [1, 6, 5]).Transpose(0, 1);
        Tensor w = Tensor.Normal(key.At(1), [9, 5]).AsParameter(), b = Tensor.Normal(key.At(2), [9]);
        var plain = Tensor.From(turned.ToArray<float>(), turned.Shape);

        Assert.Equal(plain.Affine(w, b).ToArray<float>(), turned.Affine(w, b).ToArray<float>());
        Assert.Equal(Gradient(plain), Gradient(turned));

        float[] Gradient(Tensor x) => Autograd.Grad(x.Affine(w, b).Square().Sum(), [w])[0]!.ToArray<float>();
    }
}
