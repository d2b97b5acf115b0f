namespace Mettle;

/// <summary>General registers of x86-64, by their numbers in instructions.</summary>
internal enum Register
{
    Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15,
}

/// <summary>
/// Writes the few x86-64 instructions that kernels need which the compiler does not know. Intel 64 and IA-32 Architectures Software
/// Developer's Manual, volume 2, chapter 2. Vector registers are numbers 0 to 31, all of 512 bits.
/// </summary>
internal sealed class Assembler
{
    private const int Map0F = 1, Map0F38 = 2, Prefix66 = 1, PrefixF3 = 2;

    private readonly List<byte> code = [];

    /// <summary>Place of the next instruction.</summary>
    public int Here => code.Count;

    /// <summary>The instructions.</summary>
    public byte[] ToArray() => [.. code];

    public void Push(Register r) => Short(0x50, r);

    public void Pop(Register r) => Short(0x58, r);

    public void Return() => code.Add(0xC3);

    /// <summary>The upper halves of vector registers are clean again: code without AVX that follows would be slow.</summary>
    public void ClearUpper() => code.AddRange([0xC5, 0xF8, 0x77]);

    public void Move(Register to, Register from) => Registers(0x89, from, to);

    /// <summary>to = 8 bytes at [from + offset].</summary>
    public void Load(Register to, Register from, int offset) => Memory(0x8B, to, from, offset);

    /// <summary>to += 8 bytes at [from + offset].</summary>
    public void AddFrom(Register to, Register from, int offset) => Memory(0x03, to, from, offset);

    /// <summary>Compares with the 8 bytes at [from + offset].</summary>
    public void Compare(Register a, Register from, int offset) => Memory(0x3B, a, from, offset);

    /// <summary>8 bytes at [to + offset] = from.</summary>
    public void Store(Register to, int offset, Register from) => Memory(0x89, from, to, offset);

    public void Add(Register to, int number)
    {
        code.AddRange([(byte)(0x48 | High(to)), 0x81, (byte)(0xC0 | Low(to))]);
        Number(number);
    }

    public void Add(Register to, Register number) => Registers(0x01, number, to);

    public void Zero(Register r) => Registers(0x31, r, r);

    /// <summary>Jumps back to <paramref name="place"/> if the last comparison found less, of signed numbers.</summary>
    public void JumpIfLess(int place)
    {
        code.AddRange([0x0F, 0x8C]);
        Number(place - Here - 4);
    }

    /// <summary>Jumps ahead if the last comparison found greater or equal; <see cref="Land"/> says where to.</summary>
    public int JumpIfNotLess()
    {
        code.AddRange([0x0F, 0x8D]);
        Number(0);
        return Here;
    }

    /// <summary>The next instruction is where the jump goes.</summary>
    public void Land(int jump)
    {
        byte[] distance = BitConverter.GetBytes(Here - jump);
        for (int i = 0; i < distance.Length; i++)
        {
            code[jump - distance.Length + i] = distance[i];
        }
    }

    /// <summary>64 bytes at [from + offset].</summary>
    public void LoadVector(int to, Register from, int offset)
    {
        Prefix(PrefixF3, Map0F, to, 0, high: (int)from, index: 0);
        code.Add(0x6F);
        Address(to, from, offset);
    }

    /// <summary>64 bytes at [from + index].</summary>
    public void LoadVector(int to, Register from, Register index)
    {
        Prefix(PrefixF3, Map0F, to, 0, high: (int)from, index: (int)index);
        code.Add(0x6F);
        Address(to, from, index);
    }

    /// <summary>64 bytes to [to + offset].</summary>
    public void StoreVector(Register to, int offset, int from)
    {
        Prefix(PrefixF3, Map0F, from, 0, high: (int)to, index: 0);
        code.Add(0x7F);
        Address(from, to, offset);
    }

    /// <summary>The 4 bytes at [from + index], sixteen times.</summary>
    public void Broadcast(int to, Register from, Register index)
    {
        Prefix(Prefix66, Map0F38, to, 0, high: (int)from, index: (int)index);
        code.Add(0x58);
        Address(to, from, index);
    }

    /// <summary>to += four products each of u8 in <paramref name="a"/> and i8 in <paramref name="b"/>, sixteen sums of 32 bits (VPDPBUSD).</summary>
    public void MultiplyAdd(int to, int a, int b) => Vectors(Prefix66, Map0F38, 0x50, to, a, b);

    /// <summary>to = a + b, sixteen numbers of 32 bits.</summary>
    public void AddVectors(int to, int a, int b) => Vectors(Prefix66, Map0F, 0xFE, to, a, b);

    public void ZeroVector(int v) => Vectors(Prefix66, Map0F, 0xEF, v, v, v);

    private static int Low(Register r) => (int)r & 7;

    private static int High(Register r) => (int)r >> 3;

    private void Number(int n) => code.AddRange(BitConverter.GetBytes(n));

    private void Short(int operation, Register r)
    {
        if (High(r) > 0)
        {
            code.Add(0x41);
        }

        code.Add((byte)(operation | Low(r)));
    }

    private void Registers(byte operation, Register reg, Register rm)
        => code.AddRange([(byte)(0x48 | (High(reg) << 2) | High(rm)), operation, (byte)(0xC0 | (Low(reg) << 3) | Low(rm))]);

    private void Memory(byte operation, Register reg, Register from, int offset)
    {
        code.AddRange([(byte)(0x48 | (High(reg) << 2) | High(from)), operation]);
        Address(Low(reg), from, offset);
    }

    // [from + offset], the offset in four bytes.
    private void Address(int reg, Register from, int offset)
    {
        code.Add((byte)(0x80 | ((reg & 7) << 3) | Low(from)));
        if (Low(from) == 4)
        {
            code.Add(0x24);
        }

        Number(offset);
    }

    // [from + index], with a distance of 0 since some registers cannot stand without one.
    private void Address(int reg, Register from, Register index)
        => code.AddRange([(byte)(0x44 | ((reg & 7) << 3)), (byte)((Low(index) << 3) | Low(from)), 0]);

    private void Vectors(int prefix, int map, byte operation, int to, int a, int b)
    {
        // Of a register the fifth bit stands where an index has its fourth.
        Prefix(prefix, map, to, a, high: b, index: b >> 1);
        code.AddRange([operation, (byte)(0xC0 | ((to & 7) << 3) | (b & 7))]);
    }

    // EVEX: the upper bits of all operands are stored inverted; 512 bits, no mask.
    private void Prefix(int prefix, int map, int reg, int second, int high, int index)
    {
        int p0 = (Bit(reg, 3) << 7) | (Bit(index, 3) << 6) | (Bit(high, 3) << 5) | (Bit(reg, 4) << 4);
        int p1 = (second & 15) << 3;
        code.AddRange([0x62, (byte)((p0 ^ 0xF0) | map), (byte)((p1 ^ 0x78) | 4 | prefix), (byte)(0x40 | ((Bit(second, 4) << 3) ^ 8))]);
    }

    private static int Bit(int number, int bit) => (number >> bit) & 1;
}
