Console.WriteLine("mettle");
