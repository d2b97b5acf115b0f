namespace Mettle.Runs;

/// <summary>What a field of a recipe may hold.</summary>
public enum FieldKind
{
    /// <summary>A whole number.</summary>
    Int,

    /// <summary>A finite number.</summary>
    Float,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>Text, perhaps one of a fixed list of choices.</summary>
    Text,

    /// <summary>A file or folder; a relative one is resolved against the recipe's folder.</summary>
    Path,

    /// <summary>A list of whole numbers.</summary>
    IntList,

    /// <summary>A list of finite numbers.</summary>
    FloatList,

    /// <summary>A list of texts.</summary>
    TextList,

    /// <summary>Named fields of its own.</summary>
    Section,

    /// <summary>One word out of those registered for a slot, with the word's own fields.</summary>
    Slot,

    /// <summary>A list of words of one slot.</summary>
    SlotList,
}
