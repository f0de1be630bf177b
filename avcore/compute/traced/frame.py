"""The parts of a kernel that are the same for all pictures: loops over rows and pixels, and the packing."""

from __future__ import annotations

from avcore.compute.traced.program import FLOAT, WHOLE
from avcore.compute.traced.values import BYTES, LANES, TYPES, Body, Value

# Rows of pixels, LANES at a time, through all stages.
_DRAW = """\
define void @draw(i64 %rows, i64 %columns, ptr %us, ptr %vs, ptr %numbers, ptr %planes) #0 {{
entry:
  %between = alloca [{kept} x {vector}], align {bytes}
  %stride = mul i64 %rows, %columns
  br label %row
row:
  %y = phi i64 [0, %entry], [%below, %rowend]
  %v_at = getelementptr float, ptr %vs, i64 %y
  %v = load float, ptr %v_at, align 4
  %start = mul i64 %y, %columns
  br label %pixels
pixels:
  %x = phi i64 [0, %row], [%right, %pixels]
  %here = getelementptr float, ptr %us, i64 %x
  %place = add i64 %start, %x
  %there = getelementptr float, ptr %planes, i64 %place
{calls}
  %right = add i64 %x, {lanes}
  %more = icmp slt i64 %right, %columns
  br i1 %more, label %pixels, label %rowend
rowend:
  %below = add i64 %y, 1
  %again = icmp slt i64 %below, %rows
  br i1 %again, label %row, label %end
end:
  ret void
}}"""

_PACK = """\
define void @pack_{scalar}(i64 %pixels, float %share, ptr %planes, ptr %out) #0 {{
entry:
  br label %loop
loop:
  %x = phi i64 [0, %entry], [%next, %loop]
{body}
  %place = mul i64 %x, 3
  %to = getelementptr {scalar}, ptr %out, i64 %place
  store <{three} x {scalar}> %rgb, ptr %to, align 1
  %next = add i64 %x, {lanes}
  %more = icmp slt i64 %next, %pixels
  br i1 %more, label %loop, label %end
end:
  ret void
}}"""

STAGE_ARGUMENTS = "ptr %us, float %v, ptr %numbers, ptr %between, ptr %planes, i64 %stride"

# No sign of errors: the code calls nothing that could throw.
_ATTRIBUTES = "attributes #0 = { nounwind }"


def module(stages: list[list[str]], *, kept: int) -> str:
    """A whole module around the instructions of the stages, which keep so many vectors between them."""
    functions = [
        "\n".join([f"define internal void @stage{number}({STAGE_ARGUMENTS}) #0 {{", *lines, "ret void", "}"])
        for number, lines in enumerate(stages)
    ]
    calls = "\n".join(
        f"call void @stage{number}(ptr %here, float %v, ptr %numbers, ptr %between, ptr %there, i64 %stride)"
        for number in range(len(stages))
    )
    draw = _DRAW.format(calls=calls, kept=max(1, kept), lanes=LANES, vector=TYPES[FLOAT], bytes=BYTES)
    packs = [_pack("float", 1.0), _pack("i16", 65535.0), _pack("i8", 255.0)]
    return "\n\n".join([*functions, draw, *packs, *_declared(), _ATTRIBUTES])


def add_colour(body: Body, colour: list[Value]) -> None:
    """Add the colours to the planes, within [0, 1]; what is not a number is 0."""
    for channel, value in enumerate(colour):
        offset = body.value(WHOLE, f"mul i64 %stride, {channel}").name
        place = body.value(WHOLE, f"getelementptr float, ptr %planes, i64 {offset}").name
        total = body.value(FLOAT, f"load {TYPES[FLOAT]}, ptr {place}, align 4") + within(value)
        body.lines.append(f"store {TYPES[FLOAT]} {total.name}, ptr {place}, align 4")


def within(value: Value) -> Value:
    """A colour in [0, 1], 0 where it is not a number."""
    return value.most(0.0).least(1.0)


def _pack(scalar: str, largest: float) -> str:
    """The function that makes pixels of planes: their ``share`` of the sum, in [0, ``largest``], rounded."""
    body = Body()
    one = body.value(FLOAT, f"insertelement {TYPES[FLOAT]} poison, float %share, i32 0").name
    share = body.value(
        FLOAT, f"shufflevector {TYPES[FLOAT]} {one}, {TYPES[FLOAT]} poison, {TYPES[WHOLE]} zeroinitializer"
    )
    kind, channels = f"<{LANES} x {scalar}>", []
    for channel in range(3):
        offset = body.value(WHOLE, f"mul i64 %pixels, {channel}").name
        at = body.value(WHOLE, f"add i64 {offset}, %x").name
        place = body.value(WHOLE, f"getelementptr float, ptr %planes, i64 {at}").name
        value = within(body.value(FLOAT, f"load {TYPES[FLOAT]}, ptr {place}, align 4") * share)
        if scalar != "float":
            whole = (value * largest + 0.5).to_whole()
            value = body.value(WHOLE, f"trunc {TYPES[WHOLE]} {whole.name} to {kind}")
        channels.append(value.name)
    red, green, blue = channels
    two, three = 2 * LANES, 3 * LANES
    both = body.value(WHOLE, _shuffle(kind, red, green, list(range(two)))).name
    wide = body.value(WHOLE, _shuffle(kind, blue, "poison", [i % LANES for i in range(two)])).name
    pairs = [place for i in range(LANES) for place in (i, LANES + i, two + i)]
    body.lines.append(f"%rgb = {_shuffle(f'<{two} x {scalar}>', both, wide, pairs)}")
    return _PACK.format(scalar=scalar, body="\n".join(body.lines), three=three, lanes=LANES)


def _shuffle(kind: str, one: str, other: str, places: list[int]) -> str:
    chosen = ", ".join(f"i32 {place}" for place in places)
    return f"shufflevector {kind} {one}, {kind} {other}, <{len(places)} x i32> <{chosen}>"


def _declared() -> list[str]:
    floats = TYPES[FLOAT]
    gather = f"{floats} @llvm.masked.gather.v{LANES}f32.v{LANES}p0(<{LANES} x ptr>, i32, {TYPES['b']}, {floats})"
    return [
        *(f"declare {floats} @llvm.{name}.v{LANES}f32({floats})" for name in ("floor", "sqrt", "fabs")),
        f"declare {gather}",
    ]
