"""Two pictures of the figures: how checks grow with a network, and how sure they are."""

from matplotlib import rc_context
from matplotlib.figure import Figure

STYLES = {
    "the seed's loop": ("#7f7f7f", "s"),
    "torch gradcheck, slow mode": ("#d95f02", "v"),
    "numdifftools Gradient": ("#a6761d", "P"),
    "scipy check_grad": ("#66a61e", "^"),
    "batched": ("#7570b3", "D"),
    "complex step": ("#e7298a", "X"),
    "check_gradients, any cost": ("#7fb2dc", "o"),
    "check_gradients": ("#1b6ca8", "o"),
}


def write(figures, folder):
    """Write speed.svg and sureness.svg into the folder.

    Parameters
    ----------
    figures : dict
        As `benchmarks.gradcheck.__main__` writes them.
    folder : pathlib.Path
    """
    # Without a date, and with ids that don't change, so that the same figures give one file.
    with rc_context({"svg.hashsalt": "gradcheck"}):
        for name, draw in (("speed", speed), ("sureness", sureness)):
            figure = Figure(figsize=(8, 4), layout="constrained")
            draw(figure.add_subplot(), figures)
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def speed(axes, figures):
    """Draw time against the number of parameters, for 16 examples."""
    sizes = [int(n) for n in figures["seconds"]]
    for name, (colour, marker) in STYLES.items():
        seconds = [figures["seconds"][str(n)]["16"].get(name) for n in sizes]
        known = [(n, each) for n, each in zip(sizes, seconds, strict=True) if each]
        if known:
            axes.loglog(
                *zip(*known, strict=True),
                color=colour,
                marker=marker,
                label=name,
                linewidth=2.5 if name == "check_gradients" else 1.2,
            )
    axes.set(
        xlabel="parameters",
        ylabel="seconds for a verdict on all of them",
        title="A full gradient check, 16 examples, one thread",
    )
    axes.grid(color="0.92")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1, 0.5))


def sureness(axes, figures):
    """Draw, for every checker, false alarms to the left and what it overlooks to the right."""
    names = [*figures["caught"]][::-1]
    alarms = [-100 * figures["alarms"]["near kinks"][name] for name in names]
    missed = [100 * (1 - figures["caught"][name][2]) for name in names]
    rows = range(len(names))
    axes.barh(rows, alarms, color="#d95f02", label="right gradients near a kink, called wrong")
    axes.barh(
        rows,
        missed,
        color="#7570b3",
        hatch="//",
        edgecolor="white",
        label="a faint gradient off by a tenth, called right",
    )
    for row, alarm, miss in zip(rows, alarms, missed, strict=True):
        axes.text(alarm - 1, row, f"{-alarm:.0f}%", ha="right", va="center", fontsize=8)
        axes.text(miss + 1, row, f"{miss:.0f}%", ha="left", va="center", fontsize=8)
    axes.axvline(0, color="black", linewidth=0.8)
    low, high = min(alarms) - 15, max(missed) + 15
    axes.set(
        yticks=rows,
        yticklabels=names,
        xlim=(low, high),
        xticks=[],
        title="What each check gets wrong",
    )
    axes.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
