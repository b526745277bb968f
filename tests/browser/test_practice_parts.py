# ruff: noqa: E501
"""The parts of practice by themselves: schedule, draw, merge."""

import random
from collections import Counter
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

START = 1_767_225_600_000  # 2026-01-01T00:00:00Z


@pytest.fixture(scope="module")
def lab(browser, address):
    """A page in which the modules can be called one by one."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/practice/index.html")
    page.add_script_tag(url=f"{address}/assets/vendor/ts-fsrs/index.umd.js")
    for name in ("schedule", "draw", "store"):
        page.evaluate(
            "async (name) => { window[name] = await import(`/assets/practice/${name}.js`) }",
            name,
        )
    yield page
    context.close()


quick = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
gaps = st.one_of(
    st.integers(0, 3 * 60),  # minutes
    st.integers(0, 40 * 1440),
    st.just(1440),
)
histories = st.lists(st.tuples(gaps, st.integers(1, 4)), min_size=1, max_size=12)


# Schedule


def ordered_due(scheduler, card, grade, time):
    """Return when a card in review comes back by the package's intervals, in order.

    ts-fsrs sees to it that Hard, Good and Easy are a day apart at least, as Anki does;
    the Python package does not.
    """
    if card.state != State.Review or grade == 1:
        return None
    hard, good, easy = (
        (scheduler.review_card(deepcopy(card), Rating(g), time)[0].due - time).days
        for g in (2, 3, 4)
    )
    hard = min(hard, good)
    good = max(good, hard + 1)
    easy = max(easy, good + 1)
    return time + timedelta(days=(hard, good, easy)[grade - 2])


@quick
@given(histories)
def test_the_schedule_is_that_of_the_python_package(lab, history):
    scheduler = Scheduler(enable_fuzzing=False)
    time = datetime.fromtimestamp(START / 1000, UTC)
    card = Card(due=time)
    reviews, expected = [], []
    for minutes, grade in history:
        time += timedelta(minutes=minutes)
        due = ordered_due(scheduler, card, grade, time)
        card, _ = scheduler.review_card(card, Rating(grade), time)
        card.due = due or card.due
        reviews.append(["x", int(time.timestamp() * 1000), grade])
        expected.append((card.stability, card.difficulty, int(card.state), card.due))
    found = lab.evaluate(
        """(reviews) => {
          let memory = null;
          return reviews.map(([, time, grade]) => (memory = schedule.reviewed(memory, time, grade)));
        }""",
        reviews,
    )
    for memory, (stability, difficulty, state, due) in zip(
        found, expected, strict=True
    ):
        assert memory["stability"] == pytest.approx(stability, rel=1e-5)
        assert memory["difficulty"] == pytest.approx(difficulty, rel=1e-5)
        assert memory["state"] == state
        off = datetime.fromtimestamp(memory["due"] / 1000, UTC) - due
        # one rounds the step between one and ten minutes to whole minutes
        assert abs(off) <= timedelta(seconds=31)


def test_the_four_previews_are_what_the_grades_do(lab):
    for reviews in ([], [["x", START, 3]], [["x", START, 4], ["x", START + 9e8, 1]]):
        now = START + 2_000_000_000
        shown, done = lab.evaluate(
            """([reviews, now]) => {
              const memory = schedule.replayed(reviews);
              return [schedule.previews(memory, now),
                schedule.GRADES.map((grade) => schedule.reviewed(memory, now, grade).due - now)];
            }""",
            [reviews, now],
        )
        assert shown == done
        assert shown == sorted(shown)


def test_recall_falls_to_nine_tenths_after_the_stability(lab):
    value = lab.evaluate(
        """(start) => {
          const memory = schedule.reviewed(null, start, 3);
          return [0, 1, 3].map((times) => schedule.recall(memory, start + times * memory.stability * 86400000));
        }""",
        START,
    )
    assert value[0] == pytest.approx(1)
    assert value[1] == pytest.approx(0.9, abs=1e-6)
    assert value[2] < 0.9


def test_the_queue_is_due_then_new_and_keeps_the_days_number(lab):
    found = lab.evaluate(
        """() => {
          const noon = new Date(2026, 4, 5, 12).getTime();
          const hour = 3600000;
          const memories = {
            late: { due: noon - 30 * hour, state: 2 }, tonight: { due: noon + 9 * hour, state: 2 },
            tomorrow: { due: noon + 13 * hour, state: 2 }, step: { due: noon + hour / 6, state: 1 },
            again: { due: noon - 1, state: 3 },
          };
          const ids = [...Object.keys(memories), "n1", "n2", "n3"];
          const of = (id) => memories[id] ?? null;
          return [schedule.queue(ids, of, noon, 2), schedule.queue(ids, of, noon, -3).fresh];
        }"""
    )
    queue, none = found
    assert queue["due"] == ["late", "again", "tonight"]
    assert queue["soon"] == ["step"]
    assert queue["fresh"] == ["n1", "n2"]
    assert none == []


# Drawing


def test_the_same_seed_draws_the_same_and_another_one_not(lab):
    draw = "(seed) => draw.shuffled(draw.generator(seed), [...Array(50).keys()])"
    first = lab.evaluate(draw, "abc")
    assert sorted(first) == list(range(50))
    assert lab.evaluate(draw, "abc") == first
    others = [lab.evaluate(draw, seed) for seed in ("abd", "", "面试", "abc ")]
    assert all(other != first for other in others)


def test_draws_are_fair(lab):
    """Chi-square over places and over pairs of places, 20,000 shuffles of 6."""
    table, pairs, small = lab.evaluate(
        """() => {
          const random = draw.generator("fair");
          const table = Array.from({ length: 6 }, () => Array(6).fill(0));
          const pairs = Array(30).fill(0);
          const small = Array(7).fill(0);
          for (let i = 0; i < 20000; i += 1) {
            const mixed = draw.shuffled(random, [0, 1, 2, 3, 4, 5]);
            mixed.forEach((item, place) => (table[item][place] += 1));
            pairs[mixed[0] * 5 + mixed[1] - (mixed[1] > mixed[0] ? 1 : 0)] += 1;
            small[draw.below(random, 7)] += 1;
          }
          return [table, pairs, small];
        }"""
    )
    for counts in (*table, pairs, small):
        assert stats.chisquare(counts).pvalue > 1e-4


def test_seeds_that_differ_by_a_letter_draw_independently(lab):
    counts = Counter(
        lab.evaluate(
            """() => Array.from({ length: 6000 }, (_, i) =>
              draw.below(draw.generator(`seed${i}`), 10))"""
        )
    )
    assert stats.chisquare([counts[i] for i in range(10)]).pvalue > 1e-4


def test_below_has_no_modulo_bias(lab):
    """With a third of the range left over, a plain modulo would favor small numbers."""
    low, high = lab.evaluate(
        """() => {
          const random = draw.generator("bias");
          const count = 3 * 2 ** 30; // 2^32 mod count = 2^30
          let low = 0;
          for (let i = 0; i < 30000; i += 1) low += draw.below(random, count) < 2 ** 30;
          return [low, 30000 - low];
        }"""
    )
    assert stats.binomtest(low, low + high, 1 / 3).pvalue > 1e-4


def test_weights_are_kept(lab):
    counts = lab.evaluate(
        """() => {
          const random = draw.generator("w");
          const weights = { a: 5, b: 3, c: 0, d: 2 };
          const counts = { a: 0, b: 0, c: 0, d: 0 };
          for (let i = 0; i < 20000; i += 1)
            counts[draw.weighted(random, Object.keys(weights), (name) => weights[name])] += 1;
          return counts;
        }"""
    )
    assert counts.pop("c") == 0
    expected = [10_000, 6_000, 4_000]
    assert stats.chisquare(list(counts.values()), expected).pvalue > 1e-4
    evenly = lab.evaluate(
        """() => {
          const random = draw.generator("0");
          return Array.from({ length: 300 }, () => draw.weighted(random, ["a", "b"], () => 0));
        }"""
    )
    assert set(evenly) == {"a", "b"}


def test_topics_share_no_question(lab):
    topics = [
        {"id": "a", "questions": ["q1", "q2"]},
        {"id": "b", "questions": ["q1", "q2"]},
        {"id": "c", "questions": ["q1", "q2"]},
        {"id": "d", "questions": []},
    ]
    for seed in range(20):
        drawn = lab.evaluate(
            "([seed, topics]) => [...draw.onePerTopic(seed, topics)]",
            [str(seed), topics],
        )
        assert [topic for topic, _ in drawn] == ["a", "b"]
        assert {question for _, question in drawn} == {"q1", "q2"}


def interview(lab, wish, questions):
    return lab.evaluate("([w, q]) => draw.interview(w, q)", [wish, questions])


def wish(**more):
    return {
        "seed": "s",
        "shares": {"projects": 50, "theory": 30, "coding": 20},
        "minutes": {"projects": 7, "theory": 4, "coding": 12},
        "levels": {"basic": 1, "advanced": 1, "expert": 0},
        "length": 60,
        **more,
    }


def bank(count=40):
    levels = ("basic", "advanced", "expert")
    return [
        {"id": f"{pillar}-{i}", "pillar": pillar, "level": levels[i % 3]}
        for pillar in ("theory", "projects", "coding", "industry")
        for i in range(count)
    ]


@pytest.mark.parametrize("length", [30, 45, 60, 75, 90])
def test_an_interview_keeps_shares_time_and_levels(lab, length):
    rounds = interview(lab, wish(length=length), bank())
    assert [one["pillar"] for one in rounds] == ["projects", "theory", "coding"]
    assert abs(sum(one["minutes"] for one in rounds) - length) <= 1.5
    ids = [question["id"] for one in rounds for question in one["questions"]]
    assert len(set(ids)) == len(ids)
    for one, share in zip(rounds, (0.5, 0.3, 0.2), strict=True):
        assert one["minutes"] == pytest.approx(length * share, abs=0.5)
        spent = sum(question["minutes"] for question in one["questions"])
        assert spent == pytest.approx(one["minutes"])
        usual = wish()["minutes"][one["pillar"]]
        assert len(one["questions"]) == max(1, round(one["minutes"] / usual + 1e-9))
    assert not any(int(one.rpartition("-")[2]) % 3 == 2 for one in ids)  # no expert


def test_a_pillar_without_questions_gives_its_time_to_the_others(lab):
    theory = [one for one in bank() if one["pillar"] == "theory"]
    (only,) = interview(lab, wish(), theory)
    assert only["minutes"] == 60
    few = interview(lab, wish(), theory[:2])
    assert len(few[0]["questions"]) == 2
    assert interview(lab, wish(), []) == []


def test_every_question_is_drawn_as_often_as_another_of_its_level(lab):
    counts = Counter()
    questions = [one for one in bank(12) if one["pillar"] == "theory"]
    for seed in range(600):
        wanted = wish(seed=str(seed), shares={"theory": 100}, length=12)
        (one,) = interview(lab, wanted, questions)
        counts.update(question["id"] for question in one["questions"])
    basic = [counts[f"theory-{i}"] for i in range(0, 12, 3)]
    assert stats.chisquare(basic).pvalue > 1e-4


# Merging


ids = st.sampled_from(["a", "b", "c"])
times = st.integers(0, 50)
records = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "reviews": st.lists(st.tuples(ids, times, st.integers(1, 4)), max_size=8),
        "undone": st.dictionaries(st.sampled_from(["a@1", "b@2"]), times, max_size=2),
        "values": st.dictionaries(
            st.sampled_from(["star:a", "suspend:b"]),
            st.tuples(st.booleans(), times),
            max_size=2,
        ),
        "sessions": st.dictionaries(
            st.sampled_from(["s", "t"]),
            st.fixed_dictionaries({"changed": times, "notes": st.text(max_size=3)}),
            max_size=2,
        ),
    }
)
MERGE = """([a, b, c]) => {
  const [x, y, z] = [a, b, c].map((one) => store.validated(one));
  const text = (one) => JSON.stringify(one, (key, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.keys(value).sort().map((k) => [k, value[k]])) : value);
  const m = store.merged;
  return {
    order: text(m(x, y)) === text(m(y, x)),
    grouping: text(m(m(x, y), z)) === text(m(x, m(y, z))),
    twice: text(m(m(x, y), y)) === text(m(x, y)),
    self: text(m(x, x)) === text(m(x, store.empty())),
    merged: m(x, y),
  };
}"""


@quick
@given(records, records, records)
def test_merging_is_free_of_order_and_loses_nothing(lab, one, other, third):
    found = lab.evaluate(MERGE, [one, other, third])
    merged = found.pop("merged")
    assert all(found.values()), found
    keys = {(r[0], r[1]) for r in [*one["reviews"], *other["reviews"]]}
    assert {(r[0], r[1]) for r in merged["reviews"]} == keys
    assert merged["undone"].keys() == one["undone"].keys() | other["undone"].keys()
    for part, when in (
        ("values", lambda v: v[1]),
        ("sessions", lambda v: v["changed"]),
    ):
        for key, value in merged[part].items():
            known = [r[part][key] for r in (one, other) if key in r[part]]
            assert when(value) == max(when(each) for each in known)


def test_what_the_reviews_come_to_is_computed_once(lab):
    rng = random.Random(0)
    reviews = [
        [f"q{rng.randrange(50)}", START + i * 60_000, rng.randint(1, 4)]
        for i in range(200)
    ]
    calls = lab.evaluate(
        """(reviews) => {
          const kept = new Map([[store.KEY, JSON.stringify({ ...store.empty(), reviews })]]);
          const storage = {
            getItem: (key) => kept.get(key) ?? null,
            setItem: (key, value) => kept.set(key, value),
            removeItem: (key) => kept.delete(key),
          };
          const { prototype } = FSRS.FSRS;
          const { next } = prototype;
          let calls = 0;
          prototype.next = function (...given) { calls += 1; return next.apply(this, given); };
          const counted = (work) => { calls = 0; work(); return calls; };
          let one;
          const found = [
            counted(() => (one = new store.Store(storage, () => 1.8e12))),
            counted(() => one.set("x", 1)),
            counted(() => (one = new store.Store(storage, () => 1.8e12))),
            counted(() => one.review("q1", 3)),
          ];
          prototype.next = next;
          return found;
        }""",
        reviews,
    )
    assert calls == [200, 0, 0, 1]
