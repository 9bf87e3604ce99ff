"""Linear time in scripts: text of other people is read in time proportional to its length, so that no card stops the pages that
show it."""

import json

import pytest

from tests.support.browsers import Browsers
from tests.support.linear_time import MOST, TIMES, TRIES

pytestmark = pytest.mark.browser

LONG = 16_000  # characters; of a text that people type it is 4,000
PARTS = ["\u0327\u0301", "\u0344", " ", "a ", "-", "1", "1 ", "-1 ", " 1m", ".", "{", "{a", "{a}", "\n", "é", "\ufdfa", "a.b"]
# Parts for which the time grows by more than the accepted ratio (the quickest of some attempts).
GROWTH = """async ([parts, long, times, most, tries]) => {
  const { searchableText, tokenize } = await import("/static/js/core/rules/text_filter.js");
  const { parseTime } = await import("/static/js/forms/parse_time.js");
  const { t } = await import("/static/js/core/i18n.js");
  const { fill } = await import("/static/js/format/event_text.js");
  const { initials } = await import("/static/js/shared/avatars.js");
  const now = new Date();
  const readers = {
    words: (text) => tokenize(text), text: (text) => searchableText([text]),
    when: (text) => parseTime(text, now), t: (text) => t(text),
    sentence: (text) => fill({ says: text, values: {} }), initials: (text) => initials(text),
    slow: (text) => text.normalize("NFD"),
  };
  const took = (read, text) => {
    const began = performance.now();
    read(text);
    return performance.now() - began;
  };
  const grows = (read, start, part) => {
    let short = Infinity, longer = Infinity;
    for (let at = 0; at < tries; at++) {
      longer = Math.min(longer, took(read, start + part.repeat(long / part.length) + "x"));
      short = Math.min(short, took(read, start + part.repeat(long / part.length / times) + "x"));
      if (longer <= most * Math.max(short, 0.2)) return false; // a browser's clock is a coarse one
    }
    return true;
  };
  const slow = (read) => parts.filter((part) => ["a", "-"].some((start) => grows(read, start, part)));
  return Object.entries(readers).map(([name, read]) => [name, slow(read)]);
}"""


@pytest.mark.slow
async def test_time_grows_with_the_length_alone(browsers: Browsers) -> None:
    window = await browsers.window("Bob")
    await window.page.goto("/")
    asked = [PARTS, LONG, TIMES, MOST, TRIES]
    found = dict(await window.page.evaluate(GROWTH, asked))
    assert found.pop("slow") == ["\u0327\u0301"], "what takes the square of the length is found"
    assert found == {name: [] for name in found}, json.dumps(found)
