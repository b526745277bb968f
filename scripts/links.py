"""Ask every outside address that pages and references name whether it still answers.

Dead is what is gone (404, 410), what fails and what can't be reached, each time it is
asked. A site that turns programs away (401, 403, 429 and the like) is alive.
"""

import time
import urllib.error
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urldefrag

from scripts.environment import say
from scripts.model import read_handbook

ATTEMPTS = 3
AT_ONCE = 8
GONE = {404, 410, *range(500, 600)}
PAUSE = 2.0  # seconds before the second attempt; twice as long before the third
TIMEOUT = 20.0  # seconds
AGENT = "Mozilla/5.0 (compatible; link check of the Deep Learning Interview Handbook)"


def addresses(root: Path) -> dict[str, list[str]]:
    """Return each outside address with the places, ``file:line``, that name it."""
    handbook = read_handbook(root)
    named = [("docs/references.md", r.line, r.url) for r in handbook.references]
    for page in handbook.all_texts():
        named += [(page.path, link.line, link.target) for link in page.links]
        named += [(page.path, own.line, own.url) for own in page.definitions]
    places = defaultdict(list)
    for path, line, target in named:
        if target.startswith(("http://", "https://")):
            places[urldefrag(target).url].append(f"{path}:{line}")
    return places


def _answer(address: str, method: str) -> int | str:
    """Return the status of one request, or the reason why there is none."""
    try:
        url = quote(address, safe="!#$%&'()*+,/:;=?@[]~")
        agent = {"User-Agent": AGENT}
        request = urllib.request.Request(url, method=method, headers=agent)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, HTTPException, ValueError) as error:
        return str(error) or type(error).__name__


def ask(address: str) -> int | str:
    """Return how an address answers HEAD or else GET, asking again if that may help."""
    status: int | str = ""
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE * attempt)
        for method in ("HEAD", "GET"):
            status = _answer(address, method)
            if isinstance(status, int) and status < 400:
                return status
        if isinstance(status, int) and status < 500 and status != 429:
            break
    return status


def run(root: Path) -> int:
    """Print the places of dead addresses; return 1 if there are any, else 0."""
    places = addresses(root)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(places, pool.map(ask, places), strict=True))
    dead = {a: s for a, s in answers.items() if isinstance(s, str) or s in GONE}
    for address, status in dead.items():
        for place in places[address]:
            say(f"{place}: {address} is dead: {status}")
    others = [s for s in answers.values() if isinstance(s, int) and s not in GONE]
    refused = sum(status >= 400 for status in others)
    say(f"{len(answers)} addresses, {len(dead)} dead, {refused} turn programs away")
    return 1 if dead else 0
