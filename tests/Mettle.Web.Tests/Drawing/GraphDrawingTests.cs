using System.Xml.Linq;
using Mettle.Graphs;
using Mettle.Onnx;
using Mettle.Web.Drawing;

namespace Mettle.Web.Tests.Drawing;

/// <summary>What a drawing holds, and that names out of foreign files do no harm.</summary>
public sealed class GraphDrawingTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Of_SmallModel_IsThePictureInTheDocs()
    {
        var model = DrawnModels.Residual();
        string svg = GraphDrawing.Of(model, OnnxShapes.Infer(model)).Svg, file = Path.Combine(DrawnModels.Root(), "docs", "graph.svg");
        if (Environment.GetEnvironmentVariable("METTLE_UPDATE_DOCS") == "1")
            File.WriteAllText(file, svg);
        Assert.True(File.Exists(file) && File.ReadAllText(file) == svg, "docs/graph.svg is stale: run the Web tests once with METTLE_UPDATE_DOCS=1.");
    }

    [Fact]
    public void Of_SmallModel_SaysWhatItDoes()
    {
        var model = DrawnModels.Residual();
        string[] texts = Texts(GraphDrawing.Of(model, OnnxShapes.Infer(model)).Svg);
        Assert.Contains("Conv", texts);
        Assert.Contains("3×3, stride 2, pad 1", texts);
        Assert.Contains("16×3×3×3 + 16", texts);
        Assert.Contains("N×16×16×16", texts);
        Assert.Contains("3×3, pad 1, 4 groups", texts);
        Assert.Contains("image", texts);
        Assert.Contains("N (axis 0 of 'image'): any size", texts);
        Assert.Contains("11,562 parameters · 696.38 kFLOPs a call at N = 1", texts);
    }

    [Fact]
    public void Of_TracedGraph_HasParameterNames()
    {
        using var scope = MemoryScope.Begin();
        var weight = Tensor.Ones([4, 3]);
        var graph = Graph.Trace(x => [x[0].Affine(weight).Relu()], new Value(new TensorSpec([2, 3], DType.F32), "rows"));
        string[] texts = Texts(GraphDrawing.Of(graph, "tiny", new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance) { [weight] = "head.weight" }).Svg);
        Assert.Contains("head.weight 4×3", texts);
        Assert.Contains("affine", texts);
        Assert.Contains("rows", texts);
    }

    [Fact]
    public void Of_SameModelTwice_IsTheSameText()
        => Assert.Equal(GraphDrawing.Of(DrawnModels.Residual(), null).Svg, GraphDrawing.Of(DrawnModels.Residual(), null).Svg);

    [Theory]
    [InlineData("</title></text></svg><script>alert(1)</script><svg onload=\"alert(2)\">")]
    [InlineData("]]> <!-- & &amp; &#x26; \" ' <style>*{display:none}</style>")]
    [InlineData("safe\u202egnp.exe\u2066\u200f")]
    [InlineData("a\u0001c\u001b[31m\r\n\t\u0085")]
    [InlineData("名前 имя 🙂 İ")]
    public void Of_HostileNamesInAFile_StayText(string name)
    {
        var model = DrawnModels.Residual(name);
        foreach (int open in new[] { 1, 2, 3 })
            Harmless(GraphDrawing.Of(model, OnnxShapes.Infer(model), open));
    }

    [Theory]
    [InlineData("a\0b\ud800c\udfff\uffff\ufffe")]
    [InlineData("</title><script>alert(1)</script>")]
    public void Of_HostileNamesInAGraph_StayText(string name)
    {
        using var scope = MemoryScope.Begin();
        var weight = Tensor.Ones([4, 3]);
        var graph = Graph.Trace(x => [x[0].Affine(weight).Relu()], new Value(new TensorSpec([2, 3], DType.F32), name));
        Harmless(GraphDrawing.Of(graph, name, new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance) { [weight] = name }));
    }

    [Fact]
    public void Of_VeryLongNames_AreShortenedInBoxesAndWholeInTooltips()
    {
        string name = string.Concat(Enumerable.Repeat("WideMName", 200));
        var model = DrawnModels.Residual(name);
        var drawing = GraphDrawing.Of(model, OnnxShapes.Infer(model), 2);
        Assert.InRange(drawing.Scene.Width, 100, 1500);
        Assert.Contains($"constant {name}", drawing.Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_MoreBoxesThanAPictureHolds_IsRefusedWithTheMend()
    {
        using var scope = MemoryScope.Begin();
        var graph = Graph.Trace(
            x =>
            {
                var y = x[0];
                for (int i = 0; i < GraphDrawing.MostBoxes; i++)
                    y += 1;
                return [y];
            },
            new Value(new TensorSpec([1], DType.F32), "x"));
        Assert.Contains("less open", Assert.Throws<NotSupportedException>(() => GraphDrawing.Of(graph, "long", open: 2)).Message, StringComparison.Ordinal);
        Assert.InRange(GraphDrawing.Of(graph, "long").Boxes, 3, 100);
    }

    private static string[] Texts(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "text").Select(t => t.Value)];

    private static void Harmless(GraphDrawing drawing)
    {
        var document = XDocument.Parse(drawing.Svg);
        Assert.All(document.Descendants(), e => Assert.Contains(e.Name.LocalName, new[] { "svg", "style", "g", "title", "rect", "path", "text" }));
        Assert.Equal(DrawingStyle.Css, Assert.Single(document.Descendants(Svg + "style")).Value);
        Assert.All(document.Descendants().Attributes(), a => Assert.Contains(a.Name.LocalName, new[] { "class", "viewBox", "width", "height", "role", "aria-label", "x", "y", "rx", "d", "text-anchor", "xmlns" }));
        Assert.DoesNotContain(drawing.Svg, c => (char.IsControl(c) && c != '\n') || c is '\u202e' or '\u2066' or '\u200f');
        SceneTests.Check(drawing.Scene);
    }
}
