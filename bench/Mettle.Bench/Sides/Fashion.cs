using System.Globalization;
using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Bench.Sides;

/// <summary>Trains a small network on Fashion-MNIST until 90 % of the test images are right; torch_whole.py does the same.</summary>
internal static class Fashion
{
    private const int Batch = 128, StepsBetween = 117, Steps = 936;
    private const double Rate = 0.1;

    /// <summary>Returns "done", or what went wrong.</summary>
    public static string Run(string data, int seed, bool winograd)
    {
        string folder = Path.Combine(data, "images", "fashion-mnist");
        var (images, labels) = Load(folder, "train");
        var (testImages, testLabels) = Load(folder, "t10k");
        var key = RandomKey.FromSeed((ulong)seed);
        var model = new SimpleCnn(1, [16, 32, 64], 10, winograd: winograd).Initialize(key);
        var optimizer = new Sgd(model.Parameters, Rate, momentum: 0.9);
        var loss = new CrossEntropyLoss();
        int[] order = [];
        int count = labels.Shape[0], perEpoch = count / Batch;
        double accuracy = 0;
        for (int step = 0; step < Steps; step++)
        {
            if (step % perEpoch == 0)
            {
                order = key.For("order").At(step).Permutation(count);
            }

            using var scope = MemoryScope.Begin("step");
            var rows = Tensor.From(Array.ConvertAll(order[(step % perEpoch * Batch)..(((step % perEpoch) + 1) * Batch)], i => (long)i));
            var value = loss.Forward(model.Forward(images.IndexSelect(0, rows), Pass.Train(key.At(step))), labels.IndexSelect(0, rows));
            value.Backward();
            optimizer.Rate = Rate * (1 - ((double)step / Steps));
            optimizer.Step();
            optimizer.ZeroGrad();
            if ((step + 1) % StepsBetween == 0 && (accuracy = Accuracy(model, testImages, testLabels)) >= 0.9)
            {
                return "done";
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Steps} steps gave {accuracy:0.0000} only.");
    }

    private static double Accuracy(Module model, Tensor images, Tensor labels)
    {
        using var off = Autograd.NoGrad();
        int right = 0, count = labels.Shape[0];
        for (int from = 0; from < count; from += 125)
        {
            using var scope = MemoryScope.Begin("evaluation");
            var guess = model.Forward(images.Narrow(0, from, from + 125), Pass.Eval).ArgMax(1);
            right += (int)guess.EqualTo(labels.Narrow(0, from, from + 125)).To(DType.I32).Sum().Item();
        }

        return (double)right / count;
    }

    private static (Tensor Images, Tensor Labels) Load(string folder, string part)
    {
        var images = IdxReader.Read(Path.Combine(folder, part + "-images-idx3-ubyte.gz"));
        var labels = IdxReader.Read(Path.Combine(folder, part + "-labels-idx1-ubyte.gz"));
        var pixels = Tensor.Zeros([images.Shape[0], 1, images.Shape[1], images.Shape[2]]).Persist();
        var bytes = images.Values.Span;
        var values = pixels.MutableSpan<float>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((bytes[i] / 255f) - 0.286f) / 0.353f;
        }

        long[] classes = Array.ConvertAll(labels.Values.ToArray(), b => (long)b);
        return (pixels, Tensor.From(classes).Persist());
    }
}
