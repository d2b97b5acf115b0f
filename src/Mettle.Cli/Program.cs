using Mettle.Cli;

return CommandLine.Run(args);
