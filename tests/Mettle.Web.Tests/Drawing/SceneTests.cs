using Mettle.Graphs;
using Mettle.Onnx;
using Mettle.Web.Drawing;

namespace Mettle.Web.Tests.Drawing;

/// <summary>What must hold of every arrangement: nothing overlaps, arrows point down, text stays in its box.</summary>
public sealed class SceneTests
{
    public static TheoryData<string> Real => DrawnModels.Real;

    [Theory]
    [MemberData(nameof(Real))]
    public void Of_RealModel_IsReadable(string name)
    {
        var model = DrawnModels.Load(name);
        var shapes = OnnxShapes.Infer(model);
        foreach (int open in new[] { 1, 2, 3 })
            Check(GraphDrawing.Of(model, shapes, open).Scene);
    }

    [Theory]
    [MemberData(nameof(Real))]
    public void Of_RealModel_DrawsEveryNodeOnce(string name)
    {
        var model = DrawnModels.Load(name);
        var content = OnnxSketch.Of(model, OnnxShapes.Infer(model), open: 1);
        Assert.Equal(model.Graph.Nodes.Count, content.Sketch.Steps.Count + content.Constants + content.ShapeNodes);
        Assert.Equal(content.Sketch.Steps.OrderBy(s => s.Outputs[0], StringComparer.Ordinal), Folding.Chains(content.Sketch).SelectMany(s => s).OrderBy(s => s.Outputs[0], StringComparer.Ordinal));
    }

    [Fact]
    public void Of_RandomGraphs_AreReadable()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            using var scope = MemoryScope.Begin();
            Check(GraphDrawing.Of(Random(RandomKey.FromSeed((ulong)seed)), "random", open: 1 + (seed % 2)).Scene);
        }
    }

    [Fact]
    public void Of_Chain_StandsStraight()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(x => [x[0].Affine(Tensor.Ones([8, 4])).Relu().Affine(Tensor.Ones([300, 8])).Softmax()], new Value(new TensorSpec([2, 4], DType.F32), "x"));
        var scene = GraphDrawing.Of(graph, "chain", open: 2).Scene;
        Assert.All(scene.Arrows, a => Assert.All(a.Points, p => Assert.Equal(a.Points[0].X, p.X, 0.01)));
    }

    internal static void Check(Scene scene)
    {
        var boxes = scene.Boxes;
        for (int i = 0; i < boxes.Count; i++)
        {
            var (a, ax, ay) = boxes[i];
            double labelWidth = Letters.Width(a.Label, BlockBox.TextSize);
            Assert.InRange(ax, -0.01, scene.Width - a.Width + 0.01);
            Assert.InRange(ay, -0.01, scene.Height - a.Height + 0.01);
            Assert.All(a.Lines, l => Assert.InRange(Letters.Width(l.Text, l.Size, l.Style == "name"), 0, a.Width - BlockBox.Padding));
            Assert.All(a.Lines, l => Assert.InRange(l.Y, l.Size, a.Height - 3));
            for (int k = i + 1; k < boxes.Count; k++)
            {
                var (b, bx, by) = boxes[k];
                double apartX = Math.Max(bx - (ax + a.Width), ax - (bx + b.Width)), apartY = Math.Max(by - (ay + a.Height), ay - (by + b.Height));
                Assert.True(apartX >= 10 || apartY >= 20, $"'{a.Lines[0].Text}' and '{b.Lines[0].Text}' overlap or nearly so ({apartX}, {apartY})");
                double labels = Math.Abs(bx + (b.Width / 2) - ax - (a.Width / 2)) - ((labelWidth + Letters.Width(b.Label, BlockBox.TextSize)) / 2);
                Assert.True(labels >= 2 || Math.Abs(by + b.Height - ay - a.Height) >= 12 || a.Label.Length == 0 || b.Label.Length == 0, $"the types '{a.Label}' and '{b.Label}' overlap");
            }

            foreach (var (_, body, x, y) in a.Bodies)
            {
                Assert.InRange(x + body.Width, 0, a.Width);
                Assert.InRange(y + body.Height, 0, a.Height);
                Check(body);
            }
        }

        foreach (var (points, _) in scene.Arrows)
        {
            for (int i = 1; i < points.Count; i++)
                Assert.True(points[i].Y >= points[i - 1].Y - 0.01, "an arrow turns up");
            Assert.True(points[^1].Y >= points[0].Y + 20, "an arrow has no length");
            Assert.Contains(boxes, b => Math.Abs(b.X + (b.Box.Width / 2) - points[0].X) < 0.01 && Math.Abs(b.Y + b.Box.Height - points[0].Y) < 0.01);
            Assert.Contains(boxes, b => Math.Abs(b.X + (b.Box.Width / 2) - points[^1].X) < 0.01 && Math.Abs(b.Y - points[^1].Y) < 0.01);

            // Between its ends an arrow runs through no box.
            for (int i = 1; i + 1 < points.Count; i++)
                Assert.DoesNotContain(boxes, b => points[i].X > b.X + 1 && points[i].X < b.X + b.Box.Width - 1 && points[i].Y > b.Y + 1 && points[i].Y < b.Y + b.Box.Height - 1);
        }
    }

    private static Graph Random(RandomKey key) => Graph.Trace(
        x =>
        {
            List<Tensor> known = [x[0], x[1]];
            for (int i = 0; i < 60; i++)
            {
                var (a, b) = (known[Math.Max(0, known.Count - 1 - key.At(i).Below(8))], known[key.At(i).Below(known.Count, 1)]);
                known.Add(key.At(i).Below(5, 2) switch
                {
                    0 => a.Affine(Tensor.Ones([4, 4])),
                    1 => a.Relu(),
                    2 => a.MatMul(b),
                    3 => a.Softmax(),
                    _ => a + b,
                });
            }

            return [.. known.TakeLast(4)];
        },
        new Value(new TensorSpec([4, 4], DType.F32), "x"), new Value(new TensorSpec([4, 4], DType.F32), "y"));
}
