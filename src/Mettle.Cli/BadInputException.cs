namespace Mettle.Cli;

/// <summary>Arguments that do not go together or name nothing; the message says which and what to give instead.</summary>
internal sealed class BadInputException(string message) : Exception(message);
