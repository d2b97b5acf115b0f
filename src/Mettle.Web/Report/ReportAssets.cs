using System.Security.Cryptography;
using System.Text;

namespace Mettle.Web.Report;

/// <summary>The style and script that every page carries within itself.</summary>
public static class ReportAssets
{
    // CDATA in comments: the page is both HTML and well-formed XML, whatever the script compares.
    private static readonly string Script = "//<![CDATA[\n" + Read("report.js") + "//]]>";

    /// <summary>The inline style element.</summary>
    public static string StyleElement { get; } = "<style>\n" + Read("report.css") + "</style>";

    /// <summary>The inline script element.</summary>
    public static string ScriptElement { get; } = "<script>" + Script + "</script>";

    /// <summary>
    /// The meta elements, among them the Content-Security-Policy: no network, and no script but
    /// <see cref="ScriptElement"/>, known by its hash.
    /// </summary>
    public static string MetaElements { get; } = $"""
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Hash(Script)}'; base-uri 'none'; form-action 'none'" />
        <meta name="generator" content="Mettle" />
        """;

    private static string Hash(string script) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

    private static string Read(string name)
    {
        using Stream stream = typeof(ReportAssets).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource '{name}' is missing from {typeof(ReportAssets).Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
