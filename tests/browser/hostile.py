"""Texts of visitors who mean no good, or just live elsewhere. Had any of it run, `hacked` would be defined."""

from __future__ import annotations

__all__ = ["NASTY"]

NASTY = {
    "a script": "<script>window.hacked = true</script>",
    "an image": "<img src=/hacked onerror='window.hacked = true'>",
    "a way out of a tag": "'\"><svg onload='window.hacked = true'>",
    "a way out of a string": "'; window.hacked = true; \"; window.hacked = true; `; window.hacked = true; //",
    "a way out with backslashes": "\\'; window.hacked = true; \\\"; window.hacked = true; //\\",
    "an attribute that runs": '<p data-init="window.hacked = true" data-on:load="window.hacked = true">x</p>',
    "an action": "@get('/hacked')",
    "an action that does not exist": "@bob(home) $hacked @post(`/hacked`)",
    "a template": "${window.hacked = true} {{7*7}} {% raise %} #{1+1} <%= 1 %>",
    "the end of everything": "</textarea></title></script></style>--></body></html>]]>",
    "references": "&lt;script&gt; &amp;amp; &#39;; window.hacked=true; &#x27;&quot;",
    "events": 'x\nevent: datastar-patch-elements\ndata: elements <img src=/hacked>\n\ndata: "y"\rid: 7\r\nretry: 1',
    "separators": "one\u2028two\u2029three\u0085four\x0bfive\x0csix\x1cseven\ttab",
    "emoji": "\N{GRINNING FACE} \N{FAMILY} \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
    "JSON": '{"__proto__": {"hacked": true}, "a": null}',
    "ten kilobytes": "<b>@get('/hacked')\"'; \\ </b> " * 300,
}
