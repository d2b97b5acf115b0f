using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Words of the slot <c>augment</c>: random changes to training images.</summary>
internal static class AugmentWords
{
    public static void AddTo(Vocabulary v)
    {
        v.Add<IAugmentation>(
            "augment", "crop", "Shift by cutting the image out of a padded copy at a random place.",
            [Field.Int("pad", 2, "Pixels added on every side.", min: 1)],
            w => new RandomCrop(w["pad"].Int()));
        v.Add<IAugmentation>("augment", "flip", "Left and right exchanged half of the time.", [], _ => new RandomFlip());
        v.Add<IAugmentation>(
            "augment", "cutout", "A random square is blanked (DeVries and Taylor 2017).",
            [Field.Int("side", 8, "Side of the square in pixels.", min: 1)],
            w => new Cutout(w["side"].Int()));
        v.Add<IAugmentation>(
            "augment", "brightness", "Random brightness and contrast.",
            [Field.Float("brightness", 0.2, "Largest change of brightness.", min: 0), Field.Float("contrast", 0.2, "Largest change of contrast.", min: 0, max: 1)],
            w => new BrightnessContrast(w["brightness"].Double(), w["contrast"].Double()));
    }
}
