using System.Text;
using System.Xml.Linq;

namespace Mettle.Core.Tests.Conformance;

/// <summary>docs/ops.md is the op table as a page; METTLE_UPDATE_DOCS=1 writes it anew.</summary>
public sealed class OpsPageTests
{
    [Fact]
    public void OpsPage_Committed_IsWhatTheTableSays()
    {
        string file = Path.Combine(Repository.Root, "docs", "ops.md");
        string page = Page();
        if (Environment.GetEnvironmentVariable("METTLE_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file + ".new", page);
            File.Move(file + ".new", file, overwrite: true);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == page, "docs/ops.md is stale: run the Core tests once with METTLE_UPDATE_DOCS=1.");
    }

    private static string Page()
    {
        var summaries = Summaries();
        var page = new StringBuilder();
        page.Append(
            """
            # Ops

            Generated from `OpTable.All` by the Core tests (`METTLE_UPDATE_DOCS=1` writes it anew); do not edit by hand.

            Every op on every sample is held to a float64 oracle, to a loop over slices (vmap), to its stated cost, to the same
            bits in processes with other threads, instruction sets and compiler settings, and to leaving no memory behind.
            *Gradient* is the order to which it is checked against central differences along a random direction. *Fused* ops
            have kernels of their own that are held equal to their decomposition into other ops.

            | Op | What it computes | Samples' inputs | Gradient | Fused |
            |---|---|---|---|---|

            """);
        foreach (var row in OpTable.All)
        {
            var samples = row.Samples().ToArray();
            string inputs = string.Join("; ", samples.Select(s => string.Join(" ", s.Inputs.Select(Describe))).Distinct());
            bool differentiable = samples.Any(s => Table.Differentiable(s).Length > 0) && !row.Type.IsSubclassOf(typeof(CompareOp));
            bool fused = row.Type.IsSubclassOf(typeof(FusedOp));
            page.Append($"| `{row.Name}` | {summaries[row.Type.FullName!]} | {inputs} | {(differentiable ? "2" : "none")} | {(fused ? "yes" : "")} |\n");
        }

        return page.ToString();
    }

    private static string Describe(SampleInput input)
        => input.Type(DType.F32) == DType.F32 ? input.Shape.ToString() : $"{input.Type(DType.F32).Label()}{input.Shape}";

    // First paragraph of each class's documentation as plain text.
    private static Dictionary<string, string> Summaries()
        => XDocument.Load(Path.ChangeExtension(typeof(Op).Assembly.Location, ".xml")).Descendants("member")
            .Where(m => m.Attribute("name")!.Value.StartsWith("T:", StringComparison.Ordinal) && m.Element("summary") is not null)
            .ToDictionary(m => m.Attribute("name")!.Value[2..], m => Plain(m.Element("summary")!));

    private static string Plain(XElement summary)
    {
        var text = new StringBuilder();
        foreach (var node in summary.Nodes())
        {
            text.Append(node switch
            {
                XElement e when e.Attribute("cref") is { } cref => cref.Value.Split('.', ':')[^1],
                XElement e => e.Value,
                XText t => t.Value,
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
    }
}
