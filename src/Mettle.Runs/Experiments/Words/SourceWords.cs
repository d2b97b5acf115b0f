namespace Mettle.Runs;

/// <summary>Words of the slot <c>source</c>.</summary>
internal static class SourceWords
{
    private const string Variable = "METTLE_DATA";

    public static void AddTo(Vocabulary vocabulary)
    {
        vocabulary.Add<DataSource>(
            "source",
            "csv",
            "Rows of a CSV file, plain or gzip. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "Training rows.", required: true),
                Field.Path("test", null, "Test rows in a file of their own."),
                Field.Bool("header", true, "Whether the first line has names; without one columns are c0, c1, ... unless named."),
                Field.Texts("names", [], "Names of the columns: where there is no header, or in place of its own."),
                Field.Text("delimiter", ",", "What separates fields.", choices: [",", ";", "|", "tab"]),
                Field.Texts("missing", [], "Texts that mean a missing value; by default \"\", ?, NA, nan and the like."),
                Field.Texts("numeric", [], "Columns that are numbers, where guessing from the values is wrong."),
                Field.Texts("categorical", [], "Columns that are categories, where guessing is wrong."),
                Field.Texts("ignore", [], "Columns that are no features: identifiers, weights."),
                Field.Text("trim-target", "", "Text that ends a target now and then and does not belong to it."),
                Field.Ints("image", [], "[height, width]: the columns are an image's pixels, row by row.", min: 1),
                Field.Int("max-pixel", 255, "The brightest pixel value the format allows.", min: 1, max: 255),
            ],
            Csv);
        vocabulary.Add<DataSource>(
            "source",
            "idx",
            "Images and labels in IDX files (MNIST's format), plain or gzip. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("images", null, "Training images.", required: true),
                Field.Path("labels", null, "Training labels.", required: true),
                Field.Path("test-images", null, "Test images in a file of their own."),
                Field.Path("test-labels", null, "Test labels in a file of their own."),
                Field.Texts("classes", [], "Name of each label from 0."),
            ],
            Idx);
        vocabulary.Add<DataSource>(
            "source",
            "images",
            "Image files (PNG, JPEG, BMP, PNM) in folders named after their class: a folder of those, or a zip or tar archive. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "The folder or archive.", required: true),
                Field.Text("train", "", "Folder in it that holds the classes' folders; unset takes the whole."),
                Field.Text("test", "", "Folder in it that holds test images in the same way; unset splits them off."),
                Field.Ints("size", [], "[height, width] that all images are brought to; unset keeps them, then all must be of one size.", min: 1, max: 4096),
            ],
            Images);
        vocabulary.Add<DataSource>(
            "source",
            "npz",
            "Rows of NumPy arrays (numpy.savez): numbers of one shape, and what is to be predicted. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "Training rows.", required: true),
                Field.Path("test", null, "Test rows in a file of their own."),
                Field.Text("inputs", "x", "Name of the numbers, [rows, features], [rows, steps, features] or [rows, channels, height, width]."),
                Field.Text("targets", "y", "Name of what is predicted, [rows]: whole numbers are classes, others values."),
                Field.Texts("classes", [], "Name of each class from 0."),
                Field.Text("non-finite", "leave-out", "Rows that hold NaN or infinity: left out and named, or kept for experiments.", choices: ["leave-out", "keep"]),
            ],
            w => new ArraySource(
                Resolve(w["path"]), w["test"].HasValue ? Resolve(w["test"]) : "", w["inputs"].Text(), w["targets"].Text(), Join(w["classes"]), w["non-finite"].Text() == "keep"));
        vocabulary.Add<DataSource>(
            "source",
            "text",
            "A text, plain or gzip, whose every character is told from those before it; training, validation and test follow one another. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "The text.", required: true),
                Encoding(),
                Field.Int("context", 32, "Characters that are seen.", min: 1, max: 4096),
                Field.Int("stride", 1, "Characters from one row's beginning to the next one's.", min: 1, max: 1 << 20),
            ],
            w => new TextSource(Resolve(w["path"]), w["context"].Int(), w["stride"].Int(), w["encoding"].Text() == "latin-1"));
        vocabulary.Add<DataSource>(
            "source",
            "text-lines",
            "Lines of text to classify, plain or gzip: each begins with its label, or each file is a class. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "Training lines that begin with their label."),
                Field.Path("test", null, "Test lines in a file of their own."),
                Field.Texts("files", [], "Files of one class each, in place of path; the class has the file's name."),
                Field.Text("delimiter", "tab", "What ends a label.", choices: ["tab", "blank", ",", ";", "|"]),
                Field.Text("label-end", "", "Where a label holds this text it ends before it (\"NUM:dist\" is NUM with \":\")."),
                Encoding(),
                Field.Int("length", 128, "Characters of a line that are seen.", min: 1, max: 4096),
            ],
            TextLines);
        vocabulary.Add<DataSource>(
            "source",
            "series",
            "Windows of a time series in a CSV file, one row per step, with a later value of data.target to predict; training, validation and test follow one another. A path may begin with $METTLE_DATA/.",
            [
                Field.Path("path", null, "The steps in time's order, with a line of names.", required: true),
                Field.Text("delimiter", ",", "What separates fields.", choices: [",", ";", "|", "tab"]),
                Field.Texts("columns", [], "Columns that a window holds; by default all of numbers."),
                Field.Int("window", 24, "Steps of a window.", min: 1, max: 100_000),
                Field.Int("horizon", 1, "Steps from the window's last to the value predicted.", min: 1, max: 100_000),
                Field.Int("stride", 1, "Steps from one window's beginning to the next one's.", min: 1, max: 100_000),
            ],
            w => new SeriesSource(Resolve(w["path"]), w["delimiter"].Text() == "tab" ? '\t' : w["delimiter"].Text()[0], Join(w["columns"]), w["window"].Int(), w["horizon"].Int(), w["stride"].Int()));
        vocabulary.Add<DataSource>("source", "digits", "The 1,797 handwritten digits (8 x 8) that ship with Mettle.", [], _ => new DigitsSource());
    }

    private static DataSource Csv(WordValue w)
    {
        var image = w["image"].Ints();
        if (image.Count is not (0 or 2))
        {
            throw w["image"].Problem("is [height, width]");
        }

        string delimiter = w["delimiter"].Text();
        return new CsvSource(
            Resolve(w["path"]),
            w["test"].HasValue ? Resolve(w["test"]) : "",
            new CsvLayout(
                w["header"].Bool(), Join(w["names"]), delimiter == "tab" ? "\t" : delimiter, Join(w["missing"]), Join(w["numeric"]), Join(w["categorical"]),
                w["trim-target"].Text(), image.Count == 2 ? image[0] : 0, image.Count == 2 ? image[1] : 0, w["max-pixel"].Int()),
            Join(w["ignore"]));
    }

    private static DataSource Images(WordValue w)
    {
        var size = w["size"].Ints();
        if (size.Count is not (0 or 2))
        {
            throw w["size"].Problem("is [height, width]");
        }

        return w["test"].HasValue && w["test"].Text().Length > 0 && w["train"].Text().Length == 0
            ? throw w["test"].Problem("goes with train: name the folder of the training images too, else it would be among them")
            : new ImageFolderSource(Resolve(w["path"]), w["train"].Text(), w["test"].Text(), size.Count == 2 ? size[0] : 0, size.Count == 2 ? size[1] : 0);
    }

    private static Field Encoding() => Field.Text("encoding", "utf-8", "How characters are written in the file.", choices: ["utf-8", "latin-1"]);

    private static DataSource TextLines(WordValue w)
    {
        var files = w["files"].Texts();
        if (w["path"].HasValue == files.Count > 0)
        {
            throw w["path"].Problem("is in place of files: give one of the two");
        }

        if (files.Count == 1)
        {
            throw w["files"].Problem("names one file, so there is nothing to tell apart: each file is a class");
        }

        if (files.Count > 0 && w["test"].HasValue)
        {
            throw w["test"].Problem("goes with path; of files, test lines are split off (data.test)");
        }

        return new TextLinesSource(
            files.Count > 0 ? "" : Resolve(w["path"]),
            w["test"].HasValue ? Resolve(w["test"]) : "",
            string.Join('\n', files.Select(f => Resolve(f, w["files"]))),
            w["delimiter"].Text() switch { "tab" => '\t', "blank" => ' ', var d => d[0] },
            w["label-end"].Text(),
            w["length"].Int(),
            w["encoding"].Text() == "latin-1");
    }

    private static DataSource Idx(WordValue w)
    {
        if (w["test-images"].HasValue != w["test-labels"].HasValue)
        {
            throw w["test-images"].Problem("goes with test-labels: give both or neither");
        }

        return new IdxSource(
            Resolve(w["images"]), Resolve(w["labels"]),
            w["test-images"].HasValue ? Resolve(w["test-images"]) : "", w["test-labels"].HasValue ? Resolve(w["test-labels"]) : "",
            Join(w["classes"]));
    }

    private static string Join(RecipeValue list) => string.Join('\n', list.Texts());

    /// <summary>The file that a path means, which may begin with $METTLE_DATA/.</summary>
    public static string Resolve(RecipeValue path)
        => path.Text().StartsWith($"${Variable}/", StringComparison.Ordinal) ? Resolve(path.Text(), path) : path.Path();

    // Relative to the recipe's folder, like a field that is a path.
    private static string Resolve(string text, RecipeValue field)
    {
        if (!text.StartsWith($"${Variable}/", StringComparison.Ordinal))
        {
            return Path.GetFullPath(text, field.Folder);
        }

        string root = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } r
            ? r
            : throw field.Problem($"begins with ${Variable}, which is not set: point it at the folder of data sets (see mettle data list)");
        return Path.GetFullPath(text[(Variable.Length + 2)..], Path.GetFullPath(root));
    }
}
