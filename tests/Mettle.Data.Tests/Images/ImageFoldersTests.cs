using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Mettle.Data.Tests.Images;

public sealed class ImageFoldersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("folder")]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    public void Read_AnyContainer_GivesTheSameRowsInTheOrderOfTheirNames(string kind)
    {
        string path = Store(kind, ("set/dog/b.pgm", Grey(2, 2, 7)), ("set/cat/a.pgm", Grey(2, 2, 1)), ("set/cat/c.PGM", Grey(2, 2, 3)), ("set/readme.txt", [1]), ("set/cat/.hidden.pgm", [2]));
        var read = ImageFolders.Read(path);
        Assert.Equal(["set/cat/a.pgm", "set/cat/c.PGM", "set/dog/b.pgm"], read.Files);
        Assert.Equal(["cat", "dog"], read.Images.ClassNames);
        Assert.Equal([0, 0, 1], read.Images.Labels);
        Assert.Equal([1, 1, 1, 1, 3, 3, 3, 3, 7, 7, 7, 7], read.Images.Pixels.ToArray());
        Assert.Equal(1, read.Images.Channels);
    }

    [Fact]
    public void Read_OneImageInColour_GivesAllThreeChannelsPlaneByPlane()
    {
        string path = Store("folder", ("a/1.ppm", [.. "P6 2 1 255 "u8, 1, 2, 3, 4, 5, 6]), ("b/1.pgm", Grey(2, 1, 9)));
        var images = ImageFolders.Read(path).Images;
        Assert.Equal((3, 1, 2), (images.Channels, images.Height, images.Width));
        Assert.Equal([1, 4, 2, 5, 3, 6], images[0].ToArray());
        Assert.Equal([9, 9, 9, 9, 9, 9], images[1].ToArray());
    }

    [Fact]
    public void Read_FolderWithin_TakesItsImagesAndTheClassesOfTraining()
    {
        string path = Store("zip", ("set/train/a/1.pgm", Grey(1, 1, 1)), ("set/train/b/1.pgm", Grey(1, 1, 2)), ("set/test/b/9.pgm", Grey(1, 1, 3)));
        var train = ImageFolders.Read(path, "train");
        var test = ImageFolders.Read(path, "test", classNames: train.Images.ClassNames);
        Assert.Equal((2, 1), (train.Images.Count, test.Images.Count));
        Assert.Equal([1], test.Images.Labels);
    }

    [Fact]
    public void Read_OtherSize_BringsAllToIt()
    {
        string path = Store("folder", ("a/1.pgm", Grey(4, 4, 10)), ("b/1.pgm", Grey(2, 6, 20)));
        var images = ImageFolders.Read(path, height: 2, width: 3).Images;
        Assert.Equal((2, 3), (images.Height, images.Width));
        Assert.All(images[0].ToArray(), v => Assert.Equal(10, v));
        Assert.All(images[1].ToArray(), v => Assert.Equal(20, v));
    }

    [Fact]
    public void Read_SixteenBits_AreRoundedToBytes()
    {
        byte[] deep = [.. Encoding.ASCII.GetBytes("P5 2 1 65535 "), 0xff, 0xff, 0x80, 0x80];
        var images = ImageFolders.Read(Store("folder", ("a/1.pgm", deep), ("b/1.pgm", Grey(2, 1, 9)))).Images;
        Assert.Equal([255, 128], images[0].ToArray());
    }

    [Theory]
    [InlineData("", "a/1.pgm 2x2;b/1.pgm 3x2", "b/1.pgm: The image is 3 pixels wide and 2 high, the first one 2 x 2. Say the size")]
    [InlineData("", "1.pgm 2x2;b/1.pgm 2x2", "1.pgm: The image lies in no folder, so it has no class.")]
    [InlineData("", "train/a/1.pgm 2x2;test/a/1.pgm 2x2", "Its folders are test and train, which are no classes. Name those of training and test images ('train: train', 'test: test').")]
    [InlineData("train", "a/1.pgm 2x2", "There is no image in the folder 'train'; the first one is 'a/1.pgm'.")]
    [InlineData("", "a/1.txt 2x2", "There is no image in it. Give one folder of images for each class")]
    public void Read_WhatCannotBeRows_NamesPlaceAndMend(string within, string files, string message)
    {
        string path = Store("zip", [.. files.Split(';').Select(f => f.Split(' ')).Select(f => (f[0], Grey(f[1][0] - '0', f[1][2] - '0', 5)))]);
        var e = Assert.Throws<DataException>(() => ImageFolders.Read(path, within));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TestClassThatTrainingLacks_IsRefused()
    {
        string path = Store("folder", ("c/1.pgm", Grey(1, 1, 1)));
        var e = Assert.Throws<DataException>(() => ImageFolders.Read(path, classNames: ["a", "b"]));
        Assert.Contains("The class 'c' is none of the training images' (a, b).", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DamagedContainerOrImage_NamesIt()
    {
        string zip = Store("zip", ("a/1.pgm", Grey(20, 20, 1)));
        byte[] bytes = File.ReadAllBytes(zip);
        Assert.Contains("damaged", Assert.Throws<DataException>(() => ImageFolders.Read(_folder.Write("cut.zip", bytes.AsSpan(0, bytes.Length / 2)))).Message, StringComparison.Ordinal);
        Assert.Contains("no folder, zip or tar", Assert.Throws<DataException>(() => ImageFolders.Read(_folder.Write("x.zip", "hello"))).Message, StringComparison.Ordinal);
        string broken = Store("tar", ("a/1.png", [1, 2, 3]));
        Assert.StartsWith($"{broken}/a/1.png: ", Assert.Throws<DataException>(() => ImageFolders.Read(broken)).Message, StringComparison.Ordinal);
        Assert.Contains("There is no such file", Assert.Throws<DataException>(() => ImageFolders.Read(_folder["none"])).Message, StringComparison.Ordinal);
    }

    private static byte[] Grey(int width, int height, byte value)
        => [.. Encoding.ASCII.GetBytes($"P5 {width} {height} 255 "), .. Enumerable.Repeat(value, width * height)];

    private string Store(string kind, params IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        string path = _folder[$"set.{kind}"];
        if (kind == "folder")
        {
            foreach (var (name, bytes) in files)
            {
                string file = Path.Combine(path, name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, bytes);
            }
            return path;
        }
        using MemoryStream packed = new();
        if (kind == "zip")
        {
            using ZipArchive zip = new(packed, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, bytes) in files)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }
        else
        {
            using TarWriter tar = new(packed, leaveOpen: true);
            foreach (var (name, bytes) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"./{name}") { DataStream = new MemoryStream(bytes) });
            }
        }
        return kind == "tar.gz" ? _folder.WriteGzip("set.tar.gz", packed.ToArray()) : _folder.Write($"set.{kind}", packed.ToArray());
    }
}
