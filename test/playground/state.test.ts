import { expect, test } from "vitest";
import { fromHash, initialState, type State, toHash } from "../../docs/playground/state.js";

test("An address without a state is that of the beginning, and the other way round", () => {
  expect(toHash(initialState)).toBe("");
  expect(fromHash("")).toEqual(initialState);
});

test("A state comes back from its address to the last digit", () => {
  const state: State = {
    tab: "training",
    source: "ŷ = σ(w * x)\nL = (ŷ − y)² & 1 + #",
    values: {
      w: 0.1 + 0.2,
      x: [1, -2.5e-17],
      M: [
        [1, 2],
        [3, 4],
      ],
    },
    by: "x",
    stabilized: true,
    step: 0,
    training: {
      source: "data",
      features: ["mean_area", "worst_texture"],
      placed: [
        [0.25, -1, 1],
        [3, 2.5, 0],
      ],
      learningRate: 0.07,
      l2: 0,
      method: "newton",
      hidden: 0,
      weights: [1 / 3, -2e-9, 5],
      iteration: 12,
      curve: [
        [0, 0.7],
        [12, 1.5e-7],
      ],
      label: 0,
    },
  };
  expect(fromHash(`#${toHash(state)}`)).toEqual(state);
});

test("Of an address only features that there are, and points that can be seen, are taken", () => {
  expect(fromHash("features=foo,bar").training.features).toEqual(initialState.training.features);
  expect(fromHash("features=mean_area,bar").training.features).toEqual(initialState.training.features);
  expect(fromHash("placed=1e9 0 1 0 -1e9 0 1 2 1").training.placed).toEqual([[1, 2, 1]]);
});

test("A course of losses is taken only as far as it leads to the weights", () => {
  const curve = (text: string): unknown => fromHash(`w=5 1 2 3&curve=${text}`).training.curve;
  expect(curve("0 0.7 5 0.5")).toEqual([
    [0, 0.7],
    [5, 0.5],
  ]);
  for (const wrong of ["0 0.7 6 0.5", "3 0.7 2 0.5", "0.5 1", "-1 1", "a b"]) expect(curve(wrong)).toEqual([]);
  expect(fromHash("curve=0 0.7").training.curve).toEqual([]);
});

test("A network comes back with its weights, and of an address with some of them begins anew", () => {
  const training = { ...initialState.training, source: "moons", hidden: 2, method: "adam", iteration: 3 } as const;
  const weights = Array.from({ length: 9 }, (_, i) => i / 7);
  const hash = toHash({ ...initialState, training: { ...training, weights } });
  expect(fromHash(hash).training).toEqual({ ...training, weights });
  const cut = fromHash(hash.replace(/w=3[^&]*/, "w=3+1+2")).training;
  expect(cut.iteration).toBe(0);
  expect(cut.weights).toHaveLength(9);
  expect(fromHash("hidden=3").training.hidden).toBe(0);
  expect(fromHash("hidden=4&method=newton").training.method).toBe("gd");
});

test("Values of any name come back", () => {
  const values: Record<string, number> = JSON.parse('{"constructor":1,"__proto__":2,"toString":3}');
  const state = fromHash(toHash({ ...initialState, values }));
  expect(Object.entries(state.values)).toEqual(Object.entries(values));
});

test("What an address says wrongly is as at the beginning", () => {
  const spoiled = "tab=other&v={broken&step=-3&stable=perhaps&points=many&placed=1 x 0&rate=fast&l2=-1&method=magic&w=3 1 2&features=one";
  expect(fromHash(spoiled)).toEqual(initialState);
  expect(fromHash('v={"x":[[1,2],[3]]}').values).toEqual(initialState.values);
  expect(fromHash('v={"x":"1"}').values).toEqual(initialState.values);
  expect(fromHash("v=[1]").values).toEqual(initialState.values);
});
