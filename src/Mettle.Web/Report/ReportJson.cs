using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Mettle.Challenges;

namespace Mettle.Web.Report;

/// <summary>
/// <c>report.json</c>: the report as data. Names in camelCase, enumerations as words, evidence tagged by <c>$type</c>,
/// NaN and infinities as the strings "NaN", "Infinity", "-Infinity"; every double survives the round trip bit for bit
/// (but for the payload of a NaN).
/// </summary>
public static class ReportJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new ChallengeIdConverter() },
    };

    /// <summary>Writes <paramref name="report"/> as UTF-8 JSON; the stream stays open.</summary>
    public static void Write(RunReport report, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(report);
        JsonSerializer.Serialize(stream, report, Options);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">UTF-8 JSON.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">Not a report: the message names the file, the line and the field.</exception>
    public static RunReport Read(Stream stream, string name = "report.json")
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            return JsonSerializer.Deserialize<RunReport>(stream, Options)
                ?? throw new InvalidDataException($"{name}: holds null instead of a report. Give the report.json of a run folder.");
        }
        catch (JsonException e)
        {
            throw NotAReport(name, e);
        }
        catch (NotSupportedException e)
        {
            // What the reader throws for evidence without its $type.
            throw NotAReport(name, e);
        }
    }

    /// <summary>Puts the place, which the reader appends to its message, in front.</summary>
    private static InvalidDataException NotAReport(string name, Exception e)
    {
        Match place = Regex.Match(e.Message, @" Path: (?<field>.*?) \| LineNumber: (?<line>\d+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        string cause = place.Success ? e.Message[..place.Index] : e.Message;
        string where = place.Success
            ? FormattableString.Invariant($", line {long.Parse(place.Groups["line"].Value, CultureInfo.InvariantCulture) + 1}, field {place.Groups["field"].Value}")
            : "";
        return new InvalidDataException($"{name}{where}: not a Mettle report. {cause} Give the report.json of a run folder, unchanged.", e);
    }

    private sealed class ChallengeIdConverter : JsonConverter<ChallengeId>
    {
        public override ChallengeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? new ChallengeId(reader.GetString()!)
                : throw new JsonException("The name of a challenge must be a string.");

        public override void Write(Utf8JsonWriter writer, ChallengeId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
