"""The contestants beside ours, one file for each, every one written as its own documentation would have it.

Those of dispatch and memory run in this process. Those whose names end in `_app` are servers, with the same routes:
`GET /` a page, `GET /sse` a stream, `POST /say/<times>/<stamp>` so many broadcasts to all streams, and `POST /greet` an
answer of one event. Each begins with one event, and sends the same bytes; queues hold 1,000 frames. They are started as
`python -m benchmarks._peers.NAME PORT`.
"""
