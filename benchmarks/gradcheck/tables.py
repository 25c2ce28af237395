"""The figures as Markdown tables, for benchmarks/README.md."""

SEED, SLOW = "the seed's loop", "torch gradcheck, slow mode"


def of(figures):
    """Yield the lines.

    Parameters
    ----------
    figures : dict
        As `benchmarks.gradcheck.__main__` writes them: JSON, so that all keys are text.
    """
    made, seconds = figures["made"], figures["seconds"]
    versions = ", ".join(f"{name} {found}" for name, found in made["versions"].items() if found)
    yield (f"{made['cores']} shared cores ({made['machine']}, Linux {made['linux']}), Python "
           f"{made['python']}, {versions}; {made['date']}. One thread each, interleaved, medians.")
    if made["not installed"]:
        yield f"Not installed: {', '.join(made['not installed'])}."
    for m in next(iter(seconds.values())):
        yield ""
        yield f"| time of a check, {m} examples | " + " | ".join(
            f"{int(n):,} parameters" for n in seconds) + " |"
        yield "|---|" + "---|" * len(seconds)
        for name in seconds["47"][m]:
            cells = [_time(seconds[n][m][name], seconds[n][m][SEED]) for n in seconds]
            yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""
    yield (f"The whole of check_gradients, 98,817 parameters and 128 examples, has "
           f"{figures['megabytes']:.0f} MB of arrays at most.")
    if SLOW in seconds["9765"]["3"]:
        ratios = [seconds["9765"][m][SLOW] / seconds["9765"][m]["check_gradients"]
                  for m in seconds["9765"] if seconds["9765"][m][SLOW]]
        yield (f"Against torch's slow mode at 9,765 parameters: "
               f"{' and '.join(f'{ratio:.0f}' for ratio in ratios)} times as fast.")
    yield ""
    yield "| max error / max gradient, live cases | median | worst |"
    yield "|---|---|---|"
    for name, (middle, worst) in figures["accuracy"].items():
        yield f"| {name} | {middle:.1e} | {worst:.1e} |"
    yield ""
    yield ("| | right, called wrong | right, near a kink, called wrong | bugs caught | the least "
           "caught bug | a faint gradient off by a tenth | one entry off by a thousandth |")
    yield "|---|---|---|---|---|---|---|"
    for name, shares in figures["caught"].items():
        alarms = figures["alarms"]
        cells = [alarms["random"][name], alarms["near kinks"][name], *shares]
        yield f"| {name} | " + " | ".join(f"{100 * cell:.4g}%" for cell in cells) + " |"


def _time(seconds, seed):
    if seconds is None:
        return "not waited for"
    shown = f"{seconds:.3g} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"
    ratio = seed / seconds
    times = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"
    return f"{shown} ({times})"
