"""The figures as a page of Markdown."""

SEED, SLOW = "the seed's loop", "torch gradcheck, slow mode"

OPENING = """# Gradient checks, ours and the frameworks'

`make bench-gradcheck` asks every checker the same thing: is this gradient, written by hand, that of
this network's cost? Networks have two hidden ReLU layers, a sigmoid output and the cross-entropy.
The frameworks' checks are called as their documentation shows, with their own steps and tolerances,
in double precision, on a backward pass of ours; functions that return a number without a verdict
are compared with the customary 1e-7. All of it in one run, in turn, one thread each; times are
medians. *The seed's loop* is that of the notebook that the course began with, its mistakes fixed.

![Time against parameters](speed.svg)

![False alarms and overlooked errors](sureness.svg)
"""

TIMES = """## Time

In brackets: how many times as fast as the seed's loop, which is measured on some of the parameters
where all would take longer than seconds. What would take longer than half a minute was not waited
for. `check_directions`, torch's fast mode, jax and autograd look at a few random directions, all
others at every parameter. The `NetworkCost` is made beforehand, as any cost is."""

ACCURACY = """## Accuracy

How far numerical gradients are from long double, as a share of the largest entry, on {cases:,} live
cases (a tenth as many for numdifftools)."""

SURENESS = """## False alarms and blind spots

Right gradients: {many:,} random networks of 47 parameters, and as many with a unit within 1e-9 to
1e-5 of its kink. Wrong ones: all bugs of the bank on {often} live cases each; a column of dW1 whose
input is a millionth of the others, off by a tenth; one entry off by a thousandth. So for the seed's
loop and check_gradients; {few:,} networks and {seldom} cases for the others."""

LAYERS = """## Layers

{bugs} classic bugs in the backward passes of {layers} layers (layer and batch normalisation,
softmax, convolution, pooling, embedding, attention, a GRU cell, …), and the {layers} without a bug,
each on {draws} draws of inputs. `check_gradients of the sum` is what most people write: the layer
gets an upstream gradient of ones. `check_vjp` and jax's check draw one; torch's slow mode looks at
the whole Jacobian. Times are medians for a layer without a bug."""


def page(figures):
    """Return the page.

    Parameters
    ----------
    figures : dict
        As `benchmarks.gradcheck.__main__` writes them: JSON, so that all keys are text.

    Returns
    -------
    str
    """
    alarms = figures["alarms"]
    often, seldom = figures["cases"]
    counts = {
        "many": alarms["many"],
        "few": alarms["few"],
        "cases": 2 * alarms["few"],
        "often": often,
        "seldom": seldom,
    }
    return "\n".join(
        [
            OPENING,
            *_made(figures["made"]),
            TIMES,
            *_times(figures),
            "",
            ACCURACY.format(**counts),
            *_accuracy(figures),
            "",
            SURENESS.format(**counts),
            *_sureness(figures),
            "",
            LAYERS.format(**figures["layers"]),
            *_layers(figures["layers"]),
            "",
        ]
    )


def _made(made):
    versions = ", ".join(f"{name} {found}" for name, found in made["versions"].items() if found)
    yield (
        f"Made on {made['date']} with {made['cores']} shared cores ({made['machine']}, Linux "
        f"{made['linux']}), Python {made['python']}, {versions}."
    )
    if "times" in made:
        since = f"; {made['since']}" if "since" in made else ""
        yield f"Times were measured by themselves, on a quieter machine, on {made['times']}{since}."
    if made["not installed"]:
        yield f"Not installed: {', '.join(made['not installed'])}."
    yield ""


def _times(figures):
    seconds = figures["seconds"]
    for m in next(iter(seconds.values())):
        yield ""
        heads = " | ".join(f"{int(n):,} parameters" for n in seconds)
        yield f"| {m} examples | {heads} |"
        yield "|---|" + "---|" * len(seconds)
        for name in seconds["47"][m]:
            cells = [_time(seconds[n][m][name], seconds[n][m][SEED]) for n in seconds]
            yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""
    yield (
        f"`check_gradients` of 98,817 parameters and 128 examples has "
        f"{figures['megabytes']:.0f} MB of arrays at most."
    )
    at = seconds["9765"]
    ratios = [f"{at[m][SLOW] / at[m]['check_gradients']:,.0f}" for m in at if at[m].get(SLOW)]
    if ratios:
        yield (
            f"At 9,765 parameters it is {' and '.join(ratios)} times as fast as torch's slow mode."
        )


def _accuracy(figures):
    yield ""
    yield "| | median | worst |"
    yield "|---|---|---|"
    for name, (middle, worst) in figures["accuracy"].items():
        yield f"| {name} | {middle:.1e} | {worst:.1e} |"


def _sureness(figures):
    yield ""
    yield (
        "| | right, called wrong | near a kink, called wrong | bugs caught | the least caught "
        "bug | a faint column caught | one entry caught |"
    )
    yield "|---|---|---|---|---|---|---|"
    alarms = figures["alarms"]
    for name, shares in figures["caught"].items():
        cells = [alarms["random"][name], alarms["near kinks"][name], *shares]
        yield f"| {name} | " + " | ".join(f"{100 * cell:.4g}%" for cell in cells) + " |"
    for name, share in alarms["inconclusive"].items():
        yield ""
        yield (f"Near a kink, `{name}` leaves {100 * share:.2g}% of the parameters inconclusive.")


def _layers(found):
    yield ""
    yield "| | bugs caught | in all draws | layers accused | a layer |"
    yield "|---|---|---|---|---|"
    for name, each in found["checks"].items():
        yield (
            f"| {name} | {100 * each['caught']:.4g}% | {each['seen']} of {found['bugs']} "
            f"| {100 * each['accused']:.3g}% | {1e3 * each['seconds']:.3g} ms |"
        )


def _time(seconds, seed):
    if seconds is None:
        return "not waited for"
    shown = f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"
    ratio = seed / seconds
    return f"{shown} ({ratio:,.0f})" if ratio >= 10 else f"{shown} ({ratio:.2g})"
