import { beforeEach, describe, expect, it } from "vitest";
import { PartedMap } from "./partedMap.ts";
import { replaceIn } from "./replacedMap.ts";

const KEYS = ["a", "b", "c", "d", "e"];
let read: number[];
let map: PartedMap<string, string>;
beforeEach(() => {
	read = [];
	map = new PartedMap(
		() => KEYS,
		2,
		(part) => {
			read.push(part);
			return KEYS.slice(part * 2, part * 2 + 2).map((key) => key.toUpperCase());
		},
	);
});

describe("a map in parts", () => {
	it("says how many there are without its keys where that is known", () => {
		const fail = (): never => {
			throw new Error("asked for");
		};
		expect(new PartedMap<string, string>(fail, 2, fail, 7).size).toBe(7);
	});

	it("reads nothing for its keys, and one part, once, for a value", () => {
		expect([[...map.keys()], map.size, map.has("e"), map.has("x"), map.get("x")]).toEqual([
			KEYS,
			5,
			true,
			false,
			undefined,
		]);
		expect(read).toEqual([]);
		expect([map.get("d"), map.get("c"), map.get("e"), read]).toEqual(["D", "C", "E", [1, 2]]);
	});

	it("finds every key in any order, however many are asked for", () => {
		const keys = Array.from({ length: 100 }, (_, i) => i);
		const squares = new PartedMap(
			() => keys,
			7,
			(part) => keys.slice(part * 7, part * 7 + 7).map((i) => i * i),
		);
		const asked = [...keys.map((i) => (i * 37) % 100), ...keys, 99, 0, 100, -1];
		expect(asked.map((i) => squares.get(i))).toEqual(asked.map((i) => (keys.includes(i) ? i * i : undefined)));
	});

	it("is walked like any map, and reads the parts that are left for it", () => {
		map.get("c");
		const visited: unknown[] = [];
		map.forEach((value, key, whole) => {
			visited.push([key, value, whole === map]);
		});
		expect([...map]).toEqual(KEYS.map((key) => [key, key.toUpperCase()]));
		expect([...map.values()].join("")).toBe("ABCDE");
		expect([visited[4], read]).toEqual([
			["e", "E", true],
			[1, 0, 2],
		]);
	});

	it("has other values in a copy, which shares what was read, and leaves the first as it is", () => {
		map.get("a");
		const other = replaceIn(replaceIn(map, new Map([["b", "two"]])), new Map([["e", "five"]]));
		expect([other.get("a"), other.get("b"), other.get("e"), read]).toEqual(["A", "two", "five", [0]]);
		expect([...other.values()]).toEqual(["A", "two", "C", "D", "five"]);
		expect([map.get("b"), read]).toEqual(["B", [0, 1, 2]]);
	});
});
