namespace Mettle.Nn;

/// <summary>A random change to one image in place; what it does depends on its arguments only.</summary>
public interface IAugmentation
{
    /// <summary>Changes one sample.</summary>
    /// <param name="image">Channels x height x width values, row-major.</param>
    /// <param name="size">The image's dimensions.</param>
    /// <param name="key">The sample's random stream for this epoch and this augmentation.</param>
    void Apply(Span<float> image, ImageSize size, RandomKey key);
}
