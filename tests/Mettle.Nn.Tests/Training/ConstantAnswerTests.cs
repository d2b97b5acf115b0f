namespace Mettle.Nn.Tests;

public sealed class ConstantAnswerTests
{
    [Fact]
    public void Loss_OfClasses_IsTheEntropyOfTheirShares()
    {
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? 1 : 0)];
        var data = ArrayDataset.Classification(new float[200], [1], labels);
        double entropy = -(0.25 * Math.Log(0.25)) - (0.75 * Math.Log(0.75));
        Assert.Equal(entropy, ConstantAnswer.Loss(Plan(data, new CrossEntropyLoss(), 2), []), 1e-3);
    }

    [Fact]
    public void Loss_OfValues_IsTheirVariance()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => 5f + (i % 2))];
        var data = ArrayDataset.Regression(new float[100], [1], 100, values);
        Assert.Equal(0.25, ConstantAnswer.Loss(Plan(data, new MseLoss(), 1), []), 1e-5);
    }

    [Fact]
    public void Loss_WithATargetThatIsNaN_LeavesItsRowOut()
    {
        float[] values = [.. Enumerable.Range(0, 100).Select(i => i == 3 ? float.NaN : i % 2)];
        var data = ArrayDataset.Regression(new float[100], [1], 100, values);
        Assert.Equal(0.25, ConstantAnswer.Loss(Plan(data, new MseLoss(), 1), []), 1e-3);
    }

    private static TrainingPlan Plan(IDataset data, Loss loss, int outputs)
    {
        var model = new Sequential(new Linear(1, outputs)).Initialize(RandomKey.FromSeed(1));
        return new TrainingPlan { Model = model, Train = data, Loss = loss, Optimizer = new Sgd(model.Parameters, 0.1), Epochs = 1 };
    }
}
