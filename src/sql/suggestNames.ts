import { suggestName } from "../core/suggestName.ts";

/** The name that was probably meant, then up to four others. */
export function suggestNames(name: string, known: readonly string[]): readonly string[] {
	const named = [...new Set(known)].filter((one) => one !== "");
	const meant = suggestName(name, named);
	const rest = named.filter((one) => one !== meant).sort();
	return (meant === undefined ? rest : [meant, ...rest]).slice(0, 5);
}
