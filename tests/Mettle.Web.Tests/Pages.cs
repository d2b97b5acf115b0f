using System.Text;
using System.Xml;
using System.Xml.Linq;
using Mettle.Challenges;
using Mettle.Web.Report;

namespace Mettle.Web.Tests;

/// <summary>Renders reports and reads them back as XML.</summary>
internal static class Pages
{
    public static async Task<string> Html(RunReport report)
    {
        using var stream = new MemoryStream();
        await ReportWriter.WriteAsync(report, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static async Task<XDocument> Parse(RunReport report) => Parse(await Html(report));

    public static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    public static async Task<XElement> Chart(Evidence evidence) =>
        (await Parse(SampleReports.WithEvidence(evidence))).Descendants("figure").Single();

    public static IEnumerable<XElement> Plots(this XContainer page) =>
        page.Descendants("svg").Where(s => (string?)s.Attribute("role") == "img");

    public static string? Class(this XElement element) => (string?)element.Attribute("class");
}
