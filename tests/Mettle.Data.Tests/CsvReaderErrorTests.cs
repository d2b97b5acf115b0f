using System.Text;

namespace Mettle.Data.Tests;

public sealed class CsvReaderErrorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a,b\n1,2\n3\n", 3, null, "The record has 1 fields, 2 were expected.")]
    [InlineData("a,b\n1,2,3\n", 2, null, "The record has 3 fields, 2 were expected.")]
    [InlineData("a,b,a\n1,2,3\n", 1, "a", "Fields 1 and 3 have the same name.")]
    [InlineData("a,b\n1,2\n1,\"x\n3,4\n", 3, null, "a quoted field that is never closed")]
    [InlineData("a,b\n1,x\"y\n", 2, null, "a quote inside an unquoted field")]
    [InlineData("a,b\n1,\"x\"y\n", 2, null, "text after the closing quote")]
    [InlineData("a,b\n", null, null, "There are no rows below the header.")]
    [InlineData("\n \n\n", null, null, "only blank lines")]
    [InlineData("a,n\nx,1\ny,seven\n", 3, "n", "'seven' is not a number.")]
    [InlineData("a,n\nx,1\ny,inf\n", 3, "n", "'inf' is not a finite number.")]
    [InlineData("a,n\nx,1\ny,-Infinity\n", 3, "n", "'-Infinity' is not a finite number.")]
    [InlineData("a,n\nx,1\ny,1e999\n", 3, "n", "'1e999' is not a finite number.")]
    [InlineData("a,n\nx,1\ny,NaN%\n", 3, "n", "'NaN%' is not a number.")]
    [InlineData("a,n\nx,1\0\n", 2, null, "NUL byte")]
    [InlineData("a,b\nx,1\n\n\u0007,1\n", 4, null, "control byte 0x07")]
    [InlineData("a,m\nx,1\n", null, "n", "There is no column of this name.")]
    public void Read_MalformedText_NamesThePlace(string text, int? line, string? column, string problem)
    {
        string path = _folder.Write("data.csv", text);

        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Numeric = column == "n" ? ["n"] : [] }));

        Assert.Contains(problem, e.Message);
        Assert.StartsWith(path, e.Message);
        Assert.Equal((path, line, column), (e.File, e.Line, e.Column));
    }

    [Fact]
    public void Read_NanTextNotListedAsMissing_IsAnError()
    {
        string path = _folder.Write("data.csv", "n\n1\nnan\n");

        Assert.Equal(1, CsvReader.Read(path)["n"].MissingCount);
        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Missing = [""] }));
        Assert.Equal((3, "n"), (e.Line, e.Column));
    }

    [Fact]
    public void Read_OneNameAmongNumbers_AsksForADeclaration()
    {
        string text = "n\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i}\n")) + "O\n";
        string path = _folder.Write("data.csv", text);

        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path));

        Assert.Contains("50 of 51 values are numbers but 'O' is not.", e.Message);
        Assert.Equal((52, "n"), (e.Line, e.Column));
        Assert.Equal(51, ((CategoricalColumn)CsvReader.Read(path, new CsvOptions { Categorical = ["n"] })["n"]).Levels.Length);
    }

    [Fact]
    public void Read_Lacks300Columns_NamesTheLine()
    {
        string Row(int fields) => string.Join(',', Enumerable.Range(0, fields));
        string path = _folder.Write("wide.csv", $"{Row(785)}\n{Row(785)}\n{Row(485)}\n");

        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path));

        Assert.Equal(3, e.Line);
        Assert.Contains("485 fields, 785 were expected", e.Message);
    }

    [Fact]
    public void Read_NotAFile_SaysSo()
    {
        Assert.Contains("no such file", Assert.Throws<DataException>(() => CsvReader.Read(_folder["none.csv"])).Message);
        Assert.Contains("no such file", Assert.Throws<DataException>(() => CsvReader.Read(_folder["none/none.csv"])).Message);
        Assert.Contains("is a directory", Assert.Throws<DataException>(() => CsvReader.Read(_folder.Path)).Message);
        Assert.Contains("0 bytes", Assert.Throws<DataException>(() => CsvReader.Read(_folder.Write("empty.csv", ""))).Message);
        Assert.Contains("0 bytes", Assert.Throws<DataException>(() => CsvReader.Read(_folder.WriteGzip("empty.csv.gz", []))).Message);
    }

    [Fact]
    public void Read_GzipCutAnywhere_IsAnError()
    {
        byte[] whole = TempFolder.Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{i * i}\n"))));
        for (int length = 2; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.csv.gz", whole.AsSpan(0, length));
            Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Header = false }));
        }
    }

    [Fact]
    public void Read_OtherEncodings_AskForUtf8()
    {
        string utf16 = _folder.Write("utf16.csv", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("a\n1\n")]);
        string latin1 = _folder.Write("latin1.csv", Encoding.Latin1.GetBytes("a\nx\nZürich\n"));

        Assert.Contains("UTF-16", Assert.Throws<DataException>(() => CsvReader.Read(utf16)).Message);
        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(latin1));
        Assert.Contains("0xfc is not UTF-8", e.Message);
        Assert.Equal(3, e.Line);
    }

    [Fact]
    public void Read_GzipBomb_StopsAtTheLimit()
    {
        string path = _folder.WriteGzip("bomb.csv.gz", new byte[50_000_000]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { MaxBytes = 1_000_000 }));

        Assert.Contains("limit of 1000000 bytes", e.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
    }

    [Theory]
    [InlineData("a,b\n1,\"")]
    [InlineData("a,b\n1,")]
    public void Read_EndlessRecord_StopsAtTheLimit(string start)
    {
        string path = _folder.Write("long.csv", start + new string('x', 3_000_000));

        DataException e = Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { MaxRecordBytes = 1_000_000 }));

        Assert.Equal(2, e.Line);
    }

    [Fact]
    public void Read_TooManyColumns_StopsAtTheLimit()
    {
        string path = _folder.Write("commas.csv", new string(',', 100_000) + "\n");

        Assert.Contains("the limit is 16384", Assert.Throws<DataException>(() => CsvReader.Read(path)).Message);
    }

    [Theory]
    [InlineData("income", "incme", "Did you mean 'income'?")]
    [InlineData("income", "zebra", "The columns are 'income', 'b'.")]
    public void Read_UnknownColumnDeclared_NamesTheNearest(string header, string declared, string mend)
    {
        string path = _folder.Write("data.csv", $"{header},b\n1,2\n");

        Assert.Contains(mend, Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Categorical = [declared] })).Message);
    }

    [Fact]
    public void Read_ContradictingOptions_SaySo()
    {
        string path = _folder.Write("data.csv", "a,b\n1,2\n");

        Assert.Contains("numeric and categorical", Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Numeric = ["a"], Categorical = ["a"] })).Message);
        Assert.Contains("3 names are given", Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Names = ["x", "y", "z"] })).Message);
        Assert.Contains("same name", Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Names = ["x", "x"] })).Message);
        Assert.Contains("cannot be a delimiter", Assert.Throws<DataException>(() => CsvReader.Read(path, new CsvOptions { Delimiter = '"' })).Message);
    }
}
