"""Operations of all kinds, and what can happen to their lines, drawn by hypothesis."""

from hypothesis import strategies as st

from nodes.intake.records import Compaction, Scores, Transfer

SATELLITES = (
    "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S",
    "12L9ZFwhzVpuEKMUNUqkaTLGzwY9G24tbiigLiXpmZWKwmcNDDs",
    "121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6",
    "1wFTAgs9DP5RSnCqKV1eLf6N9wtk4EAtmN5DpSxcs8EjT69tGE",
)
ADDRESSES = ("109.61.92.70", "172.17.0.1", "2a01:4f8:c17:2a::1", "fe80::1", "::ffff:109.61.92.70")
ERRORS = (
    "unexpected EOF",
    "write tcp 10.0.17.120:28967->66.23.193.251:12201: write: broken pipe",
    "INFO\tpiecestore\tuploaded #011 failed {canceled}",
    'say "hello" \\ <b>&',
)
YEAR_2019, YEAR_2031 = 1_546_300_800_000_000, 1_924_992_000_000_000

moments = st.integers(YEAR_2019, YEAR_2031)
satellites = st.sampled_from(SATELLITES)
# What JSON can carry and a database can take.
errors = st.sampled_from(ERRORS) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40
)
# Numbers that are the same when divided by a hundred, written out, and multiplied again.
per_cents = st.integers(0, 64).map(lambda part: part / 64 * 100)


@st.composite
def transfers(draw: st.DrawFn) -> Transfer:
    action = draw(st.sampled_from(("GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT")))
    status = draw(st.sampled_from(("", "success", "canceled", "failed")))
    says_why = status == "failed" or (status == "canceled" and action.startswith("GET"))
    has_size = status != "" or action.startswith("GET")
    return Transfer(
        at=draw(moments),
        coarse=False,
        status=status,
        action=action,
        size=draw(st.integers(0, 10**12)) if has_size else None,
        piece_id=draw(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=52, max_size=52)),
        satellite_id=draw(satellites),
        remote_ip=draw(st.sampled_from(ADDRESSES)),
        error_reason=draw(errors) if says_why else None,
    )


scores = st.builds(
    Scores,
    at=moments,
    satellite_id=satellites,
    audit_score=per_cents,
    suspension_score=per_cents,
    online_score=per_cents,
    audits_succeeded=st.integers(0, 10**9),
    audits=st.integers(0, 10**9),
)
compactions = st.builds(
    Compaction,
    at=moments,
    satellite_id=satellites,
    store=st.sampled_from(("s0", "s1")),
    duration=st.integers(0, 10**6).map(lambda quarters: quarters / 4),
    reclaimed=st.integers(0, 2**50),
    rewritten=st.integers(0, 2**50),
    table_load=per_cents,
    trash_percent=per_cents,
)
operations = transfers() | scores | compactions


@st.composite
def damaged(draw: st.DrawFn, lines: st.SearchStrategy[bytes]) -> bytes:
    """A good line that was cut, torn, doubled in part or overwritten."""
    line = draw(lines)
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
        put = draw(st.sampled_from((b"", line[start:end] * 2, b"\0", b"\xff", b'"', b"\\", b"\t", b"{", b"}")))
        line = line[:start] + (put or draw(st.binary(max_size=4))) + line[end if draw(st.booleans()) else start :]
    return line
