import { expect, it } from "vitest";
import { createReferences } from "../context/context.ts";
import { testManifest } from "./testing/testManifest.ts";

const model = (name: string, packageName: string) => ({ name, sql: "", packageName });
const ref = (name: string, packageName: string | null = null) => ({ name, package: packageName, version: null });

const manifest = testManifest({
	models: [model("a", "shop"), model("a", "pkg"), model("b", "pkg"), model("b", "other"), model("c", "other")],
});
const references = createReferences(manifest, { rootPackage: "shop", ownPackageFirst: false });

it.each([
	["a", null, "shop", "model.shop.a"],
	["a", null, "pkg", "model.shop.a"],
	["a", "pkg", "shop", "model.pkg.a"],
	["b", null, "pkg", "model.pkg.b"],
	["c", null, "shop", "model.other.c"],
	["c", null, "pkg", "model.other.c"],
] as const)("ref(%s) with package %s from %s is %s", (name, packageName, from, id) => {
	expect(references.ref(ref(name, packageName), from)).toMatchObject({ kind: "found", node: { unique_id: id } });
});

it("searches the node's own package first where the flag says so", () => {
	const ownFirst = createReferences(manifest, { rootPackage: "shop", ownPackageFirst: true });
	expect(ownFirst.ref(ref("a"), "pkg")).toMatchObject({ node: { unique_id: "model.pkg.a" } });
});

it("does not choose between packages that have no precedence", () => {
	expect(references.ref(ref("b"), "shop")).toEqual({
		kind: "ambiguous",
		candidates: ["model.other.b", "model.pkg.b"],
	});
});

it("does not look elsewhere when a package is named", () => {
	expect(references.ref(ref("c", "pkg"), "shop")).toMatchObject({ kind: "missing" });
});
