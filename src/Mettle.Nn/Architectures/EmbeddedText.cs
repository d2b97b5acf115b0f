namespace Mettle.Nn;

/// <summary>A table of vectors for the symbols of a text before a model of sequences. Keys: "embedding.weight", "body.*".</summary>
public sealed class EmbeddedText : Module
{
    private readonly Embedding embedding;
    private readonly Module body;

    /// <param name="symbols">Number of codes.</param>
    /// <param name="width">Length of a vector.</param>
    /// <param name="body">Takes [N, T, width].</param>
    public EmbeddedText(int symbols, int width, Module body)
    {
        embedding = Register("embedding", new Embedding(symbols, width));
        this.body = Register("body", body);
    }

    /// <summary>Codes i64 [N, T] to what the body gives.</summary>
    public override Tensor Forward(Tensor x, Pass pass) => Watch(body.Forward(embedding.Forward(x, pass), pass));
}
