import type { Adapter } from "../core/adapter.ts";
import { diagnostic } from "../core/diagnostic.ts";
import type { Emit } from "../core/events.ts";
import { findNode, type Manifest } from "../core/manifest.ts";
import type { NativePlan } from "../core/nativeTests.ts";
import type { NodeId } from "../core/node.ts";

/**
 * Said once of the selected tests that ask to be native: that the engine knows nothing of the kind (TFM-NATIVE-001), or
 * which of them stay ordinary tests (TFM-NATIVE-002). Not by the policy of warnings: a project is no worse for it.
 */
export function tellNativeTests(about: {
	readonly plan: NativePlan | null;
	readonly adapter: Pick<Adapter, "facts" | "nativeTests">;
	readonly manifest: Manifest;
	readonly selected: ReadonlySet<NodeId>;
	/** `--native` was given. */
	readonly asked: boolean;
	readonly emit: Emit;
}): void {
	const { plan, adapter, manifest, selected, asked, emit } = about;
	const native = [...(plan?.subjects.values() ?? [])].flatMap(({ checks }) => checks.map(({ test }) => test));
	const wanted = native.filter((id) => selected.has(id));
	const ordinary = [...(plan?.ordinary ?? [])].filter(([id]) => selected.has(id));
	const warn = { severity: "warning" } as const;
	if (wanted.length + ordinary.length === 0) {
		if (asked)
			emit({ event: "message", text: "no selected test asks to be native", node_id: null, print: true }, "warn");
		return;
	}
	if (adapter.nativeTests === undefined) {
		const facts = { tests: wanted.length + ordinary.length, engine: adapter.facts.version };
		emit({ event: "diagnostic", diagnostic: diagnostic("TFM-NATIVE-001", facts, warn) }, "warn");
		return;
	}
	if (ordinary.length === 0) return;
	const tests = ordinary.map(([id, reason]) => ({ name: findNode(manifest, id)?.name ?? id, reason }));
	tests.sort((a, b) => (a.name < b.name ? -1 : 1));
	const [first] = ordinary;
	const at = ordinary.length === 1 && first !== undefined ? findNode(manifest, first[0])?.location : undefined;
	const remark = diagnostic("TFM-NATIVE-002", { tests }, { ...warn, ...(at === undefined ? {} : { at }) });
	emit({ event: "diagnostic", diagnostic: remark }, "warn");
}
