import type { NodeState } from "../../core/projectState.ts";
import { typeChange } from "../../sql/typeChange.ts";

/** What of an enforced contract is no longer kept, in words; empty where readers still have all that was promised. */
export function contractBreaks({ contract: was }: NodeState, { contract: now }: NodeState): readonly string[] {
	if (was === null) return [];
	if (now === null) return ["it is no longer enforced"];
	const types = new Map(now.columns.map(({ name, type }) => [name, type]));
	return [
		...was.columns.flatMap(({ name, type: promised }) => {
			const type = types.get(name);
			if (type === undefined) return [`${name} is no longer in it`];
			if (type === null || promised === null || type === promised) return [];
			const kind = typeChange(promised, type);
			return kind === "same" || kind === "widened" ? [] : [`${name} is ${type}, it was ${promised}`];
		}),
		...was.constraints.filter((one) => !now.constraints.includes(one)).map((one) => `it has lost ${one}`),
	];
}
