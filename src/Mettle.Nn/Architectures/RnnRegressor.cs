namespace Mettle.Nn;

/// <summary>Numbers predicted from a sequence's last state.</summary>
/// <param name="inputs">Features of a step.</param>
/// <param name="hidden">Features of the state.</param>
/// <param name="targets">Numbers to predict.</param>
/// <param name="cell">"lstm" or "gru".</param>
/// <param name="layers">Recurrent layers.</param>
/// <param name="dropout">Rate between layers and before the output.</param>
public sealed class RnnRegressor(int inputs, int hidden, int targets = 1, string cell = "lstm", int layers = 1, double dropout = 0)
    : RnnReadout(inputs, hidden, targets, cell, layers, dropout);
