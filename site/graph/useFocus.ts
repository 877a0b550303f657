import { useEffect, useMemo, useState } from "preact/hooks";
import type { Project } from "../project.ts";
import { type Focus, type FocusOptions, planFocus } from "./focus.ts";
import { layoutAside } from "./layoutAside.ts";

/** Smaller neighbourhoods are laid out before a frame is over. */
const ASIDE_FROM = 80;

/**
 * The neighbourhood that `options` describe, anew when one of `inputs` changes; null options, or nothing laid out yet:
 * null. While a large one is laid out the one before stays.
 */
export function useFocus(project: Project, options: FocusOptions | null, inputs: readonly unknown[]): Focus | null {
	const plan = useMemo(() => (options === null ? null : planFocus(project, options)), [...inputs]);
	const small = useMemo(() => (plan === null || plan.input.count > ASIDE_FROM ? null : plan.here()), [plan]);
	const [large, setLarge] = useState<Focus | null>(null);
	useEffect(() => {
		if (plan === null || small !== null) return;
		let wanted = true;
		layoutAside(plan.input).then((layout) => wanted && setLarge(plan.placed(layout)));
		return () => {
			wanted = false;
		};
	}, [plan]);
	return plan === null ? null : (small ?? large);
}
