namespace Mettle.Nn;

/// <summary>What the convolutional layers have in common.</summary>
internal static class ConvLayers
{
    /// <summary>Fails unless both channel counts divide into the groups.</summary>
    public static void CheckGroups(int inputs, int outputs, int groups)
    {
        if (groups < 1 || inputs < 1 || outputs < 1 || inputs % groups != 0 || outputs % groups != 0)
        {
            throw new ArgumentException($"A convolution from {inputs} to {outputs} channels cannot have {groups} groups: both must divide.");
        }
    }
}
