"""`ctx.charge`: work that an interpreter does for others counts against its dispatch."""

from effects import Context, LimitError, Limits, Registry, create_dispatch


async def test_what_is_charged_counts_against_the_root() -> None:
    """Continuations included; once it is used up, nothing more is taken up."""
    plugin = Registry("plugin")
    plugin.effect("work")(lambda ctx, count: ctx.charge(count))
    dispatch = create_dispatch([plugin], limits=Limits(members=10))
    result = await dispatch([["work", 6], ["work", 4], ["work", 1], ["work", 0]])
    assert [type(record.exception) for record in result.errors] == [LimitError]
    assert [record.path for record in result.results] == [(0,), (1,)]


async def test_a_charge_gives_nothing_back() -> None:
    """A negative count is a mistake."""
    plugin = Registry("plugin")

    @plugin.effect("cheat")
    def cheat(ctx: Context) -> None:
        ctx.charge(-5)

    (record,) = (await create_dispatch([plugin])([["cheat"]])).errors
    assert isinstance(record.exception, ValueError)
