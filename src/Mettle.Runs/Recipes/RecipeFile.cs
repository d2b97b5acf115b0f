using System.Collections;
using System.Globalization;
using System.Text;

namespace Mettle.Runs;

/// <summary>Brings text and values from outside into a recipe.</summary>
internal static class RecipeFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a recipe file.</summary>
    public static string Read(string path)
    {
        byte[] bytes;
        try
        {
            if (Directory.Exists(path)) throw Problem(path, "this is a folder; name the recipe file in it");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            // One byte more than allowed tells a file that is too large, also where a pipe has no length.
            var buffer = new byte[Recipe.MaxBytes + 1];
            int read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read > Recipe.MaxBytes) throw Problem(path, "the file is larger than 1 MiB, too large for a recipe");
            bytes = buffer[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Problem(path, "there is no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Problem(path, $"the file cannot be read: {e.Message}", e);
        }

        return Decode(path, bytes);
    }

    /// <summary>The node of a value given by code.</summary>
    public static Node NodeOf(object value) => value switch
    {
        string text => new ScalarNode(text, text is "" or "~" or "null" or "Null" or "NULL", default),
        bool flag => new ScalarNode(flag ? "true" : "false", Quoted: false, default),
        int or long or float or double => new ScalarNode(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), Quoted: false, default),
        IEnumerable items => new ListNode([.. items.Cast<object>().Select(NodeOf)], default),
        _ => throw new ArgumentException($"a recipe holds no {value.GetType().Name}; give text, bool, int, long, float, double or a list of them", nameof(value)),
    };

    /// <summary>The same node without places, for text that is not part of the recipe's file.</summary>
    public static Node Unplaced(Node node) => node switch
    {
        ScalarNode scalar => scalar with { At = default },
        ListNode list => new ListNode([.. list.Items.Select(Unplaced)], default),
        MapNode map => new MapNode([.. map.Entries.Select(e => new Entry(e.Key, Unplaced(e.Value), default))], default),
        _ => throw new InvalidOperationException($"unknown node {node.GetType().Name}"),
    };

    private static string Decode(string path, byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) throw Problem(path, "the file is UTF-16; save it as UTF-8");
        ReadOnlySpan<byte> text = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes;
        try
        {
            return Utf8.GetString(text);
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + text[..Math.Clamp(e.Index, 0, text.Length)].Count((byte)'\n');
            throw new RecipeException(new RecipeProblem(path, line, 1, "", "this line is not UTF-8; save the file as UTF-8"), e);
        }
    }

    private static RecipeException Problem(string path, string message, Exception? inner = null)
        => new(new RecipeProblem(path, 0, 0, "", message), inner);
}
