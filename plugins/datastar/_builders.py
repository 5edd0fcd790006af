"""Effect vectors from typed calls: `patch_elements(row, selector="#list", mode="append")`.

The functions only build data, which can be written by hand as well. The data is checked when the effect runs. Options
that are missing or None are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from ._elements import HasHtml, fragment
from ._options import Namespace, PatchMode

__all__ = ["close_sse", "execute_script", "patch_elements", "patch_signals", "redirect", "remove_elements"]


def patch_elements(
    *elements: HasHtml,
    selector: str | None = None,
    mode: PatchMode | None = None,
    namespace: Namespace | None = None,
    use_view_transition: bool | None = None,
    view_transition_selector: str | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> list[object]:
    """Patch elements into the page. Several elements become one `fragment`; without any, `mode` has to be `remove`.

    `retry` is in milliseconds. Raises `ArgumentError` if there are several elements and one has no `__html__`. See
    `encode_patch_elements` for the options.

    >>> patch_elements(html("<li>1</li>"), selector="#list", mode="append")
    ['patch-elements', Markup('<li>1</li>'), {'selector': '#list', 'mode': 'append'}]
    """
    return _make_vector(
        "patch-elements",
        elements[0] if len(elements) == 1 else fragment(*elements) if elements else None,
        selector=selector,
        mode=mode,
        namespace=namespace,
        use_view_transition=use_view_transition,
        view_transition_selector=view_transition_selector,
        event_id=event_id,
        retry=retry,
    )


def remove_elements(
    selector: str,
    *,
    use_view_transition: bool | None = None,
    view_transition_selector: str | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> list[object]:
    """Remove the elements that match a CSS selector. `retry` is in milliseconds. See `encode_remove_elements`.

    >>> remove_elements("#row-7")
    ['remove-elements', '#row-7']
    """
    return _make_vector(
        "remove-elements",
        selector,
        use_view_transition=use_view_transition,
        view_transition_selector=view_transition_selector,
        event_id=event_id,
        retry=retry,
    )


def patch_signals(
    signals: Mapping[str, object],
    *,
    only_if_missing: bool | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> list[object]:
    """Patch signals into the page; None removes a signal. `retry` is in milliseconds. See `encode_patch_signals`.

    >>> patch_signals({"connected": True}, only_if_missing=True)
    ['patch-signals', {'connected': True}, {'only_if_missing': True}]
    """
    return _make_vector("patch-signals", signals, only_if_missing=only_if_missing, event_id=event_id, retry=retry)


def execute_script(
    script: str,
    *,
    auto_remove: bool | None = None,
    attributes: Mapping[str, str | bool] | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> list[object]:
    """Make the page run a trusted script. `retry` is in milliseconds. See `encode_execute_script`.

    >>> execute_script(f"alert({js('Hi!')})")
    ['execute-script', 'alert("Hi!")']
    """
    return _make_vector(
        "execute-script", script, auto_remove=auto_remove, attributes=attributes, event_id=event_id, retry=retry
    )


def redirect(
    url: str,
    *,
    attributes: Mapping[str, str | bool] | None = None,
    event_id: str | None = None,
    retry: int | None = None,
) -> list[object]:
    """Make the page go to a URL, http or https. `retry` is in milliseconds. See `encode_redirect`.

    >>> redirect("/welcome")
    ['redirect', '/welcome']
    """
    return _make_vector("redirect", url, attributes=attributes, event_id=event_id, retry=retry)


def close_sse() -> list[object]:
    """End the stream, once all queued frames have been written.

    >>> close_sse()
    ['close-sse']
    """
    return ["close-sse"]


def _make_vector(key: str, argument: object, **options: object) -> list[object]:
    present_options = {name: value for name, value in options.items() if value is not None}
    return [key, argument, present_options] if present_options else [key, argument]
