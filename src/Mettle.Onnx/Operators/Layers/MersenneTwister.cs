namespace Mettle.Onnx;

/// <summary>
/// MT19937, the generator that ONNX's reference implementations seed: Matsumoto, Nishimura: Mersenne Twister, 1998, with the
/// initialisation of 2002. All else in Mettle draws from <see cref="RandomKey"/>.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Size = 624;
    private const int Shift = 397;
    private readonly uint[] state = new uint[Size];
    private int next = Size;

    /// <summary>The same seed gives the same numbers.</summary>
    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (int i = 1; i < Size; i++)
        {
            state[i] = (1812433253 * (state[i - 1] ^ (state[i - 1] >> 30))) + (uint)i;
        }
    }

    /// <summary>Uniform in [0, 1) with 53 random bits.</summary>
    public double NextDouble()
    {
        uint high = NextWord() >> 5, low = NextWord() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    /// <summary>32 random bits.</summary>
    public uint NextWord()
    {
        if (next == Size)
        {
            Turn();
        }

        uint y = state[next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Turn()
    {
        for (int i = 0; i < Size; i++)
        {
            uint joined = (state[i] & 0x80000000) | (state[(i + 1) % Size] & 0x7FFFFFFF);
            state[i] = state[(i + Shift) % Size] ^ (joined >> 1) ^ ((joined & 1) == 0 ? 0 : 0x9908B0DF);
        }

        next = 0;
    }
}
