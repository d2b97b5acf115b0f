namespace Mettle.Runs;

/// <summary>The fields every recipe has. The words of their slots (sources, models, optimisers, ...) come from the floors that make them.</summary>
public static class CoreVocabulary
{
    /// <summary>Largest seed: the largest whole number that every JSON reader keeps exactly.</summary>
    public const long MaxSeed = (1L << 53) - 1;

    /// <summary>A fresh vocabulary with the core fields and no words.</summary>
    public static Vocabulary Create() => new(
        Field.Text("name", null, "Name of the experiment; run folders begin with it.", required: true) with { Incidental = true },
        Field.Int("seed", 1, "Key of all random numbers.", min: 0, max: MaxSeed),
        Data(),
        Field.OneOf("model", "model", null, "The model.", required: true),
        Field.OneOf("init", "init", null, "How weights begin; unset leaves it to each layer."),
        Train(),
        Field.Section(
            "examine",
            "Which challenges the trained model is examined against.",
            Field.Texts("challenges", ["all"], "Names of challenges, or all."),
            Field.Float("false-alarm-rate", 0.10, "False discovery rate over all findings (Benjamini-Hochberg).", min: 0, max: 1)),
        Field.Section(
            "treat",
            "How findings are treated and treatments judged.",
            Field.Bool("enabled", true, "Whether findings are treated at all."),
            Field.Texts("treatments", ["auto"], "Names of treatments to try, or auto for those the findings ask for."),
            Field.Int("seeds", 20, "Most paired runs that a treatment is judged by; a look at half of them, and from 16 on at a quarter, may settle it sooner.", min: 2, max: 1000),
            Field.Float("confidence", 0.95, "Confidence of intervals and of acceptance (Holm over the treatments judged).", min: 0.5, max: 0.9999),
            Field.Int("max-trials", 6, "Most treatments tried; of more than two, three pairs each choose the two that are judged.", min: 0),
            Field.Float("budget", 0, "Most seconds for all trials; 0 for no limit.", min: 0),
            Field.Float("min-effect", 0, "Smallest improvement of the metric worth keeping.", min: 0),
            Field.Bool("cost", false, "Whether findings about cost are treated too: what saves work or memory and loses less than margin."),
            Field.Float("margin", 0.01, "Largest loss of the metric that saving may bring.", min: 0)),
        Field.Section(
            "budget",
            "What the run may cost.",
            Field.Float("price", 0, "Price of an hour of this machine, for estimates; 0 for none.", min: 0) with { Incidental = true }),
        Field.Section(
            "package",
            "What is written at the end besides recipe, manifest, weights and JSON.",
            Field.Bool("report", true, "Write the HTML report.")));

    private static Field Data() => Field.Section(
        "data",
        "Where examples come from and how they are split.",
        Field.OneOf("source", "source", null, "What is read.", required: true),
        Field.Text("target", null, "The column to predict, for tables."),
        Field.Text("task", "auto", "What is predicted; auto decides by the target.", choices: ["auto", "classification", "regression"]),
        Field.Float("validation", 0.15, "Share of the training rows held out for choosing.", min: 0, max: 0.9),
        Field.Float("test", 0.2, "Share of all rows held out for the end, where the source brings no test set.", min: 0, max: 0.9),
        Field.Ints("test-modulo", null, "[m, r]: row i is a test row when i mod m is r; in place of test.", min: 0),
        Field.Bool("stratify", true, "Keep the classes' shares equal in all splits."),
        Field.Int("limit", 0, "Use only the first n training rows; 0 for all.", min: 0),
        Field.Text("normalize", "auto", "Scaling of inputs by statistics of the training rows: standard to mean 0 and deviation 1, unit to 0 .. 1.", choices: ["auto", "none", "standard", "unit"]),
        Field.ListOf("augment", "augment", "Random changes to training inputs, in order."),
        Field.OneOf("tasks", "tasks", null, "How the rows come as tasks, one after another; unset gives them at once."),
        Field.Float("label-noise", 0, "Share of training and validation labels replaced by a wrong one, for experiments on robustness; test rows keep theirs.", min: 0, max: 1));

    private static Field Train() => Field.Section(
        "train",
        "How the model learns.",
        Field.Int("epochs", 20, "Passes over the training rows.", min: 1),
        Field.Int("batch", 64, "Rows per step.", min: 1),
        Field.OneOf("optimizer", "optimizer", "adamw", "The rule that updates weights."),
        Field.OneOf("schedule", "schedule", "constant", "The learning rate over time."),
        Field.Float("warmup", 0, "Epochs over which the learning rate rises from 0.", min: 0),
        Field.OneOf("loss", "loss", "auto", "What is minimised; auto decides by the task."),
        Field.Section(
            "clip",
            "Limits on gradients; 0 for no limit.",
            Field.Float("norm", 0, "Largest global L2 norm (Pascanu et al. 2013).", min: 0),
            Field.Float("value", 0, "Largest absolute value of an element.", min: 0),
            Field.Float("adaptive", 0, "Largest ratio of gradient norm to weight norm by unit (Brock et al. 2021).", min: 0)),
        Field.Section(
            "early-stopping",
            "Ends training when validation no longer improves.",
            Field.Int("patience", 0, "Epochs without improvement before stopping; 0 never stops early.", min: 0),
            Field.Text("metric", "loss", "The validation metric that is watched."),
            Field.Float("min-delta", 0, "Smallest change that counts as improvement.", min: 0),
            Field.Bool("restore-best", true, "End with the weights of the best epoch.")),
        Field.Bool("rate-search", false, "Choose the learning rate by a range test on training rows before the first step (Smith 2017), in place of the optimiser's own."),
        Field.Section(
            "recovery",
            "Live recovery: a training that breaks down is rolled back and goes on with a remedy.",
            Field.Int("retries", 4, "Most roll-backs; 0 ends training at the first breakdown.", min: 0, max: 100)),
        Field.OneOf("averaging", "averaging", null, "Averages weights over training; unset keeps the last."),
        Field.OneOf("sharpness", "sharpness", null, "Takes gradients where the loss nearby is highest, which leads to flat minima; unset takes them where the weights are."),
        Field.Int("snapshots", 0, "Models that predict together, from the ends of the last so many cycles of warm restarts (Huang et al. 2017); 0 for one.", min: 0, max: 100),
        Field.Section(
            "saddle-escape",
            "Noise on the weights where the gradient is small (Jin et al. 2017).",
            Field.Float("radius", 0, "L2 length of the noise over all weights; 0 for none.", min: 0),
            Field.Float("threshold", 0.5, "Largest gradient norm that counts as small.", min: 0),
            Field.Int("every", 50, "Steps between noises.", min: 1)),
        Field.Int("recalibrate", 0, "Training rows from which the statistics of batch norms are computed afresh at the end (Wu and Johnson 2021); 0 keeps the running ones.", min: 0),
        Field.Float("mixup", 0, "Alpha of the Beta distribution that mixes pairs of examples (Zhang et al. 2018); 0 for none.", min: 0),
        Field.Float("cutmix", 0, "Alpha of the Beta distribution of the area that images paste into one another (Yun et al. 2019); 0 for none.", min: 0),
        Field.Int("mup", 0, "Base width of muP: units of the widest layer (the others in proportion) for which rate and weight decay were tuned; first weights, rates and decays follow the model's width from there (Yang et al. 2022). 0 for none.", min: 0),
        Field.Int("accumulate", 1, "Parts in which a batch goes through the model one after the other, so that it takes less memory; gradients are those of the whole batch.", min: 1),
        Field.Bool("checkpoint-activations", false, "Keep the inputs of the model's blocks only and compute the rest again in the backward pass: less memory, a third more work, the same bits (Chen et al. 2016)."),
        Field.Text("storage", "f32", "Format in which optimiser state and, with checkpoint-activations, activations are kept; computing is in f32.", choices: ["f32", "bf16"]),
        Field.Int("selective", 0, "Power of selective backprop: from the second epoch on, 1 / (power + 1) of the rows, those of high loss, have a backward pass (Jiang et al. 2019); 0 for all rows.", min: 0, max: 8),
        Field.Section(
            "resize",
            "Smaller images in the first epochs (Howard 2018; Tan and Le 2021).",
            Field.Float("from", 1, "Side of the first images as a share of the whole; 1 for whole images throughout.", min: 0.1, max: 1),
            Field.Float("until", 0.6, "Share of the epochs on smaller images.", min: 0.05, max: 0.95),
            Field.Int("stages", 2, "Sizes on the way.", min: 1, max: 16)),
        Field.OneOf("continual", "continual", null, "How earlier tasks are kept in mind, with data.tasks; unset forgets them."),
        Field.Int("checkpoint-every", 0, "Steps between checkpoints; 0 for one per epoch.", min: 0),
        Field.Int("threads", 0, "Threads of the kernels; 0 for all cores. Changes speed, never results.", min: 0, max: 1024) with { Incidental = true },
        Field.Text("precision", "f32", "Number format of computing.", choices: ["f32"]));
}
