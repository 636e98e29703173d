/** Numbers from 0 to `below` − 1, the same ones for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Ways in which a file goes wrong, by name. Each gives other bytes and leaves the given ones be. */
export const MANGLERS: Readonly<
  Record<string, (bytes: Buffer, random: Random, other: Buffer) => Buffer>
> = {
  bits: (bytes, random) =>
    changed(bytes, random, 1 + random(16), (copy, at) => {
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    }),
  // Where formats keep what they say of themselves.
  head: (bytes, random) =>
    changed(
      bytes.subarray(0, 1024),
      random,
      1 + random(6),
      (copy, at) => {
        copy[at] = random(256);
      },
      bytes,
    ),
  run: (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random(copy.length);
    return copy.fill(random(2) === 0 ? 0 : 0xff, at, Math.min(copy.length, at + 1 + random(2048)));
  },
  cut: (bytes, random) => Buffer.from(bytes.subarray(0, 1 + random(bytes.length))),
  swap: (bytes, random) => {
    const size = 1 + random(Math.max(1, bytes.length >> 2));
    const [one, two] = [random(bytes.length), random(bytes.length)];
    const copy = Buffer.from(bytes);
    bytes.copy(copy, one, two, two + size);
    bytes.copy(copy, two, one, one + size);
    return copy;
  },
  // A number of four bytes, as lengths, sizes, rates and times are: none, most, negative, huge.
  number: (bytes, random) =>
    changed(
      bytes.subarray(0, 4096),
      random,
      1 + random(3),
      (copy, at) => {
        const values = [0, 1, 0xff_ff_ff_ff, 0x7f_ff_ff_ff, 0x80_00_00_00, random(2 ** 32)];
        const value = values[random(values.length)] ?? 0;
        if (at + 4 > copy.length) return;
        if (random(2) === 0) copy.writeUInt32BE(value, at);
        else copy.writeUInt32LE(value, at);
      },
      bytes,
    ),
  splice: (bytes, random, other) =>
    Buffer.concat([bytes.subarray(0, random(bytes.length)), other.subarray(random(other.length))]),
  repeat: (bytes, random) => {
    const at = random(bytes.length);
    const block = bytes.subarray(at, at + 1 + random(4096));
    const times = 1 + random(64);
    return Buffer.concat([bytes.subarray(0, at), ...Array(times).fill(block), bytes.subarray(at)]);
  },
  drop: (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4096))]);
  },
};

/** A copy with some places of a part changed; the rest of the file follows it. */
function changed(
  part: Buffer,
  random: Random,
  times: number,
  change: (copy: Buffer, at: number) => void,
  whole = part,
): Buffer {
  const copy = Buffer.from(whole);
  for (let time = 0; time < times; time++) change(copy, random(part.length));
  return copy;
}
