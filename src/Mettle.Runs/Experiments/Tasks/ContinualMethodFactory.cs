using Mettle.Nn;

namespace Mettle.Runs;

/// <summary>Makes a method of continual learning for one training; what a word of the slot <c>continual</c> builds.</summary>
public delegate ContinualMethod ContinualMethodFactory();
