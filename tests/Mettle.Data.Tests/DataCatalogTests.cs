using System.Security.Cryptography;

namespace Mettle.Data.Tests;

public sealed class DataCatalogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public DataCatalogTests()
    {
        Directory.CreateDirectory(_folder["tabular/adult"]);
        Directory.CreateDirectory(_folder["odd"]);
        List<string> sums = [];
        foreach (string path in (string[])["tabular/adult/adult-train.csv.gz", "tabular/adult/adult-test.csv.gz", "odd/own file.bin"])
        {
            _folder.Write(path, path);
            sums.Add($"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder[path])))}  {path}");
        }
        File.WriteAllLines(_folder["SHA256SUMS"], sums);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ListedFiles_GroupedByDataSet()
    {
        DataCatalog catalog = DataCatalog.Open(_folder.Path);

        Assert.Equal(["adult", "odd/own file.bin"], catalog.Entries.Select(entry => entry.Name));
        Assert.Contains("CC BY 4.0", catalog["adult"].Licence);
        Assert.Equal("not recorded", catalog["odd/own file.bin"].Licence);
        Assert.Equal(63, catalog["adult"].Bytes);
        Assert.Contains("Did you mean 'adult'?", Assert.Throws<DataException>(() => catalog["adlut"]).Message);
    }

    [Fact]
    public void Verify_MissingAndCorrupt_Told()
    {
        DataCatalog catalog = DataCatalog.Open(_folder.Path);
        Assert.All(catalog.Verify(catalog["adult"]), check => Assert.Equal(FileState.Good, check.State));

        File.Delete(_folder["tabular/adult/adult-test.csv.gz"]);
        File.AppendAllText(_folder["tabular/adult/adult-train.csv.gz"], "x");

        FileCheck[] checks = [.. catalog.Verify(catalog["adult"])];
        Assert.Equal([FileState.Missing, FileState.Corrupt], checks.Select(check => check.State));
        Assert.Null(checks[0].ActualSha256);
        Assert.NotEqual(checks[1].File.Sha256, checks[1].ActualSha256);
    }

    [Fact]
    public async Task CopyAsync_GoodFiles_AllThere()
    {
        await DataCatalog.Open(_folder.Path).CopyAsync("adult", _folder["copy"]);

        Assert.Equal(["adult-test.csv.gz", "adult-train.csv.gz"], Directory.GetFiles(_folder["copy"]).Select(Path.GetFileName).Order());
        Assert.Equal("tabular/adult/adult-test.csv.gz", File.ReadAllText(_folder["copy/adult-test.csv.gz"]));
    }

    [Fact]
    public async Task CopyAsync_CorruptOrMissingFile_SaysSoAndLeavesNoHalf()
    {
        File.AppendAllText(_folder["tabular/adult/adult-test.csv.gz"], "x");
        DataCatalog catalog = DataCatalog.Open(_folder.Path);

        DataException corrupt = await Assert.ThrowsAsync<DataException>(() => catalog.CopyAsync("adult", _folder["copy"]));
        File.Delete(_folder["odd/own file.bin"]);
        DataException missing = await Assert.ThrowsAsync<DataException>(() => catalog.CopyAsync("odd/own file.bin", _folder["copy"]));

        Assert.Contains("The SHA-256 is", corrupt.Message);
        Assert.Contains("cannot be read", missing.Message);
        Assert.Empty(Directory.GetFiles(_folder["copy"]));
    }

    [Theory]
    [InlineData("zz  a\n", 1, "is not '<64")]
    [InlineData("\n{0}  ../secret\n", 2, "not a plain path")]
    [InlineData("{0}  /etc/passwd\n", 1, "not a plain path")]
    [InlineData("{0} a\n", 1, "is not '<64")]
    [InlineData("{0}  a\n{0} *a\n", 2, "listed twice")]
    public void Open_MalformedList_NamesTheLine(string list, int line, string problem)
    {
        File.WriteAllText(_folder["SHA256SUMS"], list.Replace("{0}", new string('a', 64)));

        DataException e = Assert.Throws<DataException>(() => DataCatalog.Open(_folder.Path));

        Assert.Contains(problem, e.Message);
        Assert.Equal((_folder["SHA256SUMS"], line), (e.File, e.Line));
    }

    [Fact]
    public void Open_NoFolderOrList_SaysSo()
    {
        Assert.Contains("no such folder", Assert.Throws<DataException>(() => DataCatalog.Open(_folder["none"])).Message);
        Assert.Contains("cannot be read", Assert.Throws<DataException>(() => DataCatalog.Open(_folder["odd"])).Message);
    }

    [Fact]
    public void Verify_DataFolder_SmallSetsAreGood()
    {
        DataCatalog catalog = DataCatalog.Open(RealData.OrSkip(""));

        foreach (string name in (string[])["digits8x8", "adult", "california-housing", "fashion-mnist"])
            Assert.All(catalog.Verify(catalog[name]), check => Assert.Equal(FileState.Good, check.State));
        Assert.DoesNotContain(catalog.Entries, entry => entry.Licence == "not recorded");
    }
}
