using Google.Protobuf;
using Mettle.Onnx.Protos;

namespace Mettle.Onnx.Fuzz;

/// <summary>Mutated models by number: the same for a seed and the same data, in any order and process.</summary>
internal sealed class Mutants(IReadOnlyList<Seed> cases, IReadOnlyList<Seed> small, IReadOnlyList<Seed> large, RandomKey key)
{
    private const int MostMutations = 4;

    // Of all mutants, one in this many begins from a model of the wild, and of these one in ten from a large one.
    private const int Wild = 25;

    /// <summary>The file number <paramref name="index"/> and the name of the model it was made from.</summary>
    public (byte[] File, string From) Make(long index)
    {
        var dice = new Dice(key.At(index));
        var seed = One(dice, Wild);
        var other = One(dice, int.MaxValue);
        if (dice.OneIn(8))
        {
            byte[] file = dice.OneIn(2) ? [.. seed.Model] : seed.Proto(fractions: true).ToByteArray();
            for (int n = 1 + dice.Length(3); n > 0; n--)
            {
                file = dice.Pick(ByteMutations.All)(file, dice, other.Model);
            }

            return (file, seed.Name);
        }

        var model = seed.Proto(fractions: dice.OneIn(3));
        var beside = new Lazy<ModelProto>(() => other.Proto(fractions: true));
        for (int n = 1 + dice.Length(MostMutations); n > 0;)
        {
            bool done = dice.Below(5) switch
            {
                0 => dice.Pick(StructureMutations.All)(model, dice, beside.Value),
                1 => dice.Pick(TensorMutations.All)(model, dice),
                2 or 3 when !dice.OneIn(3) => dice.Pick(AttributeMutations.All)(model, dice),
                _ => dice.Pick(NodeMutations.All)(model, dice),
            };
            n -= done || dice.OneIn(4) ? 1 : 0;
        }

        return (model.ToByteArray(), seed.Name);
    }

    private Seed One(Dice dice, int wild)
        => small.Count > 0 && dice.OneIn(wild) ? dice.Pick(large.Count > 0 && dice.OneIn(10) ? large : small) : dice.Pick(cases);
}
