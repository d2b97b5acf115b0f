#:property PublishAot=false
// Reads what the test executables left (name.xml, name.end, name.log), prints one line per project,
// then every skipped and failed test, then the count line. Exit code 1 if anything failed.
using System.Globalization;
using System.Xml.Linq;

var folder = args[0];
var passed = 0;
var failed = 0;
var skipped = 0;
List<string> skips = [];
List<string> failures = [];

foreach (var project in args[1..])
{
    var end = File.ReadAllText(Path.Combine(folder, project + ".end")).Split(' ', StringSplitOptions.TrimEntries);
    var exitCode = int.Parse(end[0], CultureInfo.InvariantCulture);
    var (projectPassed, projectFailed, projectSkipped) = (0, 0, 0);
    var complaint = exitCode switch
    {
        0 or 1 => null,
        124 or 137 => "ran past its time limit",
        _ => $"ended with exit code {exitCode}",
    };
    try
    {
        var assembly = XDocument.Load(Path.Combine(folder, project + ".xml")).Root!.Elements("assembly").Single();
        foreach (var test in assembly.Descendants("test"))
        {
            var name = (string)test.Attribute("name")!;
            switch ((string)test.Attribute("result")!)
            {
                case "Pass":
                    projectPassed++;
                    break;
                case "Skip" or "NotRun":
                    projectSkipped++;
                    skips.Add($"skipped {name}: {test.Element("reason")?.Value ?? "no reason given"}");
                    break;
                default:
                    projectFailed++;
                    var failure = test.Element("failure");
                    failures.Add($"failed {name}\n{failure?.Element("message")?.Value}\n{failure?.Element("stack-trace")?.Value}");
                    break;
            }
        }

        // Errors outside tests: a fixture's clean-up, a class that could not be made.
        foreach (var error in assembly.Element("errors")?.Elements("error") ?? [])
        {
            projectFailed++;
            var failure = error.Element("failure");
            failures.Add($"failed {project}, {(string?)error.Attribute("type")} {(string?)error.Attribute("name")}\n{failure?.Element("message")?.Value}\n{failure?.Element("stack-trace")?.Value}");
        }
    }
    catch (Exception e) when (e is IOException or System.Xml.XmlException or InvalidOperationException)
    {
        complaint ??= "left no readable result";
    }

    if (complaint is null && exitCode != 0 && projectFailed == 0)
    {
        complaint = $"ended with exit code {exitCode} though no test failed";
    }

    if (complaint is not null)
    {
        projectFailed++;
        var log = File.ReadAllLines(Path.Combine(folder, project + ".log"));
        IEnumerable<string> shown = log.Length <= 40 ? log : [.. log[..20], "...", .. log[^20..]];
        failures.Add($"failed {project}: {complaint}; it wrote:\n{string.Join('\n', shown.Select(line => line.Length <= 200 ? line : line[..200] + "..."))}");
    }

    Console.WriteLine($"{project}: {projectPassed} passed, {projectFailed} failed, {projectSkipped} skipped in {end[1]} s");
    (passed, failed, skipped) = (passed + projectPassed, failed + projectFailed, skipped + projectSkipped);
}

skips.ForEach(Console.WriteLine);
failures.ForEach(Console.WriteLine);
Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
return failed == 0 ? 0 : 1;
