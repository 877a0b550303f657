import { describe, expect, it } from "vitest";
import { layeredLayout } from "./layeredLayout.ts";

const SPACES = { rankGap: 100, laneGap: 50, nodeGap: 20 };
const layout = (count: number, edges: number[], lane: number[] = new Array(count).fill(0)) =>
	layeredLayout({ count, edges, lane, lanes: Math.max(0, ...lane) + 1, ...SPACES });

describe("the layered layout", () => {
	it("puts readers to the right of what they read, lanes in their order", () => {
		const { x, lanes } = layout(4, [0, 1, 1, 2, 0, 3], [0, 0, 1, 1]);
		expect([...x]).toEqual([0, 100, 250, 250]);
		expect(lanes.map(({ x0, x1 }) => x0 < x1)).toEqual([true, true]);
		expect(lanes[0]!.x1).toBeLessThanOrEqual(lanes[1]!.x0);
	});

	it("keeps nodes of a rank apart, and a chain on one line", () => {
		const { x, y } = layout(5, [0, 1, 0, 2, 0, 3, 3, 4]);
		const rank = [1, 2, 3].map((v) => y[v]!).sort((a, b) => a - b);
		expect(new Set([x[1], x[2], x[3]]).size).toBe(1);
		expect(rank[1]! - rank[0]!).toBeGreaterThanOrEqual(20);
		expect(y[4]).toBeCloseTo(y[3]!);
	});

	it("uncrosses what can be uncrossed", () => {
		expect(layout(6, [0, 5, 1, 4, 2, 3]).crossings).toBe(0);
	});

	it("lists edges against the lanes and edges that close a circle, and draws on", () => {
		expect(layout(3, [0, 1, 1, 2, 2, 0, 1, 1], [0, 0, 0]).against).toEqual([2, 3]);
		expect(layout(2, [1, 0], [0, 1]).against).toEqual([0]);
	});

	it("draws a node nothing reads beside what it reads, and nothing at all of nothing", () => {
		expect(layout(0, []).crossings).toBe(0);
		expect([...layout(1, []).x]).toEqual([0]);
	});

	it("deals a rank of a thousand to several columns", () => {
		const edges = Array.from({ length: 1000 }, (_, i) => [0, i + 1]).flat();
		const { x, y } = layeredLayout({
			count: 1001,
			edges,
			lane: new Array(1001).fill(0),
			lanes: 1,
			...SPACES,
			tallest: 240,
		});
		expect(new Set(x.slice(1)).size).toBe(5);
		expect(Math.max(...y) - Math.min(...y)).toBeLessThan(240 * 20);
		const places = new Set(Array.from(x, (at, v) => `${at} ${y[v]}`));
		expect(places.size).toBe(1001);
	});

	it("takes a chain of twenty thousand", () => {
		const edges = Array.from({ length: 19_999 }, (_, i) => [i, i + 1]).flat();
		expect(Math.max(...layout(20_000, edges).x)).toBe(1_999_900);
	});

	it("gives the same drawing for the same graph", () => {
		const edges = Array.from({ length: 400 }, (_, i) => [i % 97, 97 + ((i * 31) % 103)]).flat();
		expect(layout(200, edges)).toEqual(layout(200, edges));
	});
});
