namespace Mettle.Onnx;

/// <summary>
/// ONNX BatchNormalization. Before version 14 a node that gives more than one result trains; before version 9 it could treat
/// every place of the image as a channel. Ioffe, Szegedy: Batch Normalization, 2015.
/// </summary>
internal static class BatchNormalization
{
    public static OnnxValue[] Evaluate(Call c)
    {
        var given = c.Number(0);
        if (given.Rank == 0)
        {
            throw c.Bad("it needs [N, C, ...], not a single number.");
        }

        bool places = c.Opset < 9 && !c.Flag("spatial", true);
        var x = given.Rank == 1 ? given.Unsqueeze(1) : places ? given.Flatten(1) : given;
        Shape channels = [x.Shape[1]];
        Tensor Parameter(int i) => c.Number(i).To(x.DType).Reshape(channels);
        Tensor weight = Parameter(1), bias = Parameter(2), mean = Parameter(3), variance = Parameter(4);
        double epsilon = c.Float("epsilon", 1e-5f);
        bool trains = c.Opset < 14 ? Enumerable.Range(1, 4).Any(c.Wants) : c.Flag("training_mode");
        if (!trains)
        {
            return [c.Result(x.BatchNorm(mean, variance, weight, bias, epsilon).Reshape(given.Shape))];
        }

        var (y, batchMean, batchVariance) = x.BatchNorm(weight, bias, epsilon);
        double momentum = c.Float("momentum", 0.9f);
        TensorValue Running(Tensor old, Tensor batch, int like)
            => c.Result(((old * momentum) + (batch * (1 - momentum))).Reshape(c.Tensor(like).Shape), like);
        return
        [
            c.Result(y.Reshape(given.Shape)),
            Running(mean, batchMean, 3),
            Running(variance, batchVariance, 4),
            c.Result(batchMean.Reshape(c.Tensor(3).Shape), 3),
            c.Result(batchVariance.Reshape(c.Tensor(4).Shape), 4),
        ];
    }
}
