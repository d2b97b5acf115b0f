namespace Mettle.Nn.Tests;

/// <summary>The convolutional model of the PyTorch references.</summary>
internal sealed class CnnModel : Module
{
    private readonly Conv2d conv1, conv2, conv3, conv4;
    private readonly BatchNorm2d bn1;
    private readonly Linear fc;

    public CnnModel()
    {
        conv1 = Register("conv1", new Conv2d(3, 8, 3, padding: 1));
        bn1 = Register("bn1", new BatchNorm2d(8));
        conv2 = Register("conv2", new Conv2d(8, 12, 3, stride: 2, padding: 1));
        conv3 = Register("conv3", new Conv2d(12, 12, 3, padding: 1, groups: 2));
        conv4 = Register("conv4", new Conv2d(12, 16, 3, padding: 2, dilation: 2));
        fc = Register("fc", new Linear(16, 5));
    }

    public override Tensor Forward(Tensor x, Pass pass)
    {
        x = bn1.Forward(conv1.Forward(x, pass), pass).Relu().MaxPool2d(2);
        x = conv3.Forward(conv2.Forward(x, pass).Relu(), pass).Relu();
        x = conv4.Forward(x, pass).Relu();
        return fc.Forward(x.Mean(2, 3), pass);
    }
}
