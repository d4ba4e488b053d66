// Points that are made, the same ones each time.
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Point } from "../state.js";

/** What is drawn of a generator: uniform numbers from 0 to 1, and normal ones. */
interface Random {
  readonly uniform: () => number;
  readonly normal: () => number;
}

function randomOf(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(generator);
  // Box and Muller.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

const make = (
  count: number,
  seed: number,
  point: (random: Random, label: 0 | 1, i: number) => readonly [number, number],
): readonly Point[] => {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, i): Point => {
    const label = i % 2 === 0 ? 0 : 1;
    const [x, y] = point(random, label, i);
    return [x, y, label];
  });
};

/** Two squares of the plane for each class, across from one another: no line parts them. */
const xor = make(300, 21, ({ uniform }, label, i) => {
  const away = (): number => 0.25 + 2.5 * uniform();
  const side = i % 4 < 2 ? 1 : -1;
  return [side * away(), (label === 0 ? side : -side) * away()];
});

/** Two half circles, each with its end in the other. */
const moons = make(300, 22, ({ uniform, normal }, label) => {
  const angle = Math.PI * uniform();
  const [x, y] = label === 0 ? [Math.cos(angle) - 0.5, Math.sin(angle) - 0.25] : [0.5 - Math.cos(angle), 0.25 - Math.sin(angle)];
  return [1.8 * x + 0.18 * normal(), 1.8 * y + 0.18 * normal()];
});

/** One class around the other. */
const circles = make(300, 23, ({ uniform, normal }, label) => {
  const angle = 2 * Math.PI * uniform();
  const radius = (label === 0 ? 2.6 : 1) + 0.22 * normal();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});

/** Two arms that turn around each other. */
const spiral = make(400, 24, ({ normal }, label, i) => {
  const t = Math.floor(i / 2) / 200;
  const angle = 3.4 * Math.PI * t ** 0.8 + (label === 0 ? 0 : Math.PI);
  const radius = 0.25 + 2.9 * t;
  return [radius * Math.cos(angle) + 0.06 * normal(), radius * Math.sin(angle) + 0.06 * normal()];
});

export const dataSets = { xor, moons, circles, spiral } as const;
