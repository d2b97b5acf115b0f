namespace Mettle.Web.Drawing;

/// <summary>The look of drawings: literal colours only, so that viewers without variables show them too.</summary>
internal static class DrawingStyle
{
    /// <summary>Light, dark by the reader's wish, light in print.</summary>
    public static string Css { get; } = Base + Colours(light: true) + "@media screen and (prefers-color-scheme:dark){" + Dark + Colours(light: false) + "}@media print{.mettle-graph .page{fill:#fff}}";

    private const string Base = """
        .mettle-graph{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif;font-size:11px;max-width:none}
        .mettle-graph .page{fill:#fbfbfa}.mettle-graph text{fill:#5d636b}
        .mettle-graph .title{font-size:20px;font-weight:600;fill:#1c1e21}.mettle-graph .fact{font-size:12.5px}
        .mettle-graph .name{font-size:12.5px;font-weight:600;fill:#1c1e21}.mettle-graph .also{fill:#3a4048}.mettle-graph .legend{fill:#3a4048}
        .mettle-graph .type{fill:#5d636b;stroke:#fbfbfa;stroke-width:4px;stroke-linejoin:round;paint-order:stroke}
        .mettle-graph .percent{font-size:10px;font-variant-numeric:tabular-nums}.mettle-graph .caption{font-weight:600}
        .mettle-graph .card{fill:#fff;stroke-width:1.2px}.mettle-graph .tint{fill-opacity:.09;stroke:none}.mettle-graph .body{fill:#fbfbfa;stroke:#dfe1e4}
        .mettle-graph .end .card{stroke:#8b929a}.mettle-graph .end .tint{fill:#8b929a;fill-opacity:.14}.mettle-graph .track{fill:#8b929a;fill-opacity:.22}
        .mettle-graph .line{fill:none;stroke:#8b929a;stroke-width:1.3px}.mettle-graph .tip{fill:#8b929a}
        .mettle-graph .arrow:hover .line{stroke:#0b5c94;stroke-width:2.6px}.mettle-graph .arrow:hover .tip{fill:#0b5c94}.mettle-graph .box:hover>.card{stroke-width:2.4px}

        """;

    private const string Dark = """
        .mettle-graph .page,.mettle-graph .body{fill:#15171a}.mettle-graph .body{stroke:#343941}.mettle-graph text{fill:#a0a7af}
        .mettle-graph .title,.mettle-graph .name{fill:#e6e8ea}.mettle-graph .also,.mettle-graph .legend{fill:#c4c9cf}
        .mettle-graph .type{fill:#a0a7af;stroke:#15171a}.mettle-graph .card{fill:#1c1f23}.mettle-graph .tint{fill-opacity:.13}
        .mettle-graph .line{stroke:#767e88}.mettle-graph .tip{fill:#767e88}
        .mettle-graph .arrow:hover .line{stroke:#7cbdec}.mettle-graph .arrow:hover .tip{fill:#7cbdec}

        """;

    private static string Colours(bool light) => string.Concat(Families.All.Select(f =>
    {
        string colour = light ? f.Light : f.Dark, name = $".mettle-graph .f-{f.Family}";
        return $"{name}>.card{{stroke:{colour}}}{name}>.tint,{name}>.share{{fill:{colour}}}";
    }));
}
