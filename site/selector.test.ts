import { expect, it } from "vitest";
import type { Project } from "./project.ts";
import { select } from "./selector.ts";

const project = {
	count: 2,
	nodes: { name: ["orders", "payments"], group: [0, 0] },
	groups: ["staging"],
	parents: (node: number) => (node === 1 ? [0] : []),
	children: (node: number) => (node === 0 ? [1] : []),
} as unknown as Project;

it("finds names with what they read and who reads them", () => {
	expect([...select(project, "+payments")!].sort()).toEqual([0, 1]);
	expect([...select(project, "ord*")!]).toEqual([0]);
	expect([...select(project, "nothing")!]).toEqual([]);
});

it.each(["state:modified", "nosuch(((:", "nosuch:", "(orders)"])("says that %j cannot be read", (text) =>
	expect(select(project, text)).toBeNull(),
);
