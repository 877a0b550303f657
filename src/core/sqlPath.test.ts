import { expect, test } from "vitest";
import type { GraphNode } from "./node.ts";
import { sqlPath } from "./sqlPath.ts";

const node = (given: { resource_type: string; original_file_path: string; path?: string; name?: string }): GraphNode =>
	({ package_name: "shop", unique_id: `${given.resource_type}.shop.${given.name ?? "x"}`, ...given }) as GraphNode;

test("a model's and a singular test's SQL stand at their own path", () => {
	const model = node({ resource_type: "model", original_file_path: "models/a/orders.sql", path: "a/orders.sql" });
	expect(sqlPath("compiled", model)).toBe("compiled/shop/models/a/orders.sql");
	const singular = node({ resource_type: "test", original_file_path: "tests/no_debt.sql", path: "no_debt.sql" });
	expect(sqlPath("run", singular)).toBe("run/shop/tests/no_debt.sql");
});

test("a generic test's SQL stands below the YAML file that declares it, as dbt writes it", () => {
	const generic = node({ resource_type: "test", original_file_path: "models/a.yml", path: "unique_orders_id.sql" });
	expect(sqlPath("run", generic)).toBe("run/shop/models/a.yml/unique_orders_id.sql");
});

test("a hook's SQL stands below the project file, which holds several", () => {
	const hook = {
		resource_type: "operation",
		original_file_path: "./dbt_project.yml",
		path: "hooks/shop-on-run-end-0.sql",
	};
	expect(sqlPath("compiled", node(hook))).toBe("compiled/shop/./dbt_project.yml/hooks/shop-on-run-end-0.sql");
});

test("a snapshot's SQL stands below its file, which may hold several", () => {
	const block = { resource_type: "snapshot", original_file_path: "snapshots/a.sql", path: "a.sql", name: "people" };
	expect(sqlPath("compiled", node(block))).toBe("compiled/shop/snapshots/a.sql/people.sql");
	const clone = { ...node(block), resource_type: "model" } as GraphNode;
	expect(sqlPath("run", clone)).toBe("run/shop/snapshots/a.sql/people.sql");
});

test("a test whose name no file can have stands in one that begins like it", () => {
	const called = (name: string) =>
		sqlPath("run", node({ resource_type: "test", original_file_path: "models/a.yml", path: `${name}.sql` }));
	expect(called("q".repeat(251))).toBe(`run/shop/models/a.yml/${"q".repeat(251)}.sql`);
	expect(called("q".repeat(252))).toMatch(/^run\/shop\/models\/a\.yml\/q{60}_[0-9a-f]{12}\.sql$/);
	expect(called("ü".repeat(150))).toMatch(/\/ü{60}_[0-9a-f]{12}\.sql$/);
	expect(called("q".repeat(252))).not.toBe(called(`${"q".repeat(251)}r`));
});
