namespace Mettle.Runs;

/// <summary>Where a node stands in its file, 1-based; 0 for nodes made by code.</summary>
internal readonly record struct Mark(int Line, int Column);

/// <summary>A recipe as written: the syntax below the vocabulary's meaning. Immutable.</summary>
internal abstract record Node(Mark At);

/// <summary>A text as written, without its quotes.</summary>
internal sealed record ScalarNode(string Text, bool Quoted, Mark At) : Node(At)
{
    /// <summary>YAML's ways to write "nothing".</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A sequence.</summary>
internal sealed record ListNode(IReadOnlyList<Node> Items, Mark At) : Node(At)
{
    /// <summary>The same list with one item replaced; null takes it out.</summary>
    public ListNode With(int index, Node? item)
    {
        var items = Items.ToList();
        if (item is null) items.RemoveAt(index);
        else items[index] = item;
        return this with { Items = items };
    }

    /// <summary>The same list with one more item.</summary>
    public ListNode Append(Node item) => this with { Items = [.. Items, item] };
}

/// <summary>One key of a mapping with its value.</summary>
internal sealed record Entry(string Key, Node Value, Mark At);

/// <summary>A mapping; keys are unique and keep their order.</summary>
internal sealed record MapNode(IReadOnlyList<Entry> Entries, Mark At) : Node(At)
{
    public Entry? Find(string key)
    {
        foreach (Entry entry in Entries)
        {
            if (entry.Key == key) return entry;
        }

        return null;
    }

    /// <summary>The same mapping with one value replaced or added at the end; null takes the key out.</summary>
    public MapNode With(string key, Node? value)
    {
        var entries = Entries.ToList();
        int index = entries.FindIndex(e => e.Key == key);
        if (value is null)
        {
            if (index >= 0) entries.RemoveAt(index);
        }
        else if (index >= 0)
        {
            entries[index] = entries[index] with { Value = value };
        }
        else
        {
            entries.Add(new Entry(key, value, default));
        }

        return this with { Entries = entries };
    }
}
