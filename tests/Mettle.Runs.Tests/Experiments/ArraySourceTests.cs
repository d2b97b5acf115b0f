using Mettle.Data;
using Mettle.Nn;

namespace Mettle.Runs.Tests.Experiments;

public sealed class ArraySourceTests
{
    [Fact]
    public void Prepare_ArraysOfSequences_SplitsAndStandardisesByTrainingRows()
    {
        using var folder = Folder(values => values);
        var data = Prepare(folder, "{source: {npz: {path: rows.npz}}}").Data.Encoded;
        Assert.Equal([3, 2], data.Input.Sample);
        Assert.Equal((LearningTask.Classification, 3), (data.Input.Task, data.Input.Outputs));
        Assert.Equal(["0", "1", "2"], data.ClassNames);
        Assert.Equal(60, data.Train.Count + data.Validation!.Count + data.Test!.Count);
        float[] x = data.Train.Rows.Load([.. Enumerable.Range(0, data.Train.Count)], default).Inputs[0].ToArray<float>();
        for (int feature = 0; feature < 2; feature++)
        {
            double[] column = [.. x.Where((_, i) => i % 2 == feature).Select(v => (double)v)];
            Assert.Equal(0, column.Average(), 5);
            Assert.Equal(1, Math.Sqrt(column.Average(v => v * v)), 5);
        }
    }

    [Fact]
    public void Prepare_RowWithNan_IsLeftOutAndNamed()
    {
        using var folder = Folder(values =>
        {
            values[(17 * 6) + 3] = float.NaN;
            values[(40 * 6) + 5] = float.PositiveInfinity;
            return values;
        });
        var data = Prepare(folder, "{source: {npz: {path: rows.npz}}}").Data.Encoded;
        Assert.Equal(58, data.Train.Count + data.Validation!.Count + data.Test!.Count);
        Assert.Equal(["rows.npz, row 18: x[17, 1, 1] is NaN; the row is left out", "rows.npz, row 41: x[40, 2, 1] is infinite; the row is left out"], data.BadRows.Select(b => b.ToString()));
        Assert.Equal(2, data.Facts.Count(f => f.Name == "not finite"));
        foreach (var part in new[] { data.Train, data.Validation, data.Test })
        {
            Assert.All(part.Rows.Load([.. Enumerable.Range(0, part.Count)], default).Inputs[0].ToArray<float>(), v => Assert.True(float.IsFinite(v)));
        }
    }

    [Fact]
    public void Prepare_RowWithNanThatIsKept_LeavesTheOthersAsTheyAre()
    {
        using var folder = Folder(values =>
        {
            values[3] = float.NaN;
            return values;
        });
        var data = Prepare(folder, "{source: {npz: {path: rows.npz, non-finite: keep}}, validation: 0, test-modulo: [4, 3]}").Data.Encoded;
        Assert.True(Assert.Single(data.BadRows).Stays);
        Assert.Equal(1, data.Train.Rows.Load([.. Enumerable.Range(0, data.Train.Count)], default).Inputs[0].ToArray<float>().Count(float.IsNaN));
    }

    [Fact]
    public void Prepare_FloatTargets_ArePredictedAsStandardisedNumbers()
    {
        using var folder = Folder(values => values, floats: true);
        var experiment = Prepare(folder, "{source: {npz: {path: rows.npz}}}");
        var data = experiment.Data.Encoded;
        Assert.Equal(LearningTask.Regression, data.Input.Task);
        Assert.Equal(0, data.Train.Targets.Average(), 5);
        double restored = data.Packaging.Restore(Tensor.From(data.Train.Targets, [data.Train.Count])).ToArray<float>().Min();
        Assert.Contains(restored, [0.0, 0.5, 1.0], EqualityComparer<double>.Create((a, b) => Math.Abs(a - b) < 1e-5));
    }

    [Fact]
    public void Prepare_PackagedScaling_GivesTheBitsOfTheDataset()
    {
        using var folder = Folder(values => values);
        var data = Prepare(folder, "{source: {npz: {path: rows.npz}}, validation: 0, test: 0, stratify: false}").Data.Encoded;
        float[] raw = NpzFile.Read(Path.Combine(folder.Path, "rows.npz"))["x"].ToArray<float>();
        float[] own = data.Train.Rows.Load([.. Enumerable.Range(0, data.Train.Count)], default).Inputs[0].ToArray<float>();
        Assert.Equal(own.Order(), data.Packaging.Prepare(Tensor.From(raw, [60, 3, 2])).ToArray<float>().Order());
    }

    [Theory]
    [InlineData("{npz: {path: rows.npz, inputs: z}}", "There is no array 'z'; there are 'x', 'y'")]
    [InlineData("{npz: {path: rows.npz, targets: x}}", "one target for each row")]
    [InlineData("{npz: {path: rows.npz, inputs: y, targets: y}}", "two to four axes")]
    [InlineData("{npz: {path: rows.npz, classes: [a, b]}}", "y[2] is 2, which is none of the classes 0 to 1")]
    public void Prepare_ArraysThatDoNotFit_NameFileAndPlace(string source, string part)
    {
        using var folder = Folder(values => values);
        var e = Assert.Throws<DataException>(() => Prepare(folder, $"{{source: {source}}}"));
        Assert.Contains("rows.npz", e.Message, StringComparison.Ordinal);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{npz: {path: rows.npz, non-finite: skip}}", "leave-out")]
    [InlineData("{npz: {path: rows.npz, nonfinite: keep}}", "did you mean 'non-finite'")]
    public void Parse_WrongWord_NamesWhatThereIs(string source, string part)
    {
        using var folder = Folder(values => values);
        var e = Assert.Throws<RecipeException>(() => Prepare(folder, $"{{source: {source}}}"));
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BuildModel_NormalInitWithBias_SetsBoth()
    {
        using var folder = Folder(values => values);
        var model = Prepare(folder, "{source: {npz: {path: rows.npz}}}", "init: {normal: {deviation: 0.5, bias: -1}}").BuildModel();
        Assert.All(model.Parameters.Where(p => p.Role == ParameterRole.Bias), p => Assert.All(p.Value.ToArray<float>(), v => Assert.Equal(-1, v)));
        float[] weights = [.. model.Parameters.Where(p => p.Role == ParameterRole.Weight).SelectMany(p => p.Value.ToArray<float>())];
        Assert.InRange(Math.Sqrt(weights.Average(w => (double)w * w)), 0.4, 0.6);
    }

    // 60 rows of three steps of two numbers; row i's class is i mod 3.
    private static TemporaryFolder Folder(Func<float[], float[]> change, bool floats = false)
    {
        var folder = new TemporaryFolder();
        float[] values = change([.. Enumerable.Range(0, 60 * 6).Select(i => (float)(((i * 37) % 101) - (i % 2 * 50)))]);
        using var scope = MemoryScope.Begin();
        long[] classes = [.. Enumerable.Range(0, 60).Select(i => (long)(i % 3))];
        var y = floats ? Tensor.From(Array.ConvertAll(classes, c => c / 2f), [60]) : Tensor.From(classes, [60]);
        using var file = File.Create(Path.Combine(folder.Path, "rows.npz"));
        NpzFile.Write(file, new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["x"] = Tensor.From(values, [60, 3, 2]), ["y"] = y });
        return folder;
    }

    private static Experiment Prepare(TemporaryFolder folder, string data, string more = "")
        => Experiment.Prepare(Files.Recipe($"name: t\ndata: {data}\nmodel: {{mlp: {{hidden: [24]}}}}\n{more}\n", folder.Path), new DataCache());
}
